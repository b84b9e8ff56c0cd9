import type { RequestContext } from '../policy/ports.js';
import type { Handle, Statement } from './database.js';
import { chainOf, digestOf, GENESIS } from './hash-chain.js';
import type { ChangeRow } from './tables/history.tables.js';
import type { UndoLog } from './undo-log.js';

/** Where the chain ends. */
export interface Head {
  readonly sequence: number;
  readonly at: number;
  readonly chain: string;
}

/** The change log as the writer sees it: the only place where the change sequence grows. */
export class ChangeLog {
  private end: Head;
  private readonly insertSet: Statement;
  private readonly insertChange: Statement;
  private readonly replaceChange: Statement;
  private readonly removeChange: Statement;
  private readonly lastDelete: Statement;

  constructor(
    handle: Handle,
    private readonly undo: UndoLog,
  ) {
    this.end = readHead(handle);
    this.insertSet = handle.prepare(
      `INSERT INTO change_set (sequence, at, user, source, request_id, method, uri, status, changes, digest, chain)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.insertChange = handle.prepare('INSERT INTO change (position, path, type, operation, revision, previous, after) VALUES (?, ?, ?, ?, ?, ?, ?)');
    this.replaceChange = handle.prepare('UPDATE change SET type = ?, operation = ?, revision = ?, after = ? WHERE position = ?');
    this.removeChange = handle.prepare('DELETE FROM change WHERE position = ?');
    this.lastDelete = handle.prepare(`SELECT max(position) FROM change WHERE path = ? AND operation = 'DELETE'`).pluck();
  }

  /** Number of the last set. */
  get sequence(): number {
    return this.end.sequence;
  }

  get head(): Head {
    return this.end;
  }

  /** The present in milliseconds since 1970, never before the last set: time orders the log as the sequence does. */
  now(): number {
    return Math.max(Date.now(), this.end.at);
  }

  /** Position of the last change of a path that does not exist. */
  lastDeleteOf(path: string): number | null {
    return this.lastDelete.get(path) as number | null;
  }

  /** Writes a change of the set that `append` will close. */
  write({ position, path, type, operation, revision, previous, after }: ChangeRow): void {
    this.insertChange.run(position, path, type, operation, revision, previous, after);
  }

  /** Writes a change of the open set again: its object changed once more. */
  rewrite({ position, type, operation, revision, after }: ChangeRow): void {
    this.replaceChange.run(type, operation, revision, after, position);
  }

  /** Takes a change of the open set back: its object was made and deleted within it. */
  withdraw(position: number): void {
    this.removeChange.run(position);
  }

  /** Closes a set over the changes that were written for it, in order of position; its number is the one after `sequence`. */
  append(context: RequestContext, status: number, at: number, changes: readonly ChangeRow[]): number {
    const before = this.end;
    const sequence = before.sequence + 1;
    const { actor, source, requestId, method, uri } = context;
    const header = { sequence, at, user: actor.user, source, requestId, method, uri, status, changes: changes.length };
    const digest = digestOf(changes);
    const chain = chainOf(before.chain, header, digest);
    this.insertSet.run(sequence, at, actor.user, source, requestId, method, uri, status, changes.length, digest, chain);
    this.end = { sequence, at, chain };
    this.undo.push(() => {
      this.end = before;
    });
    return sequence;
  }
}

function readHead(handle: Handle): Head {
  const newest = (table: string): Head | undefined =>
    handle.prepare(`SELECT sequence, at, chain FROM ${table} WHERE sequence = (SELECT max(sequence) FROM ${table})`).get() as Head | undefined;
  // After a prune of everything, the checkpoint is all that is left of the chain.
  return newest('change_set') ?? newest('checkpoint') ?? { sequence: 0, at: 0, chain: GENESIS };
}
