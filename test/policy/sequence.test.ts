import { describe, expect, it } from 'vitest';
import type { WriteView } from '../../src/model/hooks.js';
import type { PolicyObject } from '../../src/model/policy-object.js';
import { registry } from '../../src/model/types.js';
import type { Move } from '../../src/policy/command.js';
import { place } from '../../src/policy/sequence.js';
import { policyObject } from '../store/apply-steps.js';

interface Sequenced extends PolicyObject {
  sequence_number?: number;
  category?: string;
}

const DOMAIN = '/infra/domains/default';
const path = (id: string): string => `${DOMAIN}/security-policies/${id}`;

/** Moves the policy `moved` among siblings with these numbers, and answers the order after it, and which siblings got a new number. */
function move(numbers: Record<string, number>, operation: Move['operation'], anchor?: string, categories: Record<string, string> = {}) {
  const policies = Object.entries(numbers).map(
    ([id, sequence]): Sequenced =>
      policyObject(path(id), { resource_type: 'SecurityPolicy', parent_path: DOMAIN, sequence_number: sequence, category: categories[id] ?? 'Application' }),
  );
  const object: Sequenced = { ...policyObject(path('moved'), { resource_type: 'SecurityPolicy', parent_path: DOMAIN }), category: 'Application' };
  const renumbered: string[] = [];
  const view = {
    children: () => [...policies, object],
    put: (at: string, body: Record<string, unknown>) => {
      renumbered.push(at);
      Object.assign(policies.find((policy) => policy.path === at) ?? {}, body);
    },
  } as unknown as WriteView;
  place(view, registry, object, { operation, anchor: anchor === undefined ? undefined : path(anchor) });
  const order = [...policies, object].sort((a, b) => Number(a.sequence_number) - Number(b.sequence_number)).map(({ id }) => id);
  return { order, renumbered };
}

describe('a move', () => {
  it.each([
    ['insert_top', undefined, ['moved', 'a', 'b', 'c']],
    ['insert_bottom', undefined, ['a', 'b', 'c', 'moved']],
    ['insert_before', 'b', ['a', 'moved', 'b', 'c']],
    ['insert_after', 'b', ['a', 'b', 'moved', 'c']],
    ['insert_before', 'a', ['moved', 'a', 'b', 'c']],
    ['insert_after', 'c', ['a', 'b', 'c', 'moved']],
  ] as const)('%s %s puts it there and leaves the others alone where there is room', (operation, anchor, order) => {
    expect(move({ a: 10, b: 20, c: 30 }, operation, anchor)).toEqual({ order, renumbered: [] });
  });

  it('renumbers the siblings where no number is free', () => {
    const { order, renumbered } = move({ a: 5, b: 6, c: 7 }, 'insert_after', 'a');
    expect(order).toEqual(['a', 'moved', 'b', 'c']);
    expect(renumbered).toEqual([path('a'), path('b'), path('c')]);
  });

  it('goes above the first even when that has the lowest number, and among equals in order of their paths', () => {
    expect(move({ a: 0, b: 0, c: 0 }, 'insert_top').order).toEqual(['moved', 'a', 'b', 'c']);
    expect(move({ a: 0, b: 0, c: 0 }, 'insert_before', 'b').order).toEqual(['a', 'moved', 'b', 'c']);
  });

  it('needs no siblings', () => {
    expect(move({}, 'insert_top').order).toEqual(['moved']);
    expect(move({}, 'insert_bottom').order).toEqual(['moved']);
  });

  it('looks only at siblings of the same category', () => {
    const { order, renumbered } = move({ a: 10, other: 11, b: 12 }, 'insert_after', 'a', { other: 'Emergency' });
    expect(renumbered).toEqual([]);
    expect(order.filter((id) => id !== 'other')).toEqual(['a', 'moved', 'b']);
    expect(() => move({ a: 10, other: 11 }, 'insert_after', 'other', { other: 'Emergency' })).toThrow('is not one of its siblings');
  });

  it('refuses an anchor that is missing or no sibling', () => {
    expect(() => move({ a: 1 }, 'insert_before')).toThrow(`${path('moved')} cannot be moved: anchor_path is missing.`);
    expect(() => move({ a: 1 }, 'insert_after', 'moved')).toThrow('is not one of its siblings');
  });
});
