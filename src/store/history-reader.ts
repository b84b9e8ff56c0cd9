import type { ChangeOperation } from '../policy/ports.js';
import type { Handle, Statement } from './database.js';
import { CHANGES_PER_SET, positionOf, sequenceOf } from './hash-chain.js';
import { lastSegment } from './intent-tables.js';
import { type ChangeRow, type ChangeSetRow, HEADER_COLUMNS } from './tables/history.tables.js';

/** One audited call, without its links of the hash chain. */
export type ChangeSet = Omit<ChangeSetRow, 'digest' | 'chain'>;

/** One version of an object. */
export interface ObjectVersion {
  readonly path: string;
  readonly type: string;
  readonly operation: ChangeOperation;
  readonly revision: number;
  /** The object as JSON text; undefined after a delete. */
  readonly after: string | undefined;
  readonly sequence: number;
  /** Who made it, and when; undefined where that part of the log was pruned. */
  readonly set: ChangeSet | undefined;
}

/** A change within its set. */
export interface SetChange extends Omit<ObjectVersion, 'set' | 'sequence'> {
  /** The object as it was; undefined on a create, and where that version was pruned. */
  readonly before: string | undefined;
}

/** What change sets are wanted. All that is given must hold; what is said of objects must hold for one and the same change. */
export interface ChangeSetFilter {
  readonly user?: string;
  readonly requestId?: string;
  readonly source?: string;
  /** Status from and to, both included: 400 to 599 finds what was refused. */
  readonly status?: readonly [number, number];
  /** Milliseconds since 1970, both included. */
  readonly from?: number;
  readonly to?: number;
  /** An object's path: it and everything below it. */
  readonly path?: string;
  readonly type?: string;
  readonly operation?: ChangeOperation;
}

/** A part of a listing that goes back in time. */
export interface PageBack {
  /** Only what is older than this sequence; the next page begins before the last one of this page. */
  readonly before?: number;
  readonly size: number;
}

/** What was, on a read-only connection: versions of objects, change sets, and objects as of an earlier moment. */
export class HistoryReader {
  private readonly selectChange: Statement;
  private readonly selectHead: Statement;
  private readonly selectLastDelete: Statement;
  private readonly selectSet: Statement;
  private readonly selectChanges: Statement;
  private readonly selectTimeAt: Statement;
  private readonly selectEnds: Statement;
  private readonly selectSubtree: Statement;
  private readonly selectDeletedBelow: Statement;
  private readonly selectLastChange: Statement;

  constructor(private readonly handle: Handle) {
    this.selectChange = handle.prepare('SELECT * FROM change WHERE position = ?');
    this.selectHead = handle.prepare('SELECT version FROM policy_object WHERE id = ? AND path = ?').pluck();
    this.selectLastDelete = handle.prepare(`SELECT max(position) FROM change WHERE path = ? AND operation = 'DELETE'`).pluck();
    this.selectSet = handle.prepare(`SELECT ${HEADER_COLUMNS} FROM change_set WHERE sequence = ?`);
    this.selectChanges = handle.prepare('SELECT * FROM change WHERE position >= ? AND position < ? ORDER BY position');
    this.selectTimeAt = handle.prepare('SELECT sequence, at FROM change_set WHERE sequence >= ? ORDER BY sequence LIMIT 1');
    this.selectEnds = handle.prepare(
      'SELECT coalesce((SELECT min(sequence) FROM change_set), 0) AS first, coalesce((SELECT max(sequence) FROM change_set), 0) AS last',
    );
    this.selectSubtree = handle
      .prepare(
        `WITH RECURSIVE below (path, version) AS (
           SELECT path, version FROM policy_object WHERE id = ? AND path = ?
           UNION ALL SELECT policy_object.path, policy_object.version FROM below JOIN policy_object ON parent_path = below.path
         ) SELECT version FROM below`,
      )
      .pluck();
    this.selectLastChange = handle.prepare('SELECT max(position) FROM change').pluck();
    const deleted = (which: string): string => `SELECT path, position FROM change WHERE operation = 'DELETE' AND ${which} AND position >= $from`;
    this.selectDeletedBelow = handle
      .prepare(`SELECT max(position) FROM (${deleted('path = $path')} UNION ALL ${deleted(`path > $path || '/' AND path < $path || '0'`)}) GROUP BY path`)
      .pluck();
  }

  /** Sequence of the last set that changed an object; audited calls that changed none may have come after it. */
  lastChange(): number {
    const position = this.selectLastChange.get() as number | null;
    return position === null ? 0 : sequenceOf(position);
  }

  /** Versions of a path, newest first, across deletes and new creations. */
  versions(path: string, { before, size }: PageBack): readonly ObjectVersion[] {
    const versions: ObjectVersion[] = [];
    for (const change of this.back(this.newest(path))) {
      const sequence = sequenceOf(change.position);
      if (before !== undefined && sequence >= before) continue;
      versions.push({ ...facts(change), sequence, set: this.selectSet.get(sequence) as ChangeSet | undefined });
      if (versions.length >= size) break;
    }
    return versions;
  }

  /** An object as it was once a change set was done, as JSON text; undefined: it did not exist, or that version was pruned. */
  asOf(path: string, sequence: number): string | undefined {
    return this.versionAt(this.newest(path), sequence)?.after ?? undefined;
  }

  /** An object and everything below it as they were once a change set was done, as JSON texts, parents before children. */
  subtreeAsOf(path: string, sequence: number): readonly string[] {
    const from = positionOf(sequence + 1, 0);
    const newest = new Map<string, ChangeRow>();
    const heads = [...this.selectSubtree.all(lastSegment(path), path), ...this.selectDeletedBelow.all({ path, from })] as number[];
    for (const head of heads) {
      const change = this.versionAt(head, sequence);
      if (change) newest.set(change.path, change);
    }
    const there = [...newest.values()].filter(({ after }) => after !== null).sort((a, b) => (a.path < b.path ? -1 : 1));
    return there.map(({ after }) => after as string);
  }

  /** A change set with what it changed, before and after; undefined: there is none, or it was pruned. */
  changeSet(sequence: number): (ChangeSet & { readonly details: readonly SetChange[] }) | undefined {
    const set = this.selectSet.get(sequence) as ChangeSet | undefined;
    if (!set) return undefined;
    const changes = this.selectChanges.all(positionOf(sequence, 0), positionOf(sequence + 1, 0)) as ChangeRow[];
    const details = changes.map((change) => {
      const previous = change.previous === null ? undefined : (this.selectChange.get(change.previous) as ChangeRow | undefined);
      return { ...facts(change), before: previous?.after ?? undefined };
    });
    return { ...set, details };
  }

  /** Change sets, newest first. */
  changeSets(filter: ChangeSetFilter, { before, size }: PageBack): readonly ChangeSet[] {
    const { from, to } = filter;
    const conditions = ['sequence < $before', 'sequence >= $first', 'sequence <= $last'];
    if (filter.user !== undefined) conditions.push('user = $user');
    if (filter.requestId !== undefined) conditions.push('request_id = $requestId');
    if (filter.source !== undefined) conditions.push('source = $source');
    if (filter.status !== undefined) conditions.push('status BETWEEN $lowStatus AND $highStatus');
    const ofChange: string[] = [];
    if (filter.path !== undefined) ofChange.push(`(path = $path OR path > $path || '/' AND path < $path || '0')`);
    if (filter.type !== undefined) ofChange.push('type = $type');
    if (filter.operation !== undefined) ofChange.push('operation = $operation');
    if (ofChange.length > 0) {
      const inSet = `position >= sequence * ${CHANGES_PER_SET} AND position < (sequence + 1) * ${CHANGES_PER_SET}`;
      conditions.push(`EXISTS (SELECT 1 FROM change WHERE ${inSet} AND ${ofChange.join(' AND ')})`);
    }
    return this.handle.prepare(`SELECT ${HEADER_COLUMNS} FROM change_set WHERE ${conditions.join(' AND ')} ORDER BY sequence DESC LIMIT $size`).all({
      ...filter,
      size,
      before: before ?? Number.MAX_SAFE_INTEGER,
      first: from === undefined ? 0 : this.firstSince(from),
      last: to === undefined ? Number.MAX_SAFE_INTEGER : this.firstSince(to + 1) - 1,
      lowStatus: filter.status?.[0],
      highStatus: filter.status?.[1],
    }) as ChangeSet[];
  }

  /** Number of the last change set at or before a moment, in milliseconds since 1970; 0 when there is none. */
  sequenceAt(time: number): number {
    return Math.max(this.firstSince(time + 1) - 1, 0);
  }

  /** The first sequence at or after a moment: time grows with the sequence, so that a search by halves finds it without an index. */
  private firstSince(time: number): number {
    const ends = this.selectEnds.get() as { first: number; last: number };
    let from = ends.first;
    let past = ends.last + 1;
    while (from < past) {
      const middle = Math.floor((from + past) / 2);
      const found = this.selectTimeAt.get(middle) as { sequence: number; at: number } | undefined;
      if (!found || found.at >= time) past = middle;
      else from = found.sequence + 1;
    }
    return from;
  }

  private newest(path: string): number | null {
    return (this.selectHead.get(lastSegment(path), path) as number | undefined) ?? (this.selectLastDelete.get(path) as number | null);
  }

  private versionAt(head: number | null, sequence: number): ChangeRow | undefined {
    const past = positionOf(sequence + 1, 0);
    for (const change of this.back(head)) if (change.position < past) return change;
    return undefined;
  }

  private *back(head: number | null): Generator<ChangeRow> {
    for (let position = head; position !== null; ) {
      const change = this.selectChange.get(position) as ChangeRow | undefined;
      if (!change) return;
      yield change;
      position = change.previous;
    }
  }
}

function facts({ path, type, operation, revision, after }: ChangeRow): Omit<SetChange, 'before'> {
  return { path, type, operation: operation as ChangeOperation, revision, after: after ?? undefined };
}
