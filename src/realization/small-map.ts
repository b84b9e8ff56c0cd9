/**
 * A map for the many places that hold one entry, seldom more: the nodes of a bundle, the elements of a set, the ports of a group.
 * The lone entry is held inline; a `Map` of one would take four times the room, a hundred megabytes in a large network.
 */
export class SmallMap<K, V> implements Iterable<readonly [K, V]> {
  private key: K | undefined;
  private value: V | undefined;
  private map: Map<K, V> | undefined;

  get size(): number {
    return this.map ? this.map.size : Number(this.key !== undefined);
  }

  get(key: K): V | undefined {
    if (this.map) return this.map.get(key);
    return this.key === key ? this.value : undefined;
  }

  has(key: K): boolean {
    return this.map ? this.map.has(key) : this.key === key;
  }

  set(key: K, value: V): void {
    if (this.map) this.map.set(key, value);
    else if (this.key === undefined || this.key === key) {
      this.key = key;
      this.value = value;
    } else {
      this.map = new Map([[this.key, this.value as V]]);
      this.map.set(key, value);
      this.key = undefined;
      this.value = undefined;
    }
  }

  /** Answers whether the entry was there. */
  delete(key: K): boolean {
    if (this.map) return this.map.delete(key);
    if (this.key !== key) return false;
    this.key = undefined;
    this.value = undefined;
    return true;
  }

  keys(): Iterable<K> {
    return this.map?.keys() ?? (this.key === undefined ? [] : [this.key]);
  }

  values(): Iterable<V> {
    return this.map?.values() ?? (this.key === undefined ? [] : [this.value as V]);
  }

  [Symbol.iterator](): Iterator<readonly [K, V]> {
    const entries: Iterable<readonly [K, V]> = this.map ?? (this.key === undefined ? [] : [[this.key, this.value as V]]);
    return entries[Symbol.iterator]();
  }
}

/** One more of something; answers how many there are now. */
export function increase<K>(counts: SmallMap<K, number>, key: K): number {
  const count = (counts.get(key) ?? 0) + 1;
  counts.set(key, count);
  return count;
}

/** One less; answers how many are left, and keeps no entry for none. */
export function decrease<K>(counts: SmallMap<K, number>, key: K): number {
  const count = (counts.get(key) ?? 0) - 1;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
  return count;
}
