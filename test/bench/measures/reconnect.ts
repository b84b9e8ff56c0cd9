import { join } from 'node:path';
import { median, row, type Stage } from '../measure.js';
import type { NodesHandlers } from '../nodes.process.js';
import { Child, now } from '../processes.js';
import { BareFanOut } from '../reference/bare-fan-out.js';
import type { StreamsHandlers } from '../streams.process.js';

/**
 * R2: every node loses the manager, and it comes back: until all are in sync again, over the time in which as many bare streams are
 * opened, and what an unchanged node costs in bytes of messages, both ways.
 */
export const reconnect: Stage = {
  ids: ['R2'],
  async run(bench) {
    const nodes = bench.quick ? 20 : 1_000;
    const streams = new Child<StreamsHandlers>(new URL('../streams.process.js', import.meta.url));
    const agents = new Child<NodesHandlers>(new URL('../nodes.process.js', import.meta.url));
    try {
      bench.say(`R2: ${nodes} nodes start`);
      const identities = await streams.ask('start', { directory: join(bench.directory, 'pki'), nodes });
      await agents.ask('start', { stateDir: join(bench.directory, 'nodes'), identities });
      for (let count = 0; count < nodes; count = await streams.ask('inSync')) {
        bench.say(`R2: ${count} of ${nodes} nodes in sync`);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      // Inventory and the last acks are not part of a reconnect.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      const turns = bench.quick ? 1 : 3;
      const times: number[] = [];
      const references: number[] = [];
      let bytes = 0;
      for (let turn = 0; turn < turns; turn += 1) {
        bench.say(`R2: turn ${turn} of ${turns}`);
        const began = now();
        const bare = await BareFanOut.start(join(bench.directory, `bare-${turn}`), nodes);
        references.push(now() - began);
        await bare.stop();
        const again = await streams.ask('reconnect');
        times.push(again.milliseconds);
        bytes = Math.max(bytes, again.bytes);
      }
      const measure = `${nodes} nodes reconnect at once`;
      return {
        rows: [
          row(
            { id: 'R2', measure: `${measure}, until all are in sync`, value: median(times) / 1000, reference: median(references) / 1000, unit: 's' },
            { of: 'value', at: 'most', limit: 5 },
          ),
          row(
            { id: 'R2', measure: `${measure}, messages of an unchanged one`, value: bytes, reference: 1024, unit: 'B' },
            { of: 'value', at: 'most', limit: 1024 },
            0,
          ),
        ],
        notes: [],
      };
    } finally {
      await agents.end();
      await streams.end();
    }
  },
};
