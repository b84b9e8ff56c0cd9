import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openForWriting } from '../../src/store/writable-database.js';

let directory: string;
let source: DataSource;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'heddle-migrations-'));
  source = await openForWriting(join(directory, 'heddle.db'));
});
afterEach(async () => {
  if (source.isInitialized) await source.destroy();
  rmSync(directory, { recursive: true });
});

it('makes exactly the tables that the code describes', async () => {
  const { upQueries } = await source.driver.createSchemaBuilder().log();
  expect(upQueries.map(({ query }) => query)).toEqual([]);
});

it('can be undone to an empty database, and done again', async () => {
  await source.undoLastMigration();
  const tables = await source.query(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('migrations', 'sqlite_sequence')`);
  expect(tables).toEqual([]);
  await source.runMigrations();
  expect(await source.query('SELECT count(*) AS objects FROM policy_object')).toEqual([{ objects: 0 }]);
});

it('keeps every answered commit through a power cut: WAL with a sync for each', async () => {
  expect(await source.query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
  expect(await source.query('PRAGMA synchronous')).toEqual([{ synchronous: 2 }]);
});

it('does nothing to a database that is up to date', async () => {
  await source.query(`INSERT INTO meta (name, value) VALUES ('kept', 'yes')`);
  await source.destroy();
  source = await openForWriting(join(directory, 'heddle.db'));
  expect(await source.query('SELECT value FROM meta')).toEqual([{ value: 'yes' }]);
});
