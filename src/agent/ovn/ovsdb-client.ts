import { createConnection, type Socket } from 'node:net';
import { JsonFrames } from './json-frames.js';

/** One operation of a transaction, as RFC 7047 writes it. */
export type OvsdbOperation = { readonly op: string } & Readonly<Record<string, unknown>>;

/** What became of one operation. */
export interface OvsdbResult {
  readonly uuid?: readonly ['uuid', string];
  readonly rows?: readonly Readonly<Record<string, unknown>>[];
  readonly count?: number;
  readonly error?: string;
  readonly details?: string;
}

/** Rows that came, changed or went, by table and uuid: `new` is the whole row, and missing where it went. */
export type TableUpdates = Readonly<Record<string, Readonly<Record<string, { readonly old?: object; readonly new?: Readonly<Record<string, unknown>> }>>>>;

/** A database server did not take a transaction; nothing of it happened. */
export class OvsdbRefusal extends Error {}

export interface OvsdbEvents {
  updated(updates: TableUpdates): void;
  /** The connection is gone, for whichever reason; no event follows. */
  closed(reason: string): void;
}

/** An escape that servers do not read: of a NUL, or of one half of a character that takes two. Whole ones are not escaped. */
const UNREADABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/;

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A connection to a database server of Open vSwitch or OVN: JSON-RPC over a Unix socket. */
export class OvsdbClient {
  private readonly waiting = new Map<number, Waiting>();
  private readonly frames = new JsonFrames();
  private nextId = 1;
  private ended = false;

  private constructor(
    private readonly socket: Socket,
    private readonly events: OvsdbEvents,
  ) {
    socket.on('data', (chunk) => this.receive(chunk));
    socket.on('error', (error) => this.end(error.message));
    socket.on('close', () => this.end('the database server closed the connection'));
  }

  /** @throws Error when nobody listens at the path, or may not be asked; its `code` is that of the system */
  static open(path: string, events: OvsdbEvents): Promise<OvsdbClient> {
    return new Promise((resolve, reject) => {
      const socket = createConnection({ path });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new OvsdbClient(socket, events));
      });
    });
  }

  /** Follows whole tables. The updates that the answer holds are all that is there now; later ones come as events. */
  monitor(database: string, tables: readonly string[]): Promise<TableUpdates> {
    const requests = Object.fromEntries(tables.map((table) => [table, [{}]]));
    return this.call('monitor', [database, database, requests]) as Promise<TableUpdates>;
  }

  /** @throws OvsdbRefusal when an operation fails, with what the server says of it */
  async transact(database: string, operations: readonly OvsdbOperation[]): Promise<readonly OvsdbResult[]> {
    const results = (await this.call('transact', [database, ...operations])) as readonly (OvsdbResult | null)[];
    const failed = results.find((result) => result?.error !== undefined);
    if (failed) throw new OvsdbRefusal([failed.error, failed.details].filter((text) => text).join(': '));
    return results.map((result) => result ?? {});
  }

  close(): void {
    this.ended = true;
    this.socket.destroy();
    this.fail('the connection is closed');
  }

  private call(method: string, params: readonly unknown[]): Promise<unknown> {
    if (this.ended) return Promise.reject(new Error('the connection is closed'));
    const id = this.nextId;
    this.nextId += 1;
    const text = JSON.stringify({ id, method, params });
    // The server would close the connection, and nobody knew why.
    if (UNREADABLE.test(text)) return Promise.reject(new OvsdbRefusal('a text has a NUL or half of a character in it, which no database takes'));
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.socket.write(text);
    });
  }

  private receive(chunk: Buffer): void {
    for (const text of this.frames.push(chunk)) {
      const { id, method, params, result, error } = JSON.parse(text) as {
        readonly id: unknown;
        readonly method?: string;
        readonly params?: readonly unknown[];
        readonly result?: unknown;
        readonly error?: unknown;
      };
      if (method === 'echo') this.socket.write(JSON.stringify({ id, result: params, error: null }));
      else if (method === 'update') this.events.updated(params?.[1] as TableUpdates);
      else if (typeof id === 'number') this.answer(id, result, error);
    }
  }

  private answer(id: number, result: unknown, error: unknown): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (error === null || error === undefined) waiting?.resolve(result);
    else waiting?.reject(new OvsdbRefusal(typeof error === 'string' ? error : JSON.stringify(error)));
  }

  private end(reason: string): void {
    if (this.ended) return;
    this.ended = true;
    this.socket.destroy();
    this.fail(reason);
    this.events.closed(reason);
  }

  private fail(reason: string): void {
    for (const { reject } of this.waiting.values()) reject(new Error(reason));
    this.waiting.clear();
  }
}
