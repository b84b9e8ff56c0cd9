import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeldState } from '../../src/agent/held-state.js';
import { resourceLanes, SetHash } from '../../src/realization/digest.js';
import { type ElementsChange, FirewallRule_Action, type NodeResource, type ResourceChange, ResourceKind } from '../../src/realization/resources.pb.js';
import { put, remove, sw } from './resources.js';
import { policy, rule } from './simulated/topology.js';

const A = { kind: ResourceKind.ADDRESS_SET, key: 'a' };

function set(version: string, ...addresses: string[]): NodeResource {
  return { ...A, version, body: { $case: 'addressSet', value: { addresses } } };
}

function elements(fields: Partial<ElementsChange>): ResourceChange {
  return { change: { $case: 'elements', value: { ...A, baseVersion: '1', version: '2', added: [], removed: [], rules: [], ...fields } } };
}

describe('what a node holds', () => {
  it('has the digest that the manager computes, whatever order led to it', () => {
    const one = new HeldState();
    one.apply([put(sw('s1', 1)), put(sw('s2', 1)), put(set('1', 'x'))]);
    one.apply([put(sw('s1', 2)), remove({ kind: ResourceKind.LOGICAL_SWITCH, key: 's2' })]);
    const expected = new SetHash();
    expected.add(resourceLanes(ResourceKind.ADDRESS_SET, 'a', '1'));
    expected.add(resourceLanes(ResourceKind.LOGICAL_SWITCH, 's1', '2'));
    expect(one.digest).toBe(expected.toString());
  });

  it('names each changed resource once, in its last state', () => {
    const { changed } = new HeldState().apply([put(sw('s1', 1)), put(sw('s1', 2)), put(sw('s2', 1)), remove({ kind: ResourceKind.LOGICAL_SWITCH, key: 's2' })]);
    expect(changed.map(({ id, resource }) => [id.key, resource?.version])).toEqual([
      ['s1', '2'],
      ['s2', undefined],
    ]);
  });

  it('does not count the removal of what it never had', () => {
    expect(new HeldState().apply([remove(A)]).changed).toEqual([]);
  });
});

describe('a change of elements', () => {
  it('adds and removes in order, and is handed on as such', () => {
    const held = new HeldState();
    held.apply([put(set('1', '10.0.0.1', '10.0.0.3', '10.0.0.5'))]);
    const { changed } = held.apply([elements({ added: ['10.0.0.2', '10.0.0.9', '10.0.0.3'], removed: ['10.0.0.5'] })]);
    expect(held.get(A)?.body).toEqual({ $case: 'addressSet', value: { addresses: ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.9'] } });
    expect(changed).toMatchObject([{ elements: { version: '2' } }]);
  });

  it('gives what sorting both together would', () => {
    const texts = fc.uniqueArray(fc.string({ maxLength: 3 }), { maxLength: 20 });
    fc.assert(
      fc.property(texts, texts, texts, (before, added, removed) => {
        const held = new HeldState();
        held.apply([put(set('1', ...[...before].sort()))]);
        held.apply([elements({ added: added.filter((one) => !removed.includes(one)), removed })]);
        const expected = new Set([...before, ...added].filter((one) => !removed.includes(one)));
        const body = held.get(A)?.body;
        expect(body?.$case === 'addressSet' && body.value.addresses).toEqual([...expected].sort());
      }),
    );
  });

  it('replaces rules by key and keeps their order', () => {
    const held = new HeldState();
    const { ALLOW, DROP } = FirewallRule_Action;
    held.apply([put(policy('p', {}, rule('r1', ALLOW, { sequence: 10 }), rule('r2', ALLOW, { sequence: 20 }), rule('r3', ALLOW, { sequence: 30 })))]);
    const id = { kind: ResourceKind.FIREWALL_RULE_SET, key: 'p' };
    held.apply([elements({ ...id, removed: ['r1'], rules: [rule('r2', DROP, { sequence: 40 }), rule('r0', DROP, { sequence: 5 })] })]);
    const body = held.get(id)?.body;
    expect(body?.$case === 'firewallRuleSet' && body.value.rules.map(({ key, action }) => [key, action])).toEqual([
      ['r0', DROP],
      ['r3', ALLOW],
      ['r2', DROP],
    ]);
  });

  it('is refused where it starts from a version that is not held, and changes nothing', () => {
    const held = new HeldState();
    held.apply([put(set('7', 'x'))]);
    const before = held.digest;
    expect(held.apply([elements({ added: ['y'] })])).toEqual({ changed: [], mismatched: [A] });
    expect(held.apply([elements({ key: 'unknown' })]).mismatched).toEqual([{ ...A, key: 'unknown' }]);
    expect(held.digest).toBe(before);
  });
});
