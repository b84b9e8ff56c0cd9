import fc from 'fast-check';
import { expect, it } from 'vitest';
import { start, step, World } from './oracle.js';

/**
 * The same walks for as long as there is time for them: `HEDDLE_ORACLE_SECONDS`, two minutes unless told otherwise. Compared is after
 * every few steps, because comparing costs many times what a step does; what differs in between and heals is for the short walks.
 */
const SECONDS = Number(process.env.HEDDLE_ORACLE_SECONDS ?? 120);
const STEPS = 400;
const BETWEEN = 20;

it(
  'equals the full computation after every so many of as many random operations as there is time for',
  () => {
    let operations = 0;
    let comparisons = 0;
    const walk = fc.property(start, fc.array(step, { minLength: STEPS, maxLength: STEPS }), ([objects, known], steps) => {
      const world = new World(
        objects.filter((object) => object !== null),
        known,
      );
      for (let at = 0; at < steps.length; at += BETWEEN) {
        const some = steps.slice(at, at + BETWEEN);
        world.take(some);
        world.check();
        operations += some.length;
        comparisons += 1;
      }
      expect(world.graph.counters().fullRecomputes).toBe(0);
    });
    fc.assert(walk, { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: SECONDS * 1000 });
    console.log(`${operations} random operations, ${comparisons} comparisons with the full computation, no difference`);
    expect(operations).toBeGreaterThan(0);
  },
  (SECONDS + 300) * 1000,
);
