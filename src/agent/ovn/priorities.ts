import { entryOf } from './ovsdb-values.js';
import { type PresentRows, ROW } from './row-difference.js';

/** How far apart priorities are where there is room: a rule that comes in between then moves no other. */
const STRIDE = 64;
/** How far apart they are put where others have to make way: so many do that it is not soon the case again. */
const ROOMY = 16;

/**
 * Priorities for rules in their order, the first the highest. Those that were given before stay wherever they can, because to change one
 * makes OVN write all flows of its rule anew.
 * @param before what each has now; undefined for a new one
 * @param top all are below it, and above zero
 * @returns undefined where there are more rules than priorities
 */
export function priorities(before: readonly (number | undefined)[], top: number): number[] | undefined {
  if (before.length >= top) return undefined;
  return placed(before, top, kept(before, top)) ?? evenly(before.length, top);
}

/** Positions of the most that can stay: the longest descending sequence. */
function kept(before: readonly (number | undefined)[], top: number): ReadonlySet<number> {
  /** Last position of the best sequence of each length, and what comes before each position in its best one. */
  const ends: number[] = [];
  const previous = new Map<number, number | undefined>();
  for (const [position, value] of before.entries()) {
    if (value === undefined || value <= 0 || value >= top) continue;
    let low = 0;
    for (let high = ends.length; low < high; ) {
      const middle = (low + high) >> 1;
      if ((before[ends[middle] as number] as number) > value) low = middle + 1;
      else high = middle;
    }
    previous.set(position, ends[low - 1]);
    ends[low] = position;
  }
  const stay = new Set<number>();
  for (let position = ends.at(-1); position !== undefined; position = previous.get(position)) stay.add(position);
  return stay;
}

/** Puts the others between those that stay. One that stays makes way where there is no room above it. */
function placed(before: readonly (number | undefined)[], top: number, stay: ReadonlySet<number>): number[] | undefined {
  const result: number[] = [];
  let waiting = 0;
  let crowded = false;
  const place = (low: number, least: number): boolean => {
    const high = result.at(-1) ?? top;
    const step = Math.min(STRIDE, Math.floor((high - low) / (waiting + 1)));
    if (step < least) return false;
    for (let one = 1; one <= waiting; one += 1) result.push(high - one * step);
    waiting = 0;
    crowded = false;
    return true;
  };
  for (const [position, value] of before.entries()) {
    if (stay.has(position) && place(value as number, crowded ? ROOMY : 1)) {
      result.push(value as number);
      continue;
    }
    crowded ||= stay.has(position);
    waiting += 1;
  }
  return place(0, 1) ? result : undefined;
}

function evenly(count: number, top: number): number[] {
  const step = Math.floor(top / (count + 1));
  return Array.from({ length: count }, (_, position) => top - (position + 1) * step);
}

/** Priorities of our access lists in a database, by the names of their rows. */
export function prioritiesIn(present: PresentRows): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { external_ids: ids, priority } of present.rows('ACL').values()) {
    const name = entryOf(ids, ROW);
    if (name !== undefined) found.set(name, Number(priority));
  }
  return found;
}
