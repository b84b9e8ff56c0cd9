/**
 * A value of a column: an atom, a set of atoms or a map of text to text. A uuid is its text. The protocol writes a set of one like
 * an atom, so an atom that is read may be such a set: `asSet` says which it is meant to be.
 */
export type Atom = string | number | boolean;
export type ColumnValue = Atom | readonly Atom[] | ReadonlyMap<string, Atom>;

export function decodeValue(value: unknown): ColumnValue {
  if (!Array.isArray(value)) return value as Atom;
  const [kind, content] = value as [string, unknown];
  if (kind === 'set') return (content as unknown[]).map((element) => decodeValue(element) as Atom);
  if (kind === 'map') return new Map((content as [unknown, unknown][]).map(([key, one]) => [String(decodeValue(key)), decodeValue(one) as Atom]));
  return String(content);
}

export function asSet(value: ColumnValue | undefined): readonly Atom[] {
  if (value === undefined || value instanceof Map) return [];
  return Array.isArray(value) ? value : [value as Atom];
}

export function asMap(value: ColumnValue | undefined): ReadonlyMap<string, Atom> {
  return value instanceof Map ? value : new Map();
}

/** Whether a key of a map column has this text. */
export function entryOf(value: ColumnValue | undefined, key: string): string | undefined {
  const entry = asMap(value).get(key);
  return entry === undefined ? undefined : String(entry);
}

export function encodeSet(elements: readonly unknown[]): unknown {
  return ['set', elements];
}

export function encodeMap(entries: Iterable<readonly [string, unknown]>): unknown {
  return ['map', [...entries]];
}

/** What gives a map column these entries, whatever it has for their keys, as mutations. */
export function putEntries(column: string, entries: readonly (readonly [string, unknown])[]): unknown[] {
  return [
    [column, 'delete', encodeSet(entries.map(([key]) => key))],
    [column, 'insert', encodeMap(entries)],
  ];
}

export function encodeUuid(uuid: string): unknown {
  return ['uuid', uuid];
}
