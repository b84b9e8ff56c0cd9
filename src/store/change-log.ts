import type { ChangeOperation, RequestContext } from '../policy/ports.js';
import type { Handle, Statement } from './database.js';
import { CHANGES_PER_SET, chainOf, digestOf, GENESIS, positionOf } from './hash-chain.js';
import type { ChangeRow } from './tables/history.tables.js';
import type { UndoLog } from './undo-log.js';

/** A change as a job hands it over; the log gives it its position. */
export interface RecordedChange {
  readonly path: string;
  readonly type: string;
  readonly operation: ChangeOperation;
  readonly revision: number;
  readonly previous: number | null;
  readonly after: string | null;
}

interface Head {
  readonly sequence: number;
  readonly at: number;
  readonly chain: string;
}

/** Appends to the change log: the only place where the change sequence grows. */
export class ChangeLog {
  private head: Head;
  private readonly insertSet: Statement;
  private readonly insertChange: Statement;

  constructor(
    handle: Handle,
    private readonly undo: UndoLog,
    private readonly clock: () => number = Date.now,
  ) {
    this.head = readHead(handle);
    this.insertSet = handle.prepare(
      `INSERT INTO change_set (sequence, at, user, source, request_id, method, uri, status, changes, digest, chain)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.insertChange = handle.prepare('INSERT INTO change (position, path, type, operation, revision, previous, after) VALUES (?, ?, ?, ?, ?, ?, ?)');
  }

  /** Number of the last set. */
  get sequence(): number {
    return this.head.sequence;
  }

  /** The present in milliseconds since 1970, never before the last set: time orders the log as the sequence does. */
  now(): number {
    return Math.max(this.clock(), this.head.at);
  }

  /** Appends one set and answers its number, which is the one after `sequence`. */
  append(context: RequestContext, status: number, at: number, changes: readonly RecordedChange[]): number {
    if (changes.length > CHANGES_PER_SET) throw new Error(`a change set holds at most ${CHANGES_PER_SET} changes, not ${changes.length}`);
    const before = this.head;
    const sequence = before.sequence + 1;
    const rows: ChangeRow[] = changes.map((change, ordinal) => ({ position: positionOf(sequence, ordinal), ...change }));
    for (const { position, path, type, operation, revision, previous, after } of rows) {
      this.insertChange.run(position, path, type, operation, revision, previous, after);
    }
    const { actor, source, requestId, method, uri } = context;
    const header = { sequence, at, user: actor.user, source, requestId, method, uri, status, changes: changes.length };
    const digest = digestOf(rows);
    const chain = chainOf(before.chain, header, digest);
    this.insertSet.run(sequence, at, actor.user, source, requestId, method, uri, status, changes.length, digest, chain);
    this.head = { sequence, at, chain };
    this.undo.push(() => {
      this.head = before;
    });
    return sequence;
  }
}

function readHead(handle: Handle): Head {
  const last = handle.prepare('SELECT sequence, at, chain FROM change_set ORDER BY sequence DESC LIMIT 1').get() as Head | undefined;
  const pruned = handle.prepare('SELECT sequence, at, chain FROM checkpoint ORDER BY sequence DESC LIMIT 1').get() as Head | undefined;
  return last ?? pruned ?? { sequence: 0, at: 0, chain: GENESIS };
}
