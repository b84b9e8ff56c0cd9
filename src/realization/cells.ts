/**
 * Incremental computation of pure functions. A cell holds the result of a function for one key and remembers what it read; when
 * something that it read changes, and only then, it is computed again; when its result is the same as before, nothing that read
 * it is touched. So the cost of a change is that of what really depends on it.
 *
 * Families of cells are ranked in the order in which they are made, and a cell reads only inputs and families of lower rank.
 * Dirty cells are computed in the order of rank, so each is computed at most once for a set of changes and never from a mixture
 * of old and new. A general graph with a topological sort at run time would allow any order and cost more for every edge.
 *
 * Why not listeners by hand for every pair of what is computed and what it is computed from: the oracle would find the missing
 * ones, but somebody would have to write them.
 */
export class Cells {
  private readonly families: DerivedFamily<unknown>[] = [];
  private current: Cell<unknown> | undefined;
  private readonly abandoned = new Set<Cell<unknown>>();
  /** How often a function ran, for tests and counters. */
  computations = 0;

  /** Something that is not computed: `lookup` answers what it is now, and its owner calls `changed`. */
  input<T>(lookup: (key: string) => T): Input<T> {
    const sources = new Map<string, InputSource>();
    return {
      read: (key) => {
        if (this.current) this.depend(obtain(sources, key));
        return lookup(key);
      },
      changed: (key) => {
        const source = sources.get(key);
        if (source) this.touchReaders(source);
      },
    };
  }

  /** A function whose results are computed when somebody reads them, and dropped when nobody does any longer. */
  derive<T>(compute: (key: string) => T): Derived<T> {
    const family = new DerivedFamily(this.families.length, compute);
    this.families.push(family as DerivedFamily<unknown>);
    return {
      read: (key) => {
        const reader = this.current;
        const cell = this.obtainCell(family, key);
        if (reader) this.depend(cell);
        return cell.value as T;
      },
    };
  }

  /** A function whose results somebody outside wants: `changed` is told each one that differs from before. */
  observe<T>(compute: (key: string) => T, changed: (key: string, value: T | undefined, before: T | undefined) => void): Observed {
    const family = new DerivedFamily(this.families.length, compute);
    family.changed = changed;
    this.families.push(family as DerivedFamily<unknown>);
    return {
      want: (key) => {
        if (family.cells.has(key)) return;
        const cell: Cell<T> = new Cell(family, key);
        family.cells.set(key, cell);
        family.dirty.add(cell);
      },
      drop: (key) => {
        const cell = family.cells.get(key);
        if (!cell) return;
        this.discard(cell as Cell<unknown>);
        if (cell.computed) changed(key, undefined, cell.value);
      },
    };
  }

  /** Computes what changes made necessary. */
  settle(): void {
    for (const family of this.families) {
      for (const cell of family.dirty) {
        family.dirty.delete(cell);
        this.recompute(cell);
      }
    }
    for (const cell of this.abandoned) if (!cell.hasReaders() && !cell.family.changed) this.discard(cell);
    this.abandoned.clear();
  }

  private obtainCell<T>(family: DerivedFamily<T>, key: string): Cell<T> {
    let cell = family.cells.get(key);
    if (!cell) {
      cell = new Cell(family, key);
      family.cells.set(key, cell);
      this.recompute(cell as Cell<unknown>);
    } else if (family.dirty.delete(cell)) {
      // Reached between a change and `settle`, by a question from outside.
      this.recompute(cell as Cell<unknown>);
    }
    return cell;
  }

  private recompute(cell: Cell<unknown>): void {
    const outer = this.current;
    const before = cell.sources;
    cell.sources = [];
    this.current = cell;
    const old = cell.value;
    try {
      this.computations += 1;
      cell.value = cell.family.compute(cell.key);
    } finally {
      this.current = outer;
    }
    this.replaceSources(cell, before);
    if (cell.computed && same(old, cell.value)) {
      cell.value = old;
      return;
    }
    const first = !cell.computed;
    cell.computed = true;
    cell.family.changed?.(cell.key, cell.value, first ? undefined : old);
    this.touchReaders(cell);
  }

  private replaceSources(cell: Cell<unknown>, before: readonly Source[]): void {
    const now = cell.sources;
    if (before.length === now.length && before.every((source, index) => source === now[index])) return;
    const kept = new Set(now);
    if (kept.size < now.length) cell.sources = [...kept];
    for (const source of kept) source.addReader(cell);
    for (const source of before) if (!kept.has(source)) this.leave(source, cell);
  }

  private leave(source: Source, cell: Cell<unknown>): void {
    source.removeReader(cell);
    if (source.hasReaders()) return;
    if (source instanceof Cell) this.abandoned.add(source);
    else (source as InputSource).forget();
  }

  private discard(cell: Cell<unknown>): void {
    cell.family.cells.delete(cell.key);
    cell.family.dirty.delete(cell);
    for (const source of cell.sources) this.leave(source, cell);
    cell.sources = [];
  }

  private depend(source: Source): void {
    const { sources } = this.current!;
    if (sources[sources.length - 1] !== source) sources.push(source);
  }

  private touchReaders(source: Source): void {
    source.eachReader((cell) => cell.family.dirty.add(cell));
  }
}

export interface Input<T> {
  read(key: string): T;
  changed(key: string): void;
}

export interface Derived<T> {
  read(key: string): T;
}

export interface Observed {
  /** From now on, results for the key are computed and told. */
  want(key: string): void;
  /** No longer; the last result is told as gone. */
  drop(key: string): void;
}

/** Something that cells read. Most sources have a single reader, so that one is held without a set around it. */
class Source {
  private reader: Cell<unknown> | undefined;
  private readers: Set<Cell<unknown>> | undefined;

  addReader(cell: Cell<unknown>): void {
    if (this.readers) this.readers.add(cell);
    else if (!this.reader || this.reader === cell) this.reader = cell;
    else {
      this.readers = new Set([this.reader, cell]);
      this.reader = undefined;
    }
  }

  removeReader(cell: Cell<unknown>): void {
    if (this.reader === cell) this.reader = undefined;
    this.readers?.delete(cell);
  }

  hasReaders(): boolean {
    return this.reader !== undefined || (this.readers !== undefined && this.readers.size > 0);
  }

  eachReader(visit: (cell: Cell<unknown>) => void): void {
    if (this.reader) visit(this.reader);
    else if (this.readers) for (const cell of this.readers) visit(cell);
  }
}

class InputSource extends Source {
  constructor(
    private readonly siblings: Map<string, InputSource>,
    private readonly key: string,
  ) {
    super();
  }

  forget(): void {
    this.siblings.delete(this.key);
  }
}

class Cell<T> extends Source {
  value: T | undefined;
  computed = false;
  sources: Source[] = [];

  constructor(
    readonly family: DerivedFamily<T>,
    readonly key: string,
  ) {
    super();
  }
}

class DerivedFamily<T> {
  readonly cells = new Map<string, Cell<T>>();
  readonly dirty = new Set<Cell<T>>();
  changed?: (key: string, value: T | undefined, before: T | undefined) => void;

  constructor(
    readonly rank: number,
    readonly compute: (key: string) => T,
  ) {}
}

function obtain(sources: Map<string, InputSource>, key: string): InputSource {
  let source = sources.get(key);
  if (!source) {
    source = new InputSource(sources, key);
    sources.set(key, source);
  }
  return source;
}

/** Whether two results are the same: plain data, compared by content. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => same(item, b[index]));
  if (Array.isArray(b)) return false;
  if (a instanceof Map || a instanceof Set) return sameEntries(a, b);
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}

function sameEntries(a: ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>, b: object): boolean {
  if (a instanceof Map) return b instanceof Map && a.size === b.size && [...a].every(([key, value]) => b.has(key) && same(value, b.get(key)));
  return b instanceof Set && a.size === b.size && [...a].every((item) => b.has(item));
}
