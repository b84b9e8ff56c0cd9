import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Expectations } from './expectations.js';
import { beginLab, FABRIC, Lab, removeLab, warnings } from './lab.js';
import { MARK, PREFIX } from './namespace.js';
import { installPackages } from './packages.js';
import { SCENARIOS } from './scenarios/index.js';

/**
 * npm run lab               builds the lab, shows what passes and what is dropped, and takes it away
 * npm run lab -- --keep     leaves it running
 * npm run lab -- down       takes away what is left of it
 */

const [task] = process.argv.slice(2);
const keep = task === '--keep';
const INSIDE = 'inside';

async function inside(): Promise<number> {
  const lab = await Lab.build();
  const expectations = new Expectations(lab);
  for (const { title, run } of SCENARIOS) {
    expectations.section(title);
    await run(lab, expectations);
  }
  if (expectations.failed > 0) for (const line of warnings()) process.stderr.write(`${line}\n`);
  return expectations.finish();
}

/** The lab runs in a namespace of its own, so that nothing of it shows on the machine. */
function outside(): number {
  installPackages();
  removeLab();
  beginLab();
  const [name = '', value = ''] = MARK.split('=');
  try {
    const file = fileURLToPath(import.meta.url);
    // Not `ip netns exec`: it would hide the namespaces that are made inside from everyone else.
    const { status } = spawnSync('nsenter', [`--net=/run/netns/${PREFIX}${FABRIC}`, process.execPath, file, INSIDE], {
      stdio: 'inherit',
      env: { ...process.env, [name]: value },
    });
    if (keep) process.stdout.write(`\nThe lab is left running: ip netns exec ${PREFIX}w-web1 ping ...; npm run lab -- down ends it.\n`);
    return status ?? 1;
  } finally {
    if (!keep) removeLab();
  }
}

if (process.getuid?.() !== 0) {
  process.stderr.write('The lab makes network namespaces: run it as root.\n');
  process.exit(1);
}
if (task === 'down') {
  process.stdout.write(removeLab() ? 'The lab is gone.\n' : 'There was no lab.\n');
} else {
  process.exit(task === INSIDE ? await inside() : outside());
}
