import { closeSync, createReadStream, fsyncSync, openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { CheckpointSigner } from './checkpoint-signer.js';
import type { DataDirectory } from './data-directory.js';
import { type Handle, openForReading } from './database.js';
import { chainOf, digestOf, GENESIS, positionOf } from './hash-chain.js';
import { CHECKPOINT_COLUMNS, type ChangeRow, type ChangeSetRow, type CheckpointRow, SET_COLUMNS } from './tables/history.tables.js';
import { verifyHistory } from './verification.js';
import { Writer } from './writer.js';

/**
 * Old history, moved out of the database into a file of JSON lines: first what it follows, then each change set with its changes,
 * and last the signed checkpoint that it ends with, from which the history left in the database goes on.
 */
type Line =
  | { readonly follows: { readonly sequence: number; readonly chain: string } }
  | { readonly set: ChangeSetRow; readonly changes: readonly ChangeRow[] }
  | { readonly checkpoint: CheckpointRow };

export interface Archived {
  readonly sets: number;
  /** The last change set in the archive. */
  readonly sequence: number;
  readonly chain: string;
}

/**
 * Moves history up to the last checkpoint at or before a moment (milliseconds since 1970) into a file. The versions that objects
 * and later history rest on stay.
 * @returns undefined when there is nothing to move
 * @throws when a manager runs, the file exists, or the history does not verify
 */
export async function archiveHistory(directory: DataDirectory, file: string, until: number): Promise<Archived | undefined> {
  const writer = await Writer.open(directory, refuseIntent, () => undefined);
  try {
    const handle = openForReading(directory.database);
    try {
      const { fault, prunedUpTo } = verifyHistory(handle, new CheckpointSigner(directory.readHistoryKey()));
      if (fault) throw new Error(`history that was altered is not pruned. ${fault.what}`);
      const checkpoint = handle
        .prepare(`SELECT ${CHECKPOINT_COLUMNS} FROM checkpoint WHERE at <= ? AND sequence > ? ORDER BY sequence DESC LIMIT 1`)
        .get(until, prunedUpTo) as CheckpointRow | undefined;
      if (!checkpoint) return undefined;
      const sets = write(handle, file, prunedUpTo, checkpoint);
      await prune(writer, checkpoint.sequence);
      return { sets, sequence: checkpoint.sequence, chain: checkpoint.chain };
    } finally {
      handle.close();
    }
  } finally {
    await writer.close();
  }
}

/**
 * Checks an archive by itself: its chain, its changes, and that its checkpoint was signed here.
 * @throws what is wrong with it, as a sentence
 */
export async function verifyArchive(file: string, signer: CheckpointSigner): Promise<Archived> {
  let [sequence, chain, sets] = [0, GENESIS, 0];
  let complete = false;
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    const line = JSON.parse(text) as Line;
    if ('follows' in line) ({ sequence, chain } = line.follows);
    else if ('set' in line) {
      const { digest, chain: stated, ...header } = line.set;
      const fits = header.sequence === sequence + 1 && digestOf(line.changes) === digest && chainOf(chain, header, digest) === stated;
      if (!fits) throw new Error(`${file} was altered at change ${sequence + 1}.`);
      [sequence, chain, sets] = [header.sequence, stated, sets + 1];
    } else {
      const { checkpoint } = line;
      complete = checkpoint.sequence === sequence && checkpoint.chain === chain && signer.isGenuine(checkpoint);
      if (!complete) throw new Error(`${file} ends at change ${sequence} with a checkpoint that is not right.`);
    }
  }
  if (!complete) throw new Error(`${file} has no checkpoint at its end: it is cut short.`);
  return { sets, sequence, chain };
}

function write(handle: Handle, file: string, from: number, checkpoint: CheckpointRow): number {
  const changesOf = handle.prepare('SELECT * FROM change WHERE position >= ? AND position < ? ORDER BY position');
  const before = handle.prepare('SELECT chain FROM checkpoint WHERE sequence = ?').pluck().get(from) as string | undefined;
  const opened = openSync(file, 'wx', 0o600);
  const put = (line: Line): void => {
    writeSync(opened, `${JSON.stringify(line)}\n`);
  };
  let sets = 0;
  try {
    put({ follows: { sequence: from, chain: before ?? GENESIS } });
    for (const set of handle.prepare(`SELECT ${SET_COLUMNS} FROM change_set WHERE sequence <= ? ORDER BY sequence`).iterate(checkpoint.sequence)) {
      const row = set as ChangeSetRow;
      put({ set: row, changes: changesOf.all(positionOf(row.sequence, 0), positionOf(row.sequence + 1, 0)) as ChangeRow[] });
      sets += 1;
    }
    put({ checkpoint });
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
  return sets;
}

function prune(writer: Writer, sequence: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    writer.enqueue('history.prune', { sequence }, { resolve, reject });
    while (writer.runNextGroup());
  });
}

function refuseIntent(): never {
  throw new Error('intent is not written while history is archived');
}
