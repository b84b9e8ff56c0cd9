import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { priorities } from '../../../src/agent/ovn/priorities.js';

const TOP = 32_767;
const inOrder = (list: readonly number[], top: number): boolean => list.every((value, at) => value > 0 && value < (list[at - 1] ?? top));
const fresh = (count: number, top = TOP): number[] => priorities(Array<undefined>(count).fill(undefined), top) ?? [];

describe('priorities of rules', () => {
  it('are in order and below the top, whatever they were before', () => {
    const before = fc.array(fc.option(fc.integer({ min: -3, max: 60 }), { nil: undefined }), { maxLength: 40 });
    fc.assert(
      fc.property(before, fc.integer({ min: 41, max: 60 }), (list, top) => {
        const found = priorities(list, top);
        expect(found).toHaveLength(list.length);
        expect(inOrder(found ?? [], top)).toBe(true);
      }),
    );
  });

  it('stay where nothing changes, where a rule goes, and where one comes in between', () => {
    const all = fresh(500);
    expect(priorities(all, TOP)).toEqual(all);
    const without = all.filter((_, at) => at !== 250);
    expect(priorities(without, TOP)).toEqual(without);
    const found = priorities([...all.slice(0, 250), undefined, ...all.slice(250)], TOP) ?? [];
    expect(found.filter((_, at) => at !== 250)).toEqual(all);
    expect(inOrder(found, TOP)).toBe(true);
  });

  it('move few others also where many come in at one place', () => {
    let list = fresh(500);
    let moved = 0;
    for (let one = 0; one < 200; one += 1) {
      const before = [...list.slice(0, 100), undefined, ...list.slice(100)];
      const found = priorities(before, TOP) ?? [];
      moved += found.filter((value, at) => before[at] !== undefined && before[at] !== value).length;
      list = found;
    }
    expect(inOrder(list, TOP)).toBe(true);
    expect(moved / 200).toBeLessThan(30);
  });

  it('move one where it changes places', () => {
    const all = fresh(100);
    const [first, ...others] = all as [number, ...number[]];
    const found = priorities([...others, first], TOP) ?? [];
    expect(found.slice(0, -1)).toEqual(others);
  });

  it('are renewed where there is no room, and end where there are none left', () => {
    expect(priorities([2, 1, undefined, undefined], 6)).toEqual([5, 4, 3, 2]);
    expect(fresh(5, 6)).toEqual([5, 4, 3, 2, 1]);
    expect(priorities(Array<undefined>(6).fill(undefined), 6)).toBeUndefined();
  });
});
