import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Expectations } from './expectations.js';
import { breakdowns, Lab, removeLab, runInLab, warnings } from './lab.js';
import { PREFIX } from './namespace.js';
import { installPackages } from './packages.js';
import { chosen, SCENARIOS } from './scenarios/index.js';

/**
 * npm run lab                         builds the lab, shows what passes and what is dropped, and takes it away
 * npm run lab -- --keep               leaves it running
 * npm run lab -- --only dhcp,ipv6     shows these parts and what they build on
 * npm run lab -- down                 takes away what is left of it
 *
 * HEDDLE_LAB=name gives the lab a name, so that several can be side by side.
 */

const INSIDE = 'inside';

async function inside(only: string | undefined): Promise<number> {
  const scenarios = only === undefined ? SCENARIOS : chosen(only.split(','));
  const lab = await Lab.build();
  const expectations = new Expectations(lab);
  for (const { title, run } of scenarios) {
    expectations.section(title);
    await run(lab, expectations);
  }
  expectations.section('The machines');
  await expectations.now(
    'no program of a node has broken down by itself, or could not read what it was told',
    () => breakdowns().length === 0 || breakdowns().join('; '),
  );
  if (expectations.failed > 0) for (const line of warnings()) process.stderr.write(`${line}\n`);
  return expectations.finish();
}

function outside(only: string | undefined, keep: boolean): number {
  if (only !== undefined) chosen(only.split(','));
  installPackages();
  try {
    const status = runInLab(fileURLToPath(import.meta.url), [INSIDE, ...(only === undefined ? [] : ['--only', only])]);
    if (keep) process.stdout.write(`\nThe lab is left running: ip netns exec ${PREFIX}w-web1 ping ...; npm run lab -- down ends it.\n`);
    return status;
  } finally {
    if (!keep) removeLab();
  }
}

async function run(): Promise<number> {
  const { values, positionals } = parseArgs({ options: { keep: { type: 'boolean', default: false }, only: { type: 'string' } }, allowPositionals: true });
  const [task] = positionals;
  if (process.getuid?.() !== 0) throw new Error('it makes network namespaces: run it as root');
  if (task === INSIDE) return inside(values.only);
  if (task === undefined) return outside(values.only, values.keep);
  if (task !== 'down') throw new Error(`it cannot ${task}, only go down`);
  process.stdout.write(removeLab() ? 'The lab is gone.\n' : 'There was no lab.\n');
  return 0;
}

try {
  process.exit(await run());
} catch (error) {
  process.stderr.write(`The lab: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
