import { describe, expect, it } from 'vitest';
import type { Engine, EngineChange, EngineVerdict } from '../../src/agent/engine.js';
import { EngineLane } from '../../src/agent/engine-lane.js';
import { HeldState, idText } from '../../src/agent/held-state.js';
import { usesOf } from '../../src/agent/resource-uses.js';
import { Unsettled_State } from '../../src/agents/session.pb.js';
import type { NodeResource, ResourceId } from '../../src/realization/resources.pb.js';
import { ResourceKind } from '../../src/realization/resources.pb.js';
import { port, put, remove, staticRoute, sw } from './resources.js';

/** An engine that refuses by rule, all or nothing, and says no more than that it does. Counts transactions. */
class RefusingEngine implements Pick<Engine, 'apply'> {
  readonly has = new Map<string, NodeResource>();
  transactions = 0;

  constructor(
    public refuses: (change: EngineChange, all: readonly EngineChange[]) => boolean,
    private readonly names = false,
  ) {}

  async apply(transaction: readonly EngineChange[]): Promise<EngineVerdict> {
    this.transactions += 1;
    const culprit = transaction.find((change) => this.refuses(change, transaction));
    if (culprit) return { applied: false, reason: 'will not', ...(this.names ? { culprit: culprit.id } : {}) };
    const after = new Map(this.has);
    for (const { id, resource } of transaction) {
      if (resource) after.set(idText(id), resource);
      else after.delete(idText(id));
    }
    for (const resource of after.values()) {
      for (const used of usesOf(resource))
        if (!after.has(idText(used))) return { applied: false, reason: `${resource.key} uses ${used.key}, which is not there` };
    }
    this.has.clear();
    for (const [text, resource] of after) this.has.set(text, resource);
    return { applied: true, pending: [] };
  }

  version(id: ResourceId): string | undefined {
    return this.has.get(idText(id))?.version;
  }
}

function laneOn(engine: RefusingEngine) {
  const held = new HeldState();
  const lane = new EngineLane(engine as unknown as Engine, held);
  return { held, lane, tell: (...changes: Parameters<HeldState['apply']>[0]) => lane.apply(held.apply(changes).changed) };
}

const S1 = { kind: ResourceKind.LOGICAL_SWITCH, key: 's1' };
const S2 = { kind: ResourceKind.LOGICAL_SWITCH, key: 's2' };
const P1 = { kind: ResourceKind.SWITCH_PORT, key: 'p1' };
const P2 = { kind: ResourceKind.SWITCH_PORT, key: 'p2' };

describe.each([
  ['that names the culprit', true],
  ['that does not say which', false],
])('an engine %s', (_, names) => {
  it('has everything but the refused resource and what depends on it', async () => {
    const engine = new RefusingEngine(({ id }) => id.key === 's1', names);
    const { tell } = laneOn(engine);
    const others = Array.from({ length: 100 }, (_, index) => [put(sw(`other${index}`, 1)), put(port(`q${index}`, `other${index}`, 1))]).flat();
    const { unsettled } = await tell(...others, put(sw('s1', 1)), put(port('p1', 's1', 1)), put(sw('s2', 1)), put(port('p2', 's2', 1)));
    expect(unsettled).toMatchObject([
      { ...S1, state: Unsettled_State.REFUSED, reason: 'will not' },
      { ...P1, state: Unsettled_State.SET_ASIDE, reason: 'waits for s1' },
    ]);
    expect(engine.has.size).toBe(202);
    // Two passes, each of which halves the list a few times: far from one transaction a resource.
    expect(engine.transactions).toBeLessThan(40);
  });

  it('keeps the last good state of what it refuses, and takes the next version that is good', async () => {
    const engine = new RefusingEngine(({ resource }) => resource?.version === '2', names);
    const { tell } = laneOn(engine);
    await tell(put(sw('s1', 1)), put(port('p1', 's1', 1)));
    const bad = await tell(put(sw('s1', 2)), put(sw('s2', 1)));
    expect(bad.unsettled).toMatchObject([{ ...S1, version: '2', earlierKept: true }]);
    expect([engine.version(S1), engine.version(S2)]).toEqual(['1', '1']);
    const good = await tell(put(sw('s1', 3)));
    expect(good.unsettled).toEqual([]);
    expect(good.settled).toEqual([{ ...S1, version: '3' }]);
    expect(engine.version(S1)).toBe('3');
  });

  it('does not take away what a last good state still uses, and does once that is settled', async () => {
    const engine = new RefusingEngine(({ resource }) => resource?.version === '2', names);
    const { tell } = laneOn(engine);
    await tell(put(sw('s1', 1)), put(sw('s2', 1)), put(port('p1', 's1', 1)));
    const { unsettled } = await tell(put(port('p1', 's2', 2)), remove(S1));
    expect(unsettled).toMatchObject([
      { ...P1, version: '2', state: Unsettled_State.REFUSED },
      { ...S1, version: '', state: Unsettled_State.SET_ASIDE },
    ]);
    expect(engine.version(S1)).toBe('1');
    const { settled } = await tell(put(port('p1', 's2', 3)));
    expect(settled).toContainEqual({ ...S1, version: '' });
    expect([...engine.has.keys()].sort()).toEqual([idText(P1), idText(S2)].sort());
  });
});

describe('what is set aside', () => {
  it('comes with the resource that it waited for', async () => {
    const engine = new RefusingEngine(({ id, resource }) => id.key === 's1' && resource?.version === '1');
    const { tell } = laneOn(engine);
    await tell(put(sw('s1', 1)), put(port('p1', 's1', 1)));
    expect(engine.has.size).toBe(0);
    const { settled } = await tell(put(sw('s1', 2)));
    expect(settled).toContainEqual({ ...P1, version: '1' });
    expect(engine.has.size).toBe(2);
  });

  it('is not tried again for changes that it has nothing to do with', async () => {
    const engine = new RefusingEngine(({ id }) => id.key === 's1');
    const { tell, lane } = laneOn(engine);
    await tell(put(sw('s1', 1)));
    const before = engine.transactions;
    await tell(put(sw('s2', 1)));
    expect(engine.transactions).toBe(before + 1);
    engine.refuses = () => false;
    expect((await lane.retry()).settled).toEqual([{ ...S1, version: '1' }]);
  });

  it('is tried once more when the conflict that refused it went with the same delta', async () => {
    // As a tunnel key that one port gives up and another takes: refused alone, fine once the other is gone.
    const engine: RefusingEngine = new RefusingEngine(
      ({ id }, all): boolean =>
        (id.key === 'p2' && engine.has.has(idText(P1)) && !all.some((other) => other.id.key === 'p1' && !other.resource)) || id.key === 'bad',
    );
    const { tell } = laneOn(engine);
    await tell(put(sw('s1', 1)), put(port('p1', 's1', 1)));
    const { unsettled } = await tell(put(port('p2', 's1', 1)), remove(P1), put(sw('bad', 1)));
    expect(unsettled.map(({ key }) => key)).toEqual(['bad']);
    expect(engine.version(P2)).toBe('1');
  });

  it('through several uses goes and comes together', async () => {
    const engine = new RefusingEngine(({ id }) => id.key === 'r1');
    const { tell, held } = laneOn(engine);
    const router: NodeResource = { kind: ResourceKind.ROUTER, key: 'r1', version: '1', body: { $case: 'router', value: { name: '', tunnelKey: 9, role: 0 } } };
    const { unsettled } = await tell(put(router), put(staticRoute('route', 'r1', 1)), put(sw('s2', 1)));
    expect(unsettled.map(({ key }) => key)).toEqual(['r1', 'route']);
    engine.refuses = () => false;
    await tell(remove({ kind: ResourceKind.ROUTER, key: 'r1' }), remove({ kind: ResourceKind.STATIC_ROUTE, key: 'route' }));
    expect([...engine.has.keys()]).toEqual([idText(S2)]);
    expect(held.size).toBe(1);
  });
});

describe('what the engine is still at', () => {
  it('is pending until confirmed, also when it is sent again meanwhile', async () => {
    const held = new HeldState();
    const engine = {
      apply: async (transaction: readonly EngineChange[]): Promise<EngineVerdict> => ({ applied: true, pending: transaction.map(({ id }) => id) }),
    };
    const lane = new EngineLane(engine as unknown as Engine, held);
    const first = await lane.apply(held.apply([put(sw('s1', 1))]).changed);
    expect(first.unsettled).toMatchObject([{ ...S1, state: Unsettled_State.PENDING }]);
    const again = await lane.apply(held.apply([put(sw('s1', 1))]).changed);
    expect(again).toMatchObject({ unsettled: [{ ...S1, state: Unsettled_State.PENDING }], settled: [] });
    expect(lane.confirmed(S1, 'another')).toBeUndefined();
    expect(lane.confirmed(S1, '1')).toEqual({ unsettled: [], settled: [{ ...S1, version: '1' }] });
    expect(lane.unsettled()).toEqual([]);
  });

  it('is pending also where it is a removal, whatever is tried again meanwhile', async () => {
    const held = new HeldState();
    const engine = {
      apply: async (transaction: readonly EngineChange[]): Promise<EngineVerdict> => ({ applied: true, pending: transaction.map(({ id }) => id) }),
    };
    const lane = new EngineLane(engine as unknown as Engine, held);
    await lane.apply(held.apply([put(sw('s1', 1))]).changed);
    lane.confirmed(S1, '1');
    await lane.apply(held.apply([remove(S1)]).changed);
    expect((await lane.retry()).settled).toEqual([]);
    expect(lane.confirmed(S1, '')).toMatchObject({ settled: [{ ...S1, version: '' }] });
  });
});

describe('a fault of the engine', () => {
  it('is told of the resource that it fails for, and the others are applied', async () => {
    const engine = new RefusingEngine(({ id }) => {
      if (id.key === 's1') throw new Error('out of its mind');
      return false;
    });
    const { tell } = laneOn(engine);
    const outcome = await tell(put(sw('s1', 1)), put(sw('s2', 2)));
    expect(outcome.unsettled).toMatchObject([{ ...S1, state: Unsettled_State.REFUSED, reason: 'Error: out of its mind' }]);
    expect([...engine.has.keys()]).toEqual([idText({ ...S1, key: 's2' })]);
  });
});
