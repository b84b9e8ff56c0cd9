import type { AddressRange, Claim } from '../model/hooks.js';
import { decodeClaim, encodeNumber, familyOf, sizeClass } from './claim-codec.js';
import type { Handle, Statement } from './database.js';
import { type Interval, IntervalSet } from './interval-set.js';
import type { ClaimRow } from './tables/intent.tables.js';
import type { UndoLog } from './undo-log.js';

/** SQLite's LIMIT for no limit. */
const ALL = -1;

export type ClaimChange = Claim & { readonly gone: boolean };

/**
 * Claims and counters, as the writer sees them. The table is the truth; for spaces that numbers are taken from, what is taken is
 * also in memory as an interval set, built when the space is first asked and kept in step through the undo log.
 */
export class Claims {
  private readonly taken = new Map<string, IntervalSet>();
  private readonly insert: Statement;
  private readonly remove: Statement;
  private readonly ofOwner: Statement;
  private readonly ofSpace: Statement;
  private readonly nextSize: Statement;
  private readonly ofSize: Statement;
  private readonly count: Statement;

  constructor(
    handle: Handle,
    private readonly undo: UndoLog,
  ) {
    this.insert = handle.prepare('INSERT INTO claim (space, family, size, low, owner, high) VALUES (?, ?, ?, ?, ?, ?)');
    this.remove = handle.prepare('DELETE FROM claim WHERE space = ? AND family = ? AND size = ? AND low = ? AND owner = ?');
    this.ofOwner = handle.prepare('SELECT * FROM claim WHERE owner = ? ORDER BY space, family, low');
    this.ofSpace = handle.prepare('SELECT low, high FROM claim WHERE space = ?');
    this.nextSize = handle.prepare('SELECT min(size) AS size FROM claim WHERE space = ? AND family = ? AND size > ?');
    this.ofSize = handle.prepare(
      'SELECT * FROM claim WHERE space = ? AND family = ? AND size = ? AND low BETWEEN ? AND ? AND high >= ? AND owner <> ? ORDER BY low LIMIT ?',
    );
    this.count = handle.prepare(
      'INSERT INTO counter (space, next) VALUES (?, 2) ON CONFLICT (space) DO UPDATE SET next = next + 1 RETURNING next - 1 AS number',
    );
  }

  ofOwnerIn(owner: string, space?: string): Claim[] {
    // Filtered here, because the database might rather walk all claims of the space.
    const claims = (this.ofOwner.all(owner) as ClaimRow[]).map(decodeClaim);
    return space === undefined ? claims : claims.filter((claim) => claim.space === space);
  }

  /** See `WriteView.take`. An owner that asks for another number in the same range gives up the one it had. */
  take(space: string, owner: string, range: Interval, wish: bigint | undefined, changes: ClaimChange[]): bigint | undefined {
    const held = this.ofOwnerIn(owner, space).filter((claim) => claim.low >= range.low && claim.high <= range.high);
    const same = held.find((claim) => wish === undefined || claim.low === wish);
    if (same) return same.low;
    const taken = this.takenIn(space);
    const number = wish ?? taken.lowestFree(range.low);
    if (number < range.low || number > range.high || taken.has(number)) return undefined;
    for (const claim of held) this.drop(claim, changes);
    this.store({ space, owner, family: familyOf(number), low: number, high: number }, changes);
    return number;
  }

  next(space: string): number {
    return (this.count.get(space) as { number: number }).number;
  }

  release(owner: string, space: string | undefined, changes: ClaimChange[]): void {
    for (const claim of this.ofOwnerIn(owner, space)) this.drop(claim, changes);
  }

  /** See `WriteView.claim`. Claims that stay are not rewritten. */
  claim(space: string, owner: string, ranges: readonly AddressRange[], changes: ClaimChange[]): void {
    const held = this.ofOwnerIn(owner, space);
    const wanted = ranges.filter((range, at) => ranges.findIndex((other) => sameRange(other, range)) === at);
    for (const claim of held) if (!wanted.some((range) => sameRange(range, claim))) this.drop(claim, changes);
    for (const { family, low, high } of wanted) {
      if (!held.some((claim) => sameRange(claim, { family, low, high }))) this.store({ space, owner, family, low, high }, changes);
    }
  }

  lowestFree(space: string, from: bigint): bigint {
    return this.takenIn(space).lowestFree(from);
  }

  /** A claim of someone else that overlaps a range, if any. */
  overlap(space: string, range: AddressRange, owner: string): Claim | undefined {
    return this.overlapping(space, range, owner, 1)[0];
  }

  private store(claim: Claim, changes: ClaimChange[]): void {
    const { space, owner, family, low, high } = claim;
    this.insert.run(space, family, sizeClass(claim), encodeNumber(family, low), owner, encodeNumber(family, high));
    changes.push({ ...claim, gone: false });
    const taken = this.taken.get(space);
    if (taken) this.cover(taken, claim);
  }

  private drop(claim: Claim, changes: ClaimChange[]): void {
    const { space, owner, family, low } = claim;
    this.remove.run(space, family, sizeClass(claim), encodeNumber(family, low), owner);
    changes.push({ ...claim, gone: true });
    const taken = this.taken.get(space);
    if (!taken) return;
    const removed = taken.remove(claim);
    this.undo.push(() => {
      for (const part of removed) taken.add(part);
    });
    // Claims of one space may overlap: what others still hold of the range stays taken.
    for (const other of this.overlapping(space, claim, '', ALL)) this.cover(taken, other);
  }

  private cover(taken: IntervalSet, range: Interval): void {
    const added = taken.add(range);
    this.undo.push(() => {
      for (const part of added) taken.remove(part);
    });
  }

  private takenIn(space: string): IntervalSet {
    const known = this.taken.get(space);
    if (known) return known;
    const taken = new IntervalSet();
    const claims = (this.ofSpace.all(space) as ClaimRow[]).map(({ low, high }) => ({ low: BigInt(`0x${low}`), high: BigInt(`0x${high}`) }));
    for (const claim of claims.sort((a, b) => (a.low < b.low ? -1 : 1))) taken.add(claim);
    this.taken.set(space, taken);
    // It may hold what this job claimed before: not what would be true after a rollback.
    this.undo.push(() => this.taken.delete(space));
    return taken;
  }

  /** Claims of others than `owner` that overlap a range, found in a few steps of the index for each size class of the space. */
  private overlapping(space: string, { family, low, high }: AddressRange, owner: string, limit: number): Claim[] {
    const found: Claim[] = [];
    let size = this.sizeAbove(space, family, -1);
    while (size !== undefined && found.length !== limit) {
      const reach = (1n << BigInt(size)) - 1n;
      const from = encodeNumber(family, low > reach ? low - reach : 0n);
      const rows = this.ofSize.all(space, family, size, from, encodeNumber(family, high), encodeNumber(family, low), owner, limit) as ClaimRow[];
      found.push(...rows.map(decodeClaim));
      size = this.sizeAbove(space, family, size);
    }
    return found;
  }

  private sizeAbove(space: string, family: 4 | 6, size: number): number | undefined {
    return (this.nextSize.get(space, family, size) as { size: number | null }).size ?? undefined;
  }
}

function sameRange(a: AddressRange, b: AddressRange): boolean {
  return a.family === b.family && a.low === b.low && a.high === b.high;
}
