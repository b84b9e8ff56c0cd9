import { performance } from 'node:perf_hooks';
import { portKeys, SEGMENT_KEYS } from '../../src/model/spaces.js';
import type { NodeDelta } from '../../src/realization/contract.js';
import { RealizationGraph } from '../../src/realization/graph.js';
import type { ResourceVersion } from '../../src/realization/resources.pb.js';
import { claim, host, intent, OVERLAY, report, vif, vm, zone } from '../realization/network.js';
import { median } from './measure.js';
import { answerParent } from './processes.js';

/** The calculation alone, without store and streams: a group whose addresses a rule matches gains a member, and loses it again. */

export interface Membership {
  readonly members: number;
  /** Nodes on which the members live. */
  readonly nodes: number;
  /** Nodes whose rules match the group's addresses. */
  readonly users: number;
  readonly joins: number;
}

export interface MembershipFigures {
  /** Median of the joins: commit in, deltas out. */
  readonly milliseconds: number;
  /** Deltas that one join led to. */
  readonly deltas: number;
  readonly fullRecomputes: number;
}

export type MembershipHandlers = { readonly measure: (order: Membership) => MembershipFigures };

const DOMAIN = '/infra/domains/default';
const member = [{ scope: 'tier', tag: 'member' }];
const user = [{ scope: 'tier', tag: 'user' }];

answerParent({
  measure: ({ members, nodes, users, joins }) => {
    const graph = new RealizationGraph();
    // A segment a node: what a node knows of its neighbours' ports is not what is measured here.
    const segmentPath = (number: number): string => `/infra/segments/s${number % nodes}`;
    const portPath = (number: number): string => `${segmentPath(number)}/ports/p${number}`;
    const names = Array.from({ length: nodes }, (_, node) => `n${node}`);
    const placed = names.map((name, node) => {
      const ports = [];
      for (let port = node; port < members; port += nodes) ports.push(port);
      return { name, ports };
    });
    const byTag = (value: string) => ({ expression: [{ resource_type: 'Condition', member_type: 'SegmentPort', key: 'Tag', operator: 'EQUALS', value }] });
    // The first port of each node is where rules are applied, so that it is in the other group.
    const port = (number: number, tags: typeof member | undefined) =>
      intent(portPath(number), { attachment: { id: `i${number}` }, tags: number < users ? [...user, ...(tags ?? [])] : tags });
    graph.load({
      sequence: 1,
      objects: [
        intent('/infra'),
        zone('overlay', { is_default: true }),
        ...names.map((name) => host(name)),
        ...names.map((_, node) => intent(segmentPath(node), { transport_zone_path: OVERLAY })),
        ...Array.from({ length: members }, (_, number) => port(number, member)),
        intent(`${DOMAIN}/groups/members`, byTag('tier|member')),
        intent(`${DOMAIN}/groups/users`, byTag('tier|user')),
        intent(`${DOMAIN}/security-policies/p`, { category: 'Application', scope: [`${DOMAIN}/groups/users`] }),
        intent(`${DOMAIN}/security-policies/p/rules/r`, {
          action: 'ALLOW',
          source_groups: [`${DOMAIN}/groups/members`],
          destination_groups: ['ANY'],
          services: ['ANY'],
          scope: ['ANY'],
          rule_id: 1,
        }),
      ],
      claims: [
        ...names.map((_, node) => claim(SEGMENT_KEYS.space, segmentPath(node), 70_000 + node)),
        ...Array.from({ length: members }, (_, number) => claim(portKeys(segmentPath(number)).space, portPath(number), 16 + number)),
      ],
      reports: placed.map(({ name, ports }) =>
        report(
          name,
          ports.map((number) => vif(`i${number}`, { addresses: [addressOf(number)] })),
          ports.map((number) => vm(`vm-i${number}`)),
        ),
      ),
      realized: [],
    });
    for (const name of names) graph.connected(name, graph.digest(name), []);
    const before = graph.counters().fullRecomputes;
    let sequence = 1;
    const commit = (number: number, tags: typeof member | undefined): readonly NodeDelta[] => {
      sequence += 1;
      const after = port(number, tags);
      return graph.commit({ sequence, at: 0, changes: [{ path: after.path, type: 'SegmentPort', operation: 'UPDATE', after }], claims: [], secrets: [] });
    };
    const times: number[] = [];
    let deltas = 0;
    for (let turn = 0; turn < joins; turn += 1) {
      const number = users + ((turn * 7919) % (members - users));
      acknowledge(graph, commit(number, undefined));
      const started = performance.now();
      const told = commit(number, member);
      times.push(performance.now() - started);
      deltas = told.length;
      acknowledge(graph, told);
      graph.drainTransitions();
    }
    return { milliseconds: median(times.slice(joins >> 2)), deltas, fullRecomputes: graph.counters().fullRecomputes - before };
  },
} satisfies MembershipHandlers);

function acknowledge(graph: RealizationGraph, deltas: readonly NodeDelta[]): void {
  for (const { node, changes } of deltas) {
    const versions = changes.map(({ change }): ResourceVersion => {
      if (!change) throw new Error('a delta holds a change without content');
      const { kind, key } = change.value;
      return { kind, key, version: change.$case === 'remove' ? '' : change.value.version };
    });
    graph.acked(node, versions);
  }
}

function addressOf(number: number): string {
  return `10.${number >> 16}.${(number >> 8) & 0xff}.${number & 0xff}`;
}
