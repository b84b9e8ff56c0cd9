import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Step, start, step, World } from './oracle.js';
import { NODES } from './world.js';

/** How many steps to walk in all; the default fits in a test run. */
const OPERATIONS = Number(process.env.HEDDLE_ORACLE_OPERATIONS ?? 600);
const STEPS = 40;

describe('the incremental graph equals the full computation', () => {
  it('after a cold start, and after every step of a random walk from there', () => {
    fc.assert(
      fc.property(start, fc.array(step, { minLength: STEPS, maxLength: STEPS }), ([objects, known], steps) => {
        const world = new World(
          objects.filter((object) => object !== null),
          known,
        );
        world.check();
        for (const one of steps) {
          world.take([one]);
          world.check();
        }
      }),
      { numRuns: Math.ceil(OPERATIONS / STEPS) },
    );
  });

  it('forwards, backwards and shuffled: the same state is realized the same way, and nothing is left when all is gone', () => {
    fc.assert(
      fc.property(start, fc.infiniteStream(fc.nat()), ([objects, known], numbers) => {
        const present = objects.filter((object) => object !== null);
        const world = new World(present, known);
        world.check();
        const build: Step[] = [...present.map((put) => ({ put })), ...known.map((one) => ({ report: one }))];
        for (const order of [build, [...build].reverse(), shuffled(build, numbers)]) {
          const other = new World();
          other.take(order);
          other.check();
          for (const node of NODES) expect(other.graph.digest(node)).toBe(world.graph.digest(node));
          other.take(
            shuffled(
              [...present.map(({ path }) => ({ remove: path })), ...known.map((one) => ({ report: { ...one, interfaces: [], machines: [] } }))],
              numbers,
            ),
          );
          other.check();
          expect(other.graph.counters()).toMatchObject({ resources: 0, intents: 0, fullRecomputes: 0 });
        }
      }),
      { numRuns: Math.ceil(OPERATIONS / STEPS / 4) },
    );
  });
});

function shuffled<T>(items: readonly T[], numbers: Iterator<number>): T[] {
  return items
    .map((item) => ({ item, rank: numbers.next().value as number }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
