import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { removeLab, runInLab } from '../../lab/lab.js';
import { installPackages } from '../../lab/packages.js';
import type { Findings } from '../measure.js';
import { RealNodes } from './real-nodes.js';

/**
 * Measures real nodes in a lab of their own, which is gone afterwards.
 *
 *   real-nodes.process.js FILE PORTS RULES TURNS ID...   writes what it found to the file
 */

const INSIDE = 'inside';
const [first = '', ...rest] = process.argv.slice(2);

async function inside([file = '', ports, rules, turns, ...ids]: readonly string[]): Promise<void> {
  const sizes = { ports: Number(ports), rules: Number(rules), turns: Number(turns) };
  const nodes = await RealNodes.build(sizes, (text) => process.stderr.write(`${text}\n`));
  const findings: Findings = await nodes.measure(new Set(ids));
  writeFileSync(file, JSON.stringify(findings));
}

function outside(args: readonly string[]): number {
  installPackages();
  try {
    return runInLab(fileURLToPath(import.meta.url), [INSIDE, ...args]);
  } finally {
    removeLab();
  }
}

if (first === INSIDE) {
  await inside(rest);
  // The agents of the lab are its children, and end with it.
  process.exit(0);
}
process.exitCode = outside([first, ...rest]);
