import { chmodSync, closeSync, copyFileSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { MIGRATIONS } from '../../migrations/index.js';
import { flushDirectory } from '../shared/durable-file.js';
import { CheckpointSigner } from './checkpoint-signer.js';
import type { DataDirectory } from './data-directory.js';
import { type Handle, isDatabaseError, openForReading } from './database.js';
import { ManagerLock } from './manager-lock.js';
import { type Verification, verifyHistory } from './verification.js';
import { settle } from './writable-database.js';

/**
 * Writes a copy of the database, as of one moment, to a file; a running manager goes on meanwhile. Secrets in it are encrypted,
 * and the key file is not part of it: who restores elsewhere brings the key file along, by another way.
 * Takes as long as the copy is large (about 100 MB a second) and blocks its thread.
 * @throws when the file exists
 */
export function backUp(directory: DataDirectory, file: string): void {
  if (existsSync(file)) throw new Error(`${file} exists already: name a file that does not.`);
  const partial = `${file}.partial`;
  rmSync(partial, { force: true });
  const handle = openForReading(directory.database);
  try {
    handle.prepare('VACUUM INTO ?').run(partial);
  } finally {
    handle.close();
  }
  chmodSync(partial, 0o600);
  flush(partial);
  renameSync(partial, file);
  flushDirectory(dirname(file));
}

/**
 * Puts a backup in the place of the database, which is kept beside it as `heddle.db.replaced`.
 * @returns what was verified
 * @throws when a manager runs on the directory, or the backup is damaged, was tampered with, or comes from a newer Heddle
 */
export function restore(directory: DataDirectory, file: string): Verification {
  if (!existsSync(file)) throw new Error(`${file} does not exist.`);
  directory.prepare();
  const lock = ManagerLock.acquire(directory);
  const { database } = directory;
  const incoming = `${database}.incoming`;
  try {
    copyFileSync(file, incoming);
    chmodSync(incoming, 0o600);
    flush(incoming);
    const verification = inspect(directory, incoming, file);
    if (existsSync(database)) {
      // What is still in its log belongs to the old database, so it is folded in before the file is put aside.
      settle(database);
      renameSync(database, `${database}.replaced`);
    }
    renameSync(incoming, database);
    flushDirectory(directory.path);
    return verification;
  } finally {
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${incoming}${suffix}`, { force: true });
    lock.release();
  }
}

function inspect(directory: DataDirectory, incoming: string, file: string): Verification {
  let handle: Handle | undefined;
  try {
    handle = openForReading(incoming);
    const damage = handle.pragma('integrity_check', { simple: true });
    if (damage !== 'ok') throw new Error(`${file} is damaged: ${damage}.`);
    const known = new Set(MIGRATIONS.map(({ name }) => name));
    const foreign = (handle.prepare('SELECT name FROM migrations').pluck().all() as string[]).filter((name) => !known.has(name));
    if (foreign.length > 0) throw new Error(`${file} was made by a newer Heddle (${foreign.join(', ')}): restore it with that one.`);
    const verification = verifyHistory(handle, new CheckpointSigner(directory.readHistoryKey()));
    if (verification.fault) throw new Error(`${file} was altered. ${verification.fault.what}`);
    return verification;
  } catch (error) {
    throw isDatabaseError(error) ? new Error(`${file} is not a backup of Heddle, or is damaged: ${error.message}.`, { cause: error }) : error;
  } finally {
    handle?.close();
  }
}

function flush(file: string): void {
  const opened = openSync(file, 'r+');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
