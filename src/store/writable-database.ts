import { closeSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { DataSource } from 'typeorm';
import { MIGRATIONS } from '../../migrations/index.js';
import type { Handle } from './database.js';
import { TABLES } from './tables/index.js';

/**
 * Opens the database for writing and brings its schema up to date. Only the writer does this, and the import boundaries see to it:
 * TypeORM keeps one query runner for SQLite, so concurrent transactions through it would become savepoints in each other and undo
 * each other's work.
 */
export async function openForWriting(file: string): Promise<DataSource> {
  // Made here, because SQLite would let everyone read it; its other files take after it.
  closeSync(openSync(file, 'a', 0o600));
  const source = new DataSource({
    type: 'better-sqlite3',
    database: file,
    entities: [...TABLES],
    migrations: MIGRATIONS,
    migrationsTransactionMode: 'each',
    prepareDatabase: (handle: Handle) => {
      // Five objects of 1.5 KB fit a page of 8 KB, two one of 4 KB: a fifth less is written, in half as many pieces.
      handle.pragma('page_size = 8192');
      handle.pragma('journal_mode = WAL');
      // SQLite in WAL mode falls back to NORMAL, which may lose the last commits on power loss: FULL makes an answer mean durable.
      handle.pragma('synchronous = FULL');
      handle.pragma('cache_size = -65536');
      handle.pragma('temp_store = MEMORY');
      handle.pragma('wal_autocheckpoint = 2000');
      // One huge body makes the log large for once: it shrinks to this at the next checkpoint.
      handle.pragma('journal_size_limit = 67108864');
    },
  });
  await source.initialize();
  await source.runMigrations();
  return source;
}

/** The connection below a data source that `openForWriting` answered. */
export function handleOf(source: DataSource): Handle {
  return (source.driver as unknown as { databaseConnection: Handle }).databaseConnection;
}

/** A database that holds nothing and is only ever locked; whoever finds it locked does not wait. */
export function openLockFile(file: string): Handle {
  return new Database(file, { timeout: 0 });
}

/** Moves what is still in the write-ahead log into the database file and removes the log. Nobody else may have it open. */
export function settle(file: string): void {
  const handle = new Database(file);
  try {
    handle.pragma('journal_mode = DELETE');
  } finally {
    handle.close();
  }
}
