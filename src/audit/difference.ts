/** One difference between two JSON values. */
export interface Difference {
  /** Where, as clients write field paths: `subnets[0].gateway_address`; empty for the whole value. */
  readonly field: string;
  /** Absent: it was not there. */
  readonly before?: unknown;
  /** Absent: it is not there any more. */
  readonly after?: unknown;
}

/** What changes with every write and says nothing of what was wanted. */
const BOOKKEEPING = new Set(['_revision', '_last_modified_time', '_last_modified_user']);

/**
 * The differences between two versions of an object, in the order of its fields. Lists are compared by position, and an element is
 * gone into only where both sides have one there.
 */
export function differences(before: unknown, after: unknown): readonly Difference[] {
  const found: Difference[] = [];
  compare(before, after, '', found);
  return found;
}

function compare(before: unknown, after: unknown, field: string, found: Difference[]): void {
  if (Object.is(before, after)) return;
  if (isObject(before) && isObject(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      if (field === '' && BOOKKEEPING.has(name)) continue;
      compare(before[name], after[name], field === '' ? name : `${field}.${name}`, found);
    }
  } else if (Array.isArray(before) && Array.isArray(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index += 1) compare(before[index], after[index], `${field}[${index}]`, found);
  } else {
    found.push({ field, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) });
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
