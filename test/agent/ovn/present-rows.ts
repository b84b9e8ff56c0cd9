import type { OvsdbOperation } from '../../../src/agent/ovn/ovsdb-client.js';
import type { ReplicaRow } from '../../../src/agent/ovn/ovsdb-replica.js';
import { type Atom, asSet, type ColumnValue, decodeValue } from '../../../src/agent/ovn/ovsdb-values.js';

/**
 * Tables in memory that take the operations of a transaction, as far as the engine writes them: enough to see whether a
 * difference leads where it should. Rows that nobody lists are not collected, which the tests look at themselves.
 */
export class MemoryDatabase {
  private readonly tables = new Map<string, Map<string, Record<string, ColumnValue>>>();
  private next = 1;

  rows(table: string): ReadonlyMap<string, ReplicaRow> {
    return this.table(table);
  }

  /** All rows of a table. */
  all(table: string): readonly ReplicaRow[] {
    return [...this.table(table).values()];
  }

  /** The row of a table with a name. @throws Error where there is none */
  named(table: string, name: string): ReplicaRow {
    const row = this.all(table).find((one) => one.name === name);
    if (!row) throw new Error(`no ${table} ${name}`);
    return row;
  }

  insert(table: string, row: Record<string, ColumnValue>): string {
    const uuid = `uuid-${this.next++}`;
    this.table(table).set(uuid, row);
    return uuid;
  }

  transact(operations: readonly OvsdbOperation[]): void {
    const named = new Map<string, string>();
    for (const operation of operations) if (operation.op === 'insert') named.set(String(operation['uuid-name']), `uuid-${this.next++}`);
    const decode = (value: unknown): ColumnValue => decodeValue(resolve(value, named));
    for (const { op, table, ...rest } of operations) {
      const rows = this.table(String(table));
      if (op === 'insert') {
        const columns = Object.entries(rest.row as Record<string, unknown>).map(([column, value]) => [column, decode(value)] as const);
        rows.set(named.get(String(rest['uuid-name'])) as string, Object.fromEntries(columns));
        continue;
      }
      const [[, , id] = []] = rest.where as [string, string, unknown][];
      const uuid = String(decode(id));
      const row = rows.get(uuid);
      if (!row) continue;
      if (op === 'delete') rows.delete(uuid);
      if (op === 'update') for (const [column, value] of Object.entries(rest.row as Record<string, unknown>)) row[column] = decode(value);
      if (op === 'mutate')
        for (const [column, how, value] of rest.mutations as [string, string, unknown][]) row[column] = mutated(row[column], how, asSet(decode(value)));
    }
  }

  private table(name: string): Map<string, Record<string, ColumnValue>> {
    let table = this.tables.get(name);
    if (!table) {
      table = new Map();
      this.tables.set(name, table);
    }
    return table;
  }
}

function mutated(present: ColumnValue | undefined, how: string, elements: readonly Atom[]): readonly Atom[] {
  const set = new Set(asSet(present));
  for (const element of elements) {
    if (how === 'insert') set.add(element);
    else set.delete(element);
  }
  return [...set];
}

function resolve(value: unknown, named: ReadonlyMap<string, string>): unknown {
  if (!Array.isArray(value)) return value;
  if (value[0] === 'named-uuid') return ['uuid', named.get(String(value[1]))];
  return value.map((element) => resolve(element, named));
}
