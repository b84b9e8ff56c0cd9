/**
 * Values by key, without order. Most keys of the indexes here have a single value (one port for an attachment, one machine for a
 * name), so a lone value is held as itself and a set is made for the second: a set of one would take a hundred times the room.
 */
export class MultiMap<K, V extends string | object> {
  private readonly entries = new Map<K, V | Many<V>>();

  get size(): number {
    return this.entries.size;
  }

  add(key: K, value: V): void {
    const held = this.entries.get(key);
    if (held === undefined) this.entries.set(key, value);
    else if (held instanceof Many) held.add(value);
    else if (held !== value) this.entries.set(key, new Many([held, value]));
  }

  /** Answers whether the value was there. */
  delete(key: K, value: V): boolean {
    const held = this.entries.get(key);
    if (held === value) return this.entries.delete(key);
    if (!(held instanceof Many) || !held.delete(value)) return false;
    if (held.size === 0) this.entries.delete(key);
    return true;
  }

  has(key: K, value: V): boolean {
    const held = this.entries.get(key);
    return held instanceof Many ? held.has(value) : held === value;
  }

  /** Values of a key; not to be changed while they are walked. */
  get(key: K): Iterable<V> {
    const held = this.entries.get(key);
    if (held === undefined) return NONE;
    return held instanceof Many ? held : [held];
  }

  count(key: K): number {
    const held = this.entries.get(key);
    return held === undefined ? 0 : held instanceof Many ? held.size : 1;
  }

  keys(): IterableIterator<K> {
    return this.entries.keys();
  }
}

/** Tells a set of values from a value, whatever values are. */
class Many<V> extends Set<V> {}

const NONE: readonly never[] = [];
