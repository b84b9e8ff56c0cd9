import { idText } from '../held-state.js';
import type { OvsdbOperation } from './ovsdb-client.js';
import type { ReplicaRow } from './ovsdb-replica.js';
import { type Atom, asMap, asSet, type ColumnValue, encodeMap, encodeSet, encodeUuid, entryOf } from './ovsdb-values.js';
import { References, type RowReference, rowText, type WantedRow, type WantedValue } from './rows.js';

/** Keys in `external_ids` that say that a row is ours, which one it is, and which resource it comes from. Other rows are not touched. */
export const ROW = 'heddle-row';
export const OWNER = 'heddle-resource';

/** What a database holds, as far as a difference needs it. */
export interface PresentRows {
  rows(table: string): ReadonlyMap<string, ReplicaRow>;
}

export interface DifferenceOptions {
  readonly tables: readonly string[];
  readonly wanted: readonly WantedRow[];
  readonly present: PresentRows;
  /** Whether rows of a resource that wants none of them stay: a resource that nobody has spoken of yet, or whose change was refused. */
  readonly keeps: (owner: string) => boolean;
}

/** The operations of one transaction that lead from the rows that are there to those that are wanted; none where nothing differs. */
export function differenceOf(options: DifferenceOptions): OvsdbOperation[] {
  return new Difference(options).operations();
}

/** Resources that rows of a database come from, as `idText` writes them. */
export function ownersIn(tables: readonly string[], present: PresentRows): Set<string> {
  const owners = new Set<string>();
  for (const table of tables)
    for (const row of present.rows(table).values()) {
      const owner = entryOf(row.external_ids, OWNER);
      if (owner !== undefined) owners.add(owner);
    }
  return owners;
}

class Difference {
  /** Uuids of our rows that are there, by what they are. */
  private readonly known = new Map<string, string>();
  private readonly wanted = new Map<string, WantedRow>();
  /** Names under which the rows that are inserted are known within the transaction. */
  private readonly inserted = new Map<string, string>();
  private readonly list: OvsdbOperation[] = [];
  /** Which columns of which rows list a row, by its uuid. */
  private readonly listings = new Map<string, Listing[]>();

  constructor(private readonly options: DifferenceOptions) {
    for (const table of options.tables)
      for (const [uuid, row] of options.present.rows(table)) {
        const name = entryOf(row.external_ids, ROW);
        if (name !== undefined) this.known.set(rowText({ table, name }), uuid);
      }
    for (const row of options.wanted) this.wanted.set(rowText(row), row);
    for (const [table, columns] of LISTS)
      for (const [uuid, row] of options.present.rows(table))
        for (const column of columns) for (const child of asSet(row[column])) this.noteListing(String(child), { table, uuid, column });
  }

  operations(): OvsdbOperation[] {
    // All names first: rows refer to one another in both directions.
    let number = 0;
    for (const text of this.wanted.keys()) if (!this.known.has(text)) this.inserted.set(text, `row${number++}`);
    this.removals();
    for (const [text, row] of this.wanted) {
      const uuid = this.known.get(text);
      if (uuid === undefined) this.insert(row, this.inserted.get(text) as string);
      else this.update(row, uuid);
    }
    return this.list;
  }

  private removals(): void {
    const { tables, present, keeps } = this.options;
    for (const table of tables)
      for (const [uuid, row] of present.rows(table)) {
        const name = entryOf(row.external_ids, ROW);
        if (name === undefined || this.wanted.has(rowText({ table, name })) || keeps(entryOf(row.external_ids, OWNER) ?? '')) continue;
        this.unlist(uuid);
        this.list.push({ op: 'delete', table, where: [['_uuid', '==', encodeUuid(uuid)]] });
      }
  }

  private noteListing(child: string, listing: Listing): void {
    const known = this.listings.get(child);
    if (known) known.push(listing);
    else this.listings.set(child, [listing]);
  }

  /** A row that others list can go only once they do not. */
  private unlist(child: string): void {
    for (const { table, uuid, column } of this.listings.get(child) ?? []) this.mutate(table, uuid, [[column, 'delete', encodeSet([encodeUuid(child)])]]);
  }

  private insert(row: WantedRow, name: string): void {
    const columns = Object.entries(row.columns).map(([column, value]) => [column, this.encode(value)] as const);
    const tags = encodeMap([
      [ROW, row.name],
      [OWNER, idText(row.owner)],
    ]);
    this.list.push({ op: 'insert', table: row.table, 'uuid-name': name, row: { ...Object.fromEntries(columns), external_ids: tags } });
    if (row.within) this.enlist(row.within, row.within.column, ['named-uuid', name]);
  }

  private enlist(parent: RowReference, column: string, child: unknown): void {
    const uuid = this.reference(parent);
    if (uuid) this.list.push({ op: 'mutate', table: parent.table, where: [['_uuid', '==', uuid]], mutations: [[column, 'insert', encodeSet([child])]] });
  }

  private update({ table, columns, within }: WantedRow, uuid: string): void {
    if (within && !this.isListed(uuid, within)) {
      this.unlist(uuid);
      this.enlist(within, within.column, encodeUuid(uuid));
    }
    const present = this.options.present.rows(table).get(uuid) ?? {};
    const changed: Record<string, unknown> = {};
    const mutations: unknown[] = [];
    for (const [column, value] of Object.entries(columns)) this.compare(column, value, present[column], changed, mutations);
    if (Object.keys(changed).length > 0) this.list.push({ op: 'update', table, where: [['_uuid', '==', encodeUuid(uuid)]], row: changed });
    if (mutations.length > 0) this.mutate(table, uuid, mutations);
  }

  /** Whether a row is part of the one that it should be part of; it may have been part of another. */
  private isListed(child: string, parent: RowReference): boolean {
    const uuid = this.known.get(rowText(parent));
    return this.listings.get(child)?.some((listing) => listing.uuid === uuid) ?? false;
  }

  private compare(column: string, value: WantedValue, present: ColumnValue | undefined, changed: Record<string, unknown>, mutations: unknown[]): void {
    if (typeof value !== 'object') {
      if ((present ?? (typeof value === 'string' ? '' : typeof value === 'number' ? 0 : false)) !== value) changed[column] = value;
    } else if (value instanceof References || Array.isArray(value)) {
      this.compareSets(column, value as References | readonly Atom[], asSet(present), changed, mutations);
    } else {
      const map = asMap(present);
      const entries = Object.entries(value as Readonly<Record<string, string>>);
      if (entries.length !== map.size || entries.some(([key, one]) => map.get(key) !== one)) changed[column] = encodeMap(entries);
    }
  }

  /** A large set is told its elements that come and go; one that holds at most one is written whole, because it may never hold two. */
  private compareSets(
    column: string,
    value: References | readonly Atom[],
    present: readonly Atom[],
    changed: Record<string, unknown>,
    mutations: unknown[],
  ): void {
    const elements: readonly unknown[] = value instanceof References ? this.references(value) : value;
    const wanted = new Set(elements.map((element) => (Array.isArray(element) && element[0] === 'uuid' ? element[1] : element)));
    const there = new Set<unknown>(present);
    const added = [...wanted].filter((element) => !there.has(element));
    const gone = present.filter((element) => !wanted.has(element));
    if (added.length === 0 && gone.length === 0) return;
    if (wanted.size <= 1 && there.size <= 1) {
      changed[column] = encodeSet([...elements]);
      return;
    }
    const encode = (element: unknown): unknown => (value instanceof References && typeof element === 'string' ? encodeUuid(element) : element);
    if (gone.length > 0) mutations.push([column, 'delete', encodeSet(gone.map(encode))]);
    if (added.length > 0) mutations.push([column, 'insert', encodeSet(added.map(encode))]);
  }

  private encode(value: WantedValue): unknown {
    if (value instanceof References) return encodeSet(this.references(value));
    if (Array.isArray(value)) return encodeSet(value);
    return typeof value === 'object' ? encodeMap(Object.entries(value as Readonly<Record<string, string>>)) : value;
  }

  private references({ table, names }: References): unknown[] {
    return names.flatMap((name) => {
      const uuid = this.reference({ table, name });
      return uuid ? [uuid] : [];
    });
  }

  private reference(row: RowReference): unknown {
    const text = rowText(row);
    const name = this.inserted.get(text);
    if (name !== undefined) return ['named-uuid', name];
    const uuid = this.known.get(text);
    return uuid === undefined || !this.wanted.has(text) ? undefined : encodeUuid(uuid);
  }

  private mutate(table: string, uuid: string, mutations: readonly unknown[]): void {
    this.list.push({ op: 'mutate', table, where: [['_uuid', '==', encodeUuid(uuid)]], mutations });
  }
}

/** A column of a row that lists another row. */
interface Listing {
  readonly table: string;
  readonly uuid: string;
  readonly column: string;
}

/** Columns that list rows which are there only as long as they are listed. */
const LISTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['Logical_Switch', ['ports', 'acls']],
  ['Logical_Router', ['ports', 'static_routes', 'policies', 'nat']],
  ['Port_Group', ['acls']],
  ['HA_Chassis_Group', ['ha_chassis']],
]);
