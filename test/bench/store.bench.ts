import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { workerUrl } from '../../src/shared/worker-url.js';
import { UnitOfWork, WriterThread } from '../../src/store/unit-of-work.js';
import { CONTEXT, policyObject, type StepsCommand } from '../store/apply-steps.js';

/**
 * Durable single-object writes through the writer thread, as a ratio to raw single-row SQLite commits of 1.45 KB (WAL, FULL). Both
 * take turns of a quarter second in one run, because a machine that others use is not equally fast for long; the median of the
 * ratios counts. Usage: node dist/test/bench/store.bench.js [directory] [turns]
 */
const TURN = 250;
const base = process.argv[2] ?? tmpdir();
const turns = Number(process.argv[3] ?? 15);

class RawCommits {
  private readonly handle: Database.Database;
  private readonly insert: Database.Statement;
  private readonly body = 'x'.repeat(1450);

  constructor(directory: string) {
    this.handle = new Database(join(directory, 'raw.db'));
    this.handle.pragma('journal_mode = WAL');
    this.handle.pragma('synchronous = FULL');
    this.handle.exec('CREATE TABLE thing (id INTEGER PRIMARY KEY, body TEXT)');
    this.insert = this.handle.prepare('INSERT INTO thing (body) VALUES (?)');
  }

  /** Commits a second. */
  turn(): number {
    const started = performance.now();
    let done = 0;
    for (; performance.now() < started + TURN; done += 1) this.insert.run(this.body);
    return (done * 1000) / (performance.now() - started);
  }
}

/** Clients that each wait for their answer before they ask again, as HTTP clients do. */
class Clients {
  private written = 0;

  constructor(
    private readonly work: UnitOfWork,
    private readonly count: number,
    /** Objects a client writes over and over; none: it creates a new one each time. */
    private readonly reuse: number | undefined,
  ) {}

  /** Writes a second. */
  async turn(): Promise<number> {
    const started = performance.now();
    let done = 0;
    const client = async (number: number): Promise<void> => {
      while (performance.now() < started + TURN) {
        await this.work.submit('intent', { command: this.command(number) });
        done += 1;
      }
    };
    await Promise.all(Array.from({ length: this.count }, (_, number) => client(number)));
    return (done * 1000) / (performance.now() - started);
  }

  private command(client: number): StepsCommand {
    const round = this.written++;
    const path = `/infra/segments/${this.count}-${client}-${this.reuse ? `again-${round % this.reuse}` : round}`;
    const object = policyObject(path, { description: 'x'.repeat(850), _revision: round, tags: [{ scope: 'owner', tag: 'bench' }] });
    const references = [{ source: path, field: 'transport_zone_path', target: '/infra/sites/default', hard: true }];
    return { context: { ...CONTEXT, requestId: `request-${round}` }, steps: [{ put: object, references }] };
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const directory = mkdtempSync(join(base, 'heddle-bench-'));
const thread = await WriterThread.start(directory, workerUrl(import.meta.url, '../store/apply-steps.js'));
try {
  const work = new UnitOfWork(thread.connect());
  const raw = new RawCommits(directory);
  for (const [name, clients] of [
    ['create, 32 clients', new Clients(work, 32, undefined)],
    ['update, 32 clients', new Clients(work, 32, 500)],
    ['create, 1 client', new Clients(work, 1, undefined)],
  ] as const) {
    const results: { raw: number; own: number }[] = [];
    for (let turn = 0; turn < turns; turn += 1) results.push({ raw: raw.turn(), own: await clients.turn() });
    const ratio = median(results.map((result) => result.own / result.raw));
    const [own, anchor] = [median(results.map((result) => result.own)), median(results.map((result) => result.raw))];
    console.log(`${name}: ${ratio.toFixed(2)} (${own.toFixed(0)} writes/s over ${anchor.toFixed(0)} raw commits/s)`);
  }
} finally {
  await thread.stop();
  rmSync(directory, { recursive: true });
}
