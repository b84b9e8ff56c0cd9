import { OvsdbClient, type OvsdbOperation, type OvsdbResult, type TableUpdates } from './ovsdb-client.js';
import { type ColumnValue, decodeValue } from './ovsdb-values.js';

export type ReplicaRow = Readonly<Record<string, ColumnValue>>;

export interface ReplicaOptions {
  /** Unix socket of the server. */
  readonly path: string;
  readonly database: string;
  readonly tables: readonly string[];
  /** Rows changed, or the connection came or went. */
  readonly changed: () => void;
}

/** How long to wait before the next attempt to connect, in milliseconds. */
const RECONNECT = 250;

/**
 * Tables of a database as they are now. The server sends what changes, and everything anew after it was away: rows are compared
 * by what they hold, so nobody needs to know which of both it was.
 */
export class OvsdbReplica {
  private tables = new Map<string, Map<string, ReplicaRow>>();
  private readonly changes = new Map<string, number>();
  private client: OvsdbClient | undefined;
  private retry: NodeJS.Timeout | undefined;
  private closed = false;

  private constructor(private readonly options: ReplicaOptions) {}

  /** @throws Error when the server cannot be reached at the start; later it is waited for */
  static async open(options: ReplicaOptions): Promise<OvsdbReplica> {
    const replica = new OvsdbReplica(options);
    await replica.connect();
    return replica;
  }

  /** Whether the server is there, and with it the rows. */
  get connected(): boolean {
    return this.client !== undefined;
  }

  rows(table: string): ReadonlyMap<string, ReplicaRow> {
    return this.tables.get(table) ?? new Map();
  }

  /** A number that is another one whenever a row of these tables may be different from before. */
  changesOf(tables: readonly string[]): number {
    return tables.reduce((sum, table) => sum + (this.changes.get(table) ?? 0), 0);
  }

  /** The only row of a table that has but one. */
  only(table: string): ReplicaRow | undefined {
    return this.rows(table).values().next().value;
  }

  /**
   * What a transaction changes is in the rows when it is answered.
   * @throws OvsdbRefusal when the server does not take it
   * @throws Error when the server is gone
   */
  async transact(operations: readonly OvsdbOperation[]): Promise<readonly OvsdbResult[]> {
    if (!this.client) throw new Error(`the database server at ${this.options.path} is gone`);
    return this.client.transact(this.options.database, operations);
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.retry);
    this.client?.close();
    this.client = undefined;
  }

  private async connect(): Promise<void> {
    const { path, database, tables } = this.options;
    let early: TableUpdates[] | undefined = [];
    const client = await OvsdbClient.open(path, {
      updated: (updates) => {
        if (early) early.push(updates);
        else this.update(updates);
      },
      closed: () => {
        if (!early) this.lost();
      },
    });
    const all = await client.monitor(database, tables);
    if (this.closed) return client.close();
    this.tables = new Map(tables.map((table) => [table, new Map()]));
    for (const table of tables) this.changes.set(table, (this.changes.get(table) ?? 0) + 1);
    this.client = client;
    for (const updates of [all, ...early]) this.take(updates);
    early = undefined;
    this.options.changed();
  }

  private update(updates: TableUpdates): void {
    this.take(updates);
    this.options.changed();
  }

  private take(updates: TableUpdates): void {
    for (const [table, rows] of Object.entries(updates)) {
      const known = this.tables.get(table);
      this.changes.set(table, (this.changes.get(table) ?? 0) + 1);
      for (const [uuid, { new: row }] of Object.entries(rows)) {
        if (row) known?.set(uuid, Object.fromEntries(Object.entries(row).map(([column, value]) => [column, decodeValue(value)])));
        else known?.delete(uuid);
      }
    }
  }

  private lost(): void {
    this.client = undefined;
    this.options.changed();
    this.reconnect();
  }

  private reconnect(): void {
    if (this.closed) return;
    this.retry = setTimeout(() => void this.connect().catch(() => this.reconnect()), RECONNECT);
  }
}
