import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Reference } from '../../src/policy/ports.js';
import { workerUrl } from '../../src/shared/worker-url.js';
import { UnitOfWork, WriterThread } from '../../src/store/unit-of-work.js';
import { CONTEXT, policyObject, type StepsCommand } from '../store/apply-steps.js';

/**
 * Durable single-object writes through the writer thread, as a ratio to raw single-row SQLite commits of 1.45 KB (WAL, FULL) in the
 * same run. Usage: node dist/test/bench/store.bench.js [directory] [seconds]
 */
const base = process.argv[2] ?? tmpdir();
const milliseconds = Number(process.argv[3] ?? 3) * 1000;
const directory = mkdtempSync(join(base, 'heddle-bench-'));
const padding = 'x'.repeat(850);

function raw(): number {
  const handle = new Database(join(directory, 'raw.db'));
  handle.pragma('journal_mode = WAL');
  handle.pragma('synchronous = FULL');
  handle.exec('CREATE TABLE IF NOT EXISTS thing (id INTEGER PRIMARY KEY, body TEXT)');
  const insert = handle.prepare('INSERT INTO thing (body) VALUES (?)');
  const body = 'x'.repeat(1450);
  const until = performance.now() + milliseconds;
  let done = 0;
  for (; performance.now() < until; done += 1) insert.run(body);
  handle.close();
  return (done * 1000) / milliseconds;
}

async function through(work: UnitOfWork, clients: number, update: boolean): Promise<number> {
  const until = performance.now() + milliseconds;
  let done = 0;
  const references = (path: string): Reference[] => [{ source: path, field: 'transport_zone_path', target: '/infra/sites/default', hard: true }];
  const client = async (number: number): Promise<void> => {
    for (let round = 0; performance.now() < until; round += 1) {
      const path = `/infra/segments/bench-${clients}-${update ? 'u' : 'c'}-${number}-${update ? round % 20 : round}`;
      const object = policyObject(path, { description: padding, _revision: round, tags: [{ scope: 'owner', tag: 'bench' }] });
      const command: StepsCommand = {
        context: { ...CONTEXT, requestId: `request-${number}-${round}` },
        steps: [{ put: object, references: references(path) }],
      };
      await work.submit('intent', { command });
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
  return (done * 1000) / milliseconds;
}

const thread = await WriterThread.start(directory, workerUrl(import.meta.url, '../store/apply-steps.js'));
const work = new UnitOfWork(thread.connect());
try {
  for (const [name, clients, update] of [
    ['create, 32 clients', 32, false],
    ['update, 32 clients', 32, true],
    ['create, 1 client', 1, false],
  ] as const) {
    const single = raw();
    const rate = await through(work, clients, update);
    const again = raw();
    const anchor = (single + again) / 2;
    console.log(`${name}: ${rate.toFixed(0)}/s over ${anchor.toFixed(0)}/s raw (${single.toFixed(0)}, ${again.toFixed(0)}) = ${(rate / anchor).toFixed(2)}`);
  }
} finally {
  await thread.stop();
  rmSync(directory, { recursive: true });
}
