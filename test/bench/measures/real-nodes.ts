import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Findings, Stage } from '../measure.js';

const MODULE = fileURLToPath(new URL('../real-nodes/real-nodes.process.js', import.meta.url));

/**
 * Nodes with a real Open vSwitch and OVN, beside plain `ovn-nbctl --wait=hv` on the same node. N1: from PATCH to packets. N2: memory of
 * an agent. N3: a node from nothing to all of it in force. N4: one more port and one more rule on a node that has many.
 */
export const realNodes: Stage = {
  ids: ['N1', 'N2', 'N3', 'N4'],
  async run(bench, wanted): Promise<Findings> {
    if (process.getuid?.() !== 0) return { rows: [], notes: ['N1 to N4 were not measured: they make network namespaces, which takes root.'] };
    const file = join(bench.directory, 'real-nodes.json');
    const sizes = bench.quick ? ['40', '20', '1'] : ['1000', '500', '5'];
    bench.say(`N: nodes of ${sizes[0]} ports and ${sizes[1]} rules`);
    const status = await new Promise<number | null>((resolve) => {
      const child = spawn(process.execPath, [MODULE, file, ...sizes, ...realNodes.ids.filter((id) => wanted.has(id))], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, HEDDLE_LAB: 'bench' },
      });
      child.once('exit', resolve);
    });
    if (status !== 0) throw new Error(`the nodes could not be measured, as said above (status ${status})`);
    return JSON.parse(readFileSync(file, 'utf8')) as Findings;
  },
};
