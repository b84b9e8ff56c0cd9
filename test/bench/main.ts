import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bench, Row, Stage } from './measure.js';
import { largeBody } from './measures/large-body.js';
import { membership } from './measures/membership.js';
import { network } from './measures/network.js';
import { realNodes } from './measures/real-nodes.js';
import { reconnect } from './measures/reconnect.js';
import { requests } from './measures/requests.js';
import { store } from './measures/store.js';
import { Progress } from './progress.js';
import { loads, machine, reportOf, tableOf } from './report.js';

/**
 * Runs the benchmarks: each figure beside something that is measured in the same run.
 *
 *   npm run bench -- [--only P1,P3] [--quick] [--json FILE] [--report FILE] [--directory DIR] [--profiles DIR]
 */

const STAGES: readonly Stage[] = [requests, largeBody, network, membership, reconnect, store, realNodes];

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    report: { type: 'string' },
    directory: { type: 'string' },
    profiles: { type: 'string' },
  },
});
const known = STAGES.flatMap(({ ids }) => ids);
/** What only says where the time of others goes is run by name. */
const goals = known.filter((id) => /^[PRN]\d/.test(id));
const wanted = new Set(values.only?.split(',') ?? goals);
for (const id of wanted) if (!known.includes(id)) throw new Error(`--only takes ${known.join(', ')}, separated by commas; not ${id}`);

const progress = new Progress(process.stderr, STAGES.filter(({ ids }) => ids.some((id) => wanted.has(id))).length);
const before = loads();
const rows: Row[] = [];
const notes: string[] = [];
for (const stage of STAGES) {
  if (!stage.ids.some((id) => wanted.has(id))) continue;
  progress.next();
  const directory = mkdtempSync(join(resolve(values.directory ?? tmpdir()), 'heddle-bench-'));
  const bench: Bench = {
    directory,
    quick: values.quick,
    profiles: values.profiles === undefined ? undefined : resolve(values.profiles),
    say: (text) => progress.say(text),
  };
  try {
    const found = await stage.run(bench, wanted);
    rows.push(...found.rows);
    notes.push(...found.notes);
  } catch (error) {
    // The others are still worth knowing.
    process.exitCode = 1;
    notes.push(`${stage.ids.filter((id) => wanted.has(id)).join(', ')} could not be measured: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
progress.end();

console.log(tableOf(rows));
for (const note of notes) console.log(note);
for (const line of machine(before)) console.log(line);
if (values.quick) console.log('Small sizes (--quick): the figures say that everything works, not how fast it is.');
if (values.json !== undefined) write(values.json, `${JSON.stringify(rows, undefined, 2)}\n`);
if (values.report !== undefined) write(values.report, reportOf(rows, notes, before));

function write(file: string, text: string): void {
  mkdirSync(resolve(file, '..'), { recursive: true });
  writeFileSync(file, text);
}
