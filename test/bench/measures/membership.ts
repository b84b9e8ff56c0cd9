import { row, type Stage } from '../measure.js';
import type { MembershipFigures, MembershipHandlers } from '../membership.process.js';
import { Child } from '../processes.js';

/** P6: one member joins a group whose addresses are matched by rules on some nodes, at two sizes of the group. */
export const membership: Stage = {
  ids: ['P6'],
  async run(bench) {
    const [small, large] = bench.quick ? [200, 2_000] : [10_000, 100_000];
    const nodes = bench.quick ? 20 : 1_000;
    const users = 10;
    const figures: MembershipFigures[] = [];
    for (const members of [small, large]) {
      bench.say(`P6: group of ${members}`);
      const child = new Child<MembershipHandlers>(new URL('../membership.process.js', import.meta.url));
      figures.push(await child.ask('measure', { members, nodes, users, joins: bench.quick ? 50 : 2_000 }));
      await child.end();
    }
    const [atSmall, atLarge] = figures as [MembershipFigures, MembershipFigures];
    const recomputes = atSmall.fullRecomputes + atLarge.fullRecomputes;
    const measure = `one member joins a group of ${large}, over one of ${small}`;
    return {
      rows: [
        row({ id: 'P6', measure, value: atLarge.milliseconds, reference: atSmall.milliseconds, unit: 'ms' }, { of: 'value', at: 'most', limit: 1 }, 3),
        row(
          { id: 'P6', measure: `growth of it: ${measure}`, value: atLarge.milliseconds, reference: atSmall.milliseconds, unit: 'ms' },
          { of: 'ratio', at: 'most', limit: 1.5 },
          3,
        ),
        row({ id: 'P6', measure: 'full recomputes meanwhile', value: recomputes, reference: 0, unit: '' }, { of: 'value', at: 'most', limit: 0 }, 0),
      ],
      notes: [`One join led to ${atLarge.deltas} deltas, one for each node whose rules match the group; the members live on ${nodes} nodes.`],
    };
  },
};
