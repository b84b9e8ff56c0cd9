import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Interval, IntervalSet } from '../../src/store/interval-set.js';

const interval = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 12 }))
  .map(([low, size]) => ({ low: BigInt(low), high: BigInt(low + size) }));
const step = fc.record({ add: fc.boolean(), interval });

function numbersOf(parts: readonly Interval[]): bigint[] {
  return parts.flatMap(({ low, high }) => Array.from({ length: Number(high - low) + 1 }, (_, at) => low + BigInt(at)));
}

it('holds what a plain set of numbers holds, and says exactly what each step changed', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const set = new IntervalSet();
      const model = new Set<bigint>();
      for (const { add, interval: part } of steps) {
        const numbers = numbersOf([part]);
        const changed = numbers.filter((number) => model.has(number) !== add);
        expect(numbersOf(add ? set.add(part) : set.remove(part))).toEqual(changed);
        for (const number of numbers) add ? model.add(number) : model.delete(number);
        expect(numbersOf(set.intervals)).toEqual([...model].sort((a, b) => Number(a - b)));
        expect(set.has(part.low)).toBe(model.has(part.low));
        let free = part.low;
        while (model.has(free)) free += 1n;
        expect(set.lowestFree(part.low)).toBe(free);
      }
    }),
  );
});

it('joins neighbours: 65,000 numbers taken one by one are one interval', () => {
  const set = new IntervalSet();
  for (let number = 0n; number < 65_000n; number += 1n) set.add({ low: number, high: number });
  expect(set.intervals).toEqual([{ low: 0n, high: 64_999n }]);
});
