import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { inTurns, type Row, row, type Stage } from '../measure.js';
import { Child } from '../processes.js';
import type { CommitHandlers } from '../reference/sqlite-commits.process.js';
import type { StoreHandlers } from '../store.process.js';

/** What the store leaves of raw commits: the part of P1 and P2 that is its own. No goal of its own; run by its name. */
export const store: Stage = {
  ids: ['store'],
  async run(bench) {
    const directory = join(bench.directory, 'store');
    mkdirSync(directory);
    const raw = new Child<CommitHandlers>(new URL('../reference/sqlite-commits.process.js', import.meta.url));
    const writer = new Child<StoreHandlers>(new URL('../store.process.js', import.meta.url));
    const milliseconds = bench.quick ? 300 : 3_000;
    const rows: Row[] = [];
    for (const [measure, clients, update, limit] of [
      ['create, 32 clients', 32, false, 1],
      ['update, 32 clients', 32, true, 1],
      ['create, 1 client', 1, false, 0.3],
    ] as const) {
      bench.say(`store: ${measure}`);
      const [reference, value] = await inTurns(
        bench.quick ? 1 : 3,
        () => raw.ask('run', { file: join(bench.directory, 'raw.db'), milliseconds: milliseconds / 2 }),
        () => writer.ask('run', { directory, clients, update, milliseconds }),
      );
      rows.push(row({ id: 'store', measure, value, reference, unit: '1/s' }, { of: 'ratio', at: 'least', limit }, 0));
    }
    await writer.end();
    await raw.end();
    return { rows, notes: [] };
  },
};
