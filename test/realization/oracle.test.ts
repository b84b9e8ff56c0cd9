import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PolicyObject } from '../../src/model/policy-object.js';
import { portKeys, SEGMENT_KEYS } from '../../src/model/spaces.js';
import type { InventoryReport, NodeDelta } from '../../src/realization/contract.js';
import { computeWhole, digestOf, type WholeState } from '../../src/realization/full.js';
import { RealizationGraph } from '../../src/realization/graph.js';
import { MirrorNode } from './mirror.js';
import { Changes, claim, host, intent, OVERLAY, report, vif, zone } from './network.js';

/**
 * What is realized is a function of state, however the state came about. Random states of a small world, in which everything
 * collides with everything, are walked in random steps, and after each step the graph is compared with the full computation:
 * what each node is told, its digest, its alarms, and what a node holds that applied every delta since the beginning.
 *
 * `HEDDLE_ORACLE_OPERATIONS` says how many steps to walk in all; the default fits in a test run.
 */
const OPERATIONS = Number(process.env.HEDDLE_ORACLE_OPERATIONS ?? 4000);
const STEPS = 40;

const NODES = ['h1', 'h2', 'h3'];
const SEGMENTS = ['/infra/segments/a', '/infra/segments/b', '/infra/tier-1s/t/segments/c'];
const PORTS = SEGMENTS.flatMap((segment) => [`${segment}/ports/1`, `${segment}/ports/2`]);
const ATTACHMENTS = ['i1', 'i2', 'i3'];
const ZONES = [OVERLAY, `${OVERLAY}-2`];

/** Everything that can be stated, each thing with the ways in which it can be stated. */
const statements: fc.Arbitrary<PolicyObject>[] = [
  ...ZONES.map((path) =>
    fc.record({ is_default: fc.boolean(), tz_type: fc.constantFrom('OVERLAY_STANDARD', 'VLAN_BACKED') }).map((fields) => zone(path.split('/').at(-1)!, fields)),
  ),
  ...NODES.map((id) => fc.subarray(ZONES).map((zones) => host(id, zones))),
  ...SEGMENTS.map((path) =>
    fc
      .record({
        transport_zone_path: fc.constantFrom(undefined, ...ZONES),
        connectivity_path: fc.constantFrom(undefined, '/infra/tier-1s/t', '/infra/tier-1s/u'),
        display_name: fc.constantFrom('x', 'y'),
        vlan_ids: fc.constantFrom(undefined, ['100'], ['100-200', '7']),
      })
      .map((fields) => intent(path, fields)),
  ),
  ...PORTS.map((path) =>
    fc
      .record({
        attachment: fc.constantFrom(
          undefined,
          ...ATTACHMENTS.map((id) => ({ id })),
          { id: 'child', type: 'CHILD', context_id: 'i1', traffic_tag: 7 },
          { id: 'child', type: 'CHILD', context_id: PORTS[0], traffic_tag: 8 },
        ),
        _create_time: fc.constantFrom(1, 2),
        admin_state: fc.constantFrom('UP', 'DOWN'),
        address_bindings: fc.constantFrom(undefined, [{ ip_address: '10.0.0.1' }], [{ ip_address: '10.0.0.2', mac_address: '02:00:00:00:00:02' }]),
      })
      .map((fields) => intent(path, fields)),
  ),
];

const claims = [
  ...SEGMENTS.map((path, index) => claim(SEGMENT_KEYS.space, path, 70000 + index)),
  ...PORTS.map((path, index) => claim(portKeys(path.replace(/\/ports\/.*/, '')).space, path, 16 + index)),
];

const reports: fc.Arbitrary<InventoryReport>[] = NODES.map((node) =>
  fc
    .uniqueArray(fc.record({ id: fc.constantFrom(...ATTACHMENTS, 'child'), since: fc.constantFrom(1, 2), addresses: fc.subarray(['10.0.0.1', '10.0.0.9']) }), {
      selector: ({ id }) => id,
      maxLength: 3,
    })
    .map((items) =>
      report(
        node,
        items.map(({ id, ...fields }) => vif(id, fields)),
      ),
    ),
);

type Step =
  | { readonly put: PolicyObject }
  | { readonly remove: string }
  | { readonly claim: number; readonly gone: boolean }
  | { readonly report: InventoryReport }
  | { readonly session: string; readonly open: boolean };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.oneof(...statements).map((put) => ({ put })) },
  { weight: 3, arbitrary: fc.oneof(...statements).map(({ path }) => ({ remove: path })) },
  { weight: 1, arbitrary: fc.record({ claim: fc.nat(claims.length - 1), gone: fc.boolean() }) },
  { weight: 4, arbitrary: fc.oneof(...reports).map((one) => ({ report: one })) },
  { weight: 1, arbitrary: fc.record({ session: fc.constantFrom(...NODES), open: fc.boolean() }) },
);

/** The graph, the state it was brought to, and nodes that follow its deltas. */
class World {
  readonly graph = new RealizationGraph();
  readonly objects = new Map<string, PolicyObject>();
  readonly claimed = new Set(claims);
  readonly reports = new Map<string, InventoryReport>();
  private readonly changes = new Changes();
  private readonly mirrors = new Map<string, MirrorNode>();
  private readonly open = new Set<string>();

  constructor() {
    this.graph.load({ sequence: 0, objects: [], claims, reports: [], realized: [] });
  }

  take(steps: readonly Step[]): void {
    for (const one of steps) {
      for (const delta of this.takeOne(one)) {
        expect(this.open).toContain(delta.node);
        this.mirror(delta.node).apply(delta);
      }
    }
  }

  check(): void {
    const expected = computeWhole(this.state());
    for (const node of NODES) {
      const told = expected.nodes.get(node) ?? [];
      const fresh = new MirrorNode();
      fresh.apply(this.graph.snapshot(node));
      expect(fresh.resources()).toEqual(told);
      expect(this.graph.digest(node)).toBe(digestOf(told));
      if (this.open.has(node)) expect(this.mirror(node).resources()).toEqual(told);
    }
    for (const { path } of this.objects.values()) {
      const problems = this.graph.realizedState(path)!.alarms.filter(({ code }) => code !== 'NODE_DISCONNECTED');
      expect(problems).toEqual(expected.problems.get(path) ?? []);
    }
  }

  state(): WholeState {
    return { objects: [...this.objects.values()], claims: [...this.claimed], reports: [...this.reports.values()] };
  }

  private takeOne(one: Step): readonly NodeDelta[] {
    if ('put' in one) {
      this.objects.set(one.put.path, one.put);
      return this.graph.commit(this.changes.put([one.put]));
    }
    if ('remove' in one) {
      const object = this.objects.get(one.remove);
      this.objects.delete(one.remove);
      return object ? this.graph.commit(this.changes.remove([object])) : [];
    }
    if ('claim' in one) {
      const changed = claims[one.claim]!;
      if (one.gone) this.claimed.delete(changed);
      else this.claimed.add(changed);
      return this.graph.commit(this.changes.put([], [{ ...changed, gone: one.gone }]));
    }
    if ('report' in one) {
      this.reports.set(one.report.node, one.report);
      return this.graph.report(one.report);
    }
    this.session(one.session, one.open);
    return [];
  }

  private session(node: string, open: boolean): void {
    this.open.delete(node);
    this.graph.disconnected(node);
    if (!open) return;
    this.open.add(node);
    const mirror = this.mirror(node);
    if (this.graph.connected(node, mirror.digest(), [])) return;
    mirror.apply(this.graph.resume(node, mirror.versions(), []));
  }

  private mirror(node: string): MirrorNode {
    const mirror = this.mirrors.get(node) ?? new MirrorNode();
    this.mirrors.set(node, mirror);
    return mirror;
  }
}

describe('the incremental graph equals the full computation', () => {
  it('after every step of a random walk', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: STEPS, maxLength: STEPS }), (steps) => {
        const world = new World();
        for (const one of steps) {
          world.take([one]);
          world.check();
        }
      }),
      { numRuns: Math.ceil(OPERATIONS / STEPS) },
    );
  });

  it('forwards, backwards and shuffled: the same state is realized the same way, and nothing is left when all is gone', () => {
    const arbitrary = fc.tuple(fc.array(step, { minLength: STEPS / 2, maxLength: STEPS / 2 }), fc.infiniteStream(fc.nat()));
    fc.assert(
      fc.property(arbitrary, ([steps, numbers]) => {
        const world = new World();
        world.take(steps);
        world.check();
        const { objects, reports: known } = world.state();
        const build: Step[] = [...objects.map((put) => ({ put })), ...known.map((one) => ({ report: one }))];
        const claimSteps = claims.map((one, index) => ({ claim: index, gone: !world.claimed.has(one) }));
        for (const order of [build, [...build].reverse(), shuffled(build, numbers)]) {
          const other = new World();
          other.take([...claimSteps, ...order]);
          other.check();
          for (const node of NODES) expect(other.graph.digest(node)).toBe(world.graph.digest(node));
          other.take(shuffled([...objects.map(({ path }) => ({ remove: path })), ...NODES.map((node) => ({ report: report(node) }))], numbers));
          other.check();
          expect(other.graph.counters()).toMatchObject({ resources: 0, intents: 0, fullRecomputes: 0 });
        }
      }),
      { numRuns: Math.ceil(OPERATIONS / STEPS / 8) },
    );
  });
});

function shuffled<T>(items: readonly T[], numbers: Iterator<number>): T[] {
  return items
    .map((item) => ({ item, rank: numbers.next().value as number }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
