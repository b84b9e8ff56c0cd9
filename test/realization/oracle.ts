import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect } from 'vitest';
import { usesOf } from '../../src/agent/resource-uses.js';
import type { PolicyObject } from '../../src/model/policy-object.js';
import type { InventoryReport, NodeDelta } from '../../src/realization/contract.js';
import { computeWhole, digestOf, type WholeState } from '../../src/realization/full.js';
import { RealizationGraph } from '../../src/realization/graph.js';
import { ResourceKind } from '../../src/realization/resources.pb.js';
import { MirrorNode } from './mirror.js';
import { Changes } from './network.js';
import { claims, edgeReports, NODES, reports, secrets, statements } from './world.js';

/**
 * What is realized is a function of state, however the state came about. Random states of a small world, in which everything
 * collides with everything, are walked in random steps, and the graph is compared with the full computation: what each node is
 * told, its digest, its alarms, and what a node holds that applied every delta since the beginning. And whatever a resource of a
 * node uses must be there too.
 */

export type Step =
  | { readonly put: PolicyObject }
  | { readonly remove: string }
  | { readonly claim: number; readonly gone: boolean }
  | { readonly secret: number; readonly version: string | undefined }
  | { readonly report: InventoryReport }
  | { readonly session: string; readonly open: boolean };

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.oneof(...statements).map((put) => ({ put })) },
  { weight: 3, arbitrary: fc.oneof(...statements).map(({ path }) => ({ remove: path })) },
  { weight: 1, arbitrary: fc.record({ claim: fc.nat(claims.length - 1), gone: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ secret: fc.nat(secrets.length - 1), version: fc.constantFrom(undefined, '1', '2') }) },
  { weight: 4, arbitrary: fc.oneof(...reports, ...edgeReports).map((one) => ({ report: one })) },
  { weight: 1, arbitrary: fc.record({ session: fc.constantFrom(...NODES), open: fc.boolean() }) },
);

/** The graph, the state it was brought to, and nodes that follow its deltas. */
export class World {
  readonly graph = new RealizationGraph();
  readonly objects = new Map<string, PolicyObject>();
  readonly claimed = new Set(claims);
  private readonly secrets = new Map<number, string>();
  readonly reports = new Map<string, InventoryReport>();
  private readonly changes = new Changes();
  private readonly mirrors = new Map<string, MirrorNode>();
  private readonly open = new Set<string>();

  constructor(objects: readonly PolicyObject[] = [], known: readonly InventoryReport[] = []) {
    for (const object of objects) this.objects.set(object.path, object);
    for (const one of known) this.reports.set(one.node, one);
    this.graph.load({ sequence: 0, objects, claims, reports: known, realized: [] });
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
      equal(fresh.resources(), told);
      const names = new Set(told.map(({ kind, key }) => `${ResourceKind[kind]} ${key}`));
      for (const resource of told) for (const { kind, key } of usesOf(resource)) expect(names).toContain(`${ResourceKind[kind]} ${key}`);
      expect(this.graph.digest(node)).toBe(digestOf(told));
      if (this.open.has(node)) equal(this.mirror(node).resources(), told);
    }
    for (const [group, { ports, addresses }] of expected.groups) {
      equal(this.graph.members(group, 'SegmentPort'), ports);
      const found = [...(this.graph.members(group, 'IPAddress') ?? []), ...(this.graph.members(group, 'MACAddress') ?? [])];
      equal(found.sort(), addresses);
    }
    for (const { path } of this.objects.values()) {
      const problems = this.graph.realizedState(path)!.alarms.filter(({ code }) => code !== 'NODE_DISCONNECTED');
      equal(problems, expected.problems.get(path) ?? []);
      equal(this.graph.spanOf(path), expected.spans.get(path) ?? []);
    }
  }

  state(): WholeState {
    const known = [...this.secrets].map(([index, version]) => ({ ...secrets[index]!, version }));
    return { objects: [...this.objects.values()], claims: [...this.claimed], secrets: known, reports: [...this.reports.values()] };
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
    if ('secret' in one) {
      if (one.version === undefined) this.secrets.delete(one.secret);
      else this.secrets.set(one.secret, one.version);
      return this.graph.commit(this.changes.put([], [], [{ ...secrets[one.secret]!, version: one.version }]));
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

/** A state in which most things are there. */
export const start = fc.tuple(fc.tuple(...statements.map((one) => fc.option(one, { freq: 4 }))), fc.tuple(...reports, ...edgeReports));

/** Compares quickly, and explains only where there is something to explain: there are millions of comparisons. */
function equal(actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected);
}
