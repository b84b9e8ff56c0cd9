import { beforeEach, expect, it } from 'vitest';
import { portKeys, SEGMENT_KEYS } from '../../src/model/spaces.js';
import { RealizationGraph } from '../../src/realization/graph.js';
import { FirewallRule_Action, type FirewallRuleSet, type NodeResource, ResourceKind } from '../../src/realization/resources.pb.js';
import { MirrorNode } from './mirror.js';
import { Changes, claim, host, intent, OVERLAY, report, vif, vm, zone } from './network.js';

const SEGMENT = '/infra/segments/s';
const DOMAIN = '/infra/domains/default';
const port = (id: string) => `${SEGMENT}/ports/${id}`;
const group = (id: string) => `${DOMAIN}/groups/${id}`;
const byTag = (id: string) =>
  intent(group(id), { expression: [{ resource_type: 'Condition', member_type: 'VirtualMachine', key: 'Tag', operator: 'EQUALS', value: `tier|${id}` }] });
const tags = (machine: string, ...values: string[]) => intent(`/inventory/workloads/${machine}`, { tags: values.map((tag) => ({ scope: 'tier', tag })) });
const policy = (id: string, fields: object = {}) =>
  intent(`${DOMAIN}/security-policies/${id}`, { category: 'Application', sequence_number: 1, stateful: true, ...fields });
const rule = (policyId: string, id: string, fields: object = {}) =>
  intent(`${DOMAIN}/security-policies/${policyId}/rules/${id}`, { action: 'ALLOW', sequence_number: 1, direction: 'IN_OUT', rule_id: 1000, ...fields });

let graph: RealizationGraph;
let changes: Changes;
let mirrors: Map<string, MirrorNode>;

/** Two hosts with a machine each: web on h1, db on h2. */
beforeEach(() => {
  graph = new RealizationGraph();
  changes = new Changes();
  const claims = [claim(SEGMENT_KEYS.space, SEGMENT, 70000), claim(portKeys(SEGMENT).space, port('web'), 16), claim(portKeys(SEGMENT).space, port('db'), 17)];
  const objects = [
    zone('overlay'),
    host('h1'),
    host('h2'),
    intent(SEGMENT, { transport_zone_path: OVERLAY }),
    intent(port('web'), { attachment: { id: 'a1' } }),
    intent(port('db'), { attachment: { id: 'a2' } }),
    byTag('web'),
    byTag('db'),
    tags('vm-a1', 'web'),
    tags('vm-a2', 'db'),
  ];
  const reports = [
    report('h1', [vif('a1', { addresses: ['10.0.0.1'] })], [vm('vm-a1')]),
    report('h2', [vif('a2', { addresses: ['10.0.0.2'] })], [vm('vm-a2')]),
  ];
  graph.load({ sequence: 0, objects, claims, reports, realized: [] });
  mirrors = new Map(['h1', 'h2'].map((node) => [node, new MirrorNode()]));
  for (const [node, mirror] of mirrors) {
    mirror.apply(graph.resume(node, [], []));
    graph.acked(node, mirror.versions());
  }
  graph.drainTransitions();
});

function commit(objects: Parameters<Changes['put']>[0]): string[] {
  const deltas = graph.commit(changes.put(objects));
  for (const delta of deltas) mirrors.get(delta.node)!.apply(delta);
  return deltas.map(({ node }) => node).sort();
}

const held = (node: string, kind: ResourceKind): NodeResource[] =>
  mirrors
    .get(node)!
    .resources()
    .filter((resource) => resource.kind === kind);
const addresses = (node: string): Record<string, readonly string[]> =>
  Object.fromEntries(held(node, ResourceKind.ADDRESS_SET).map(({ key, body }) => [key, body?.$case === 'addressSet' ? body.value.addresses : []]));
const ruleSets = (node: string): FirewallRuleSet[] =>
  held(node, ResourceKind.FIREWALL_RULE_SET).flatMap(({ body }) => (body?.$case === 'firewallRuleSet' ? [body.value] : []));
const ackAll = () => {
  for (const [node, mirror] of mirrors) graph.acked(node, mirror.versions());
};

it('sends a rule to the nodes that have a port in its scope, with the addresses that it matches', () => {
  const web = rule('p', 'r', { source_groups: [group('web')], destination_groups: [group('db')], scope: [group('db')] });
  expect(commit([policy('p'), web])).toEqual(['h2']);
  expect(addresses('h2')).toEqual({ [group('web')]: ['10.0.0.1'], [group('db')]: ['10.0.0.2'] });
  expect(held('h2', ResourceKind.PORT_GROUP)).toMatchObject([{ key: group('db'), body: { value: { ports: [port('db')] } } }]);
  expect(ruleSets('h2')).toMatchObject([{ appliedTo: [group('db')], rules: [{ key: web.path, sourceSets: [group('web')], destinationSets: [group('db')] }] }]);
});

it('applies a rule without a scope to every port', () => {
  expect(commit([policy('p'), rule('p', 'r', { scope: ['ANY'], source_groups: ['ANY'] })])).toEqual(['h1', 'h2']);
  expect(held('h1', ResourceKind.PORT_GROUP)).toMatchObject([{ key: 'dfw', body: { value: { ports: [port('web')] } } }]);
  expect(ruleSets('h1')).toMatchObject([{ appliedTo: ['dfw'], rules: [{ sourceSets: [], sourceAddresses: [], services: [] }] }]);
});

it('lets the scope of a policy stand over that of its rules', () => {
  expect(commit([policy('p', { scope: [group('web')] }), rule('p', 'r', { scope: [group('db')] })])).toEqual(['h1']);
});

it('tells a node one element when a member joins a group', () => {
  commit([policy('p'), rule('p', 'r', { source_groups: [group('web')], scope: [group('db')] })]);
  const [delta] = graph.commit(changes.put([tags('vm-a2', 'db', 'web')]));
  expect(delta).toMatchObject({ node: 'h2', changes: [{ change: { $case: 'elements', value: { key: group('web'), added: ['10.0.0.2'], removed: [] } } }] });
  mirrors.get('h2')!.apply(delta!);
});

it('leaves the excluded alone', () => {
  commit([policy('p'), rule('p', 'r', {})]);
  const list = intent('/infra/settings/firewall/security/exclude-list', { resource_type: 'PolicyExcludeList', members: [group('web')] });
  expect(commit([list])).toEqual(['h1']);
  expect(ruleSets('h1')).toEqual([]);
  expect(ruleSets('h2')).toHaveLength(1);
  expect(commit([{ ...list, members: [] } as never])).toEqual(['h1']);
  expect(ruleSets('h1')).toHaveLength(1);
});

it('takes all rules away while the distributed firewall is switched off', () => {
  commit([policy('p'), rule('p', 'r', {})]);
  commit([intent('/infra/settings/firewall/security', { resource_type: 'DfwFirewallConfiguration', enable_firewall: false })]);
  expect(ruleSets('h1')).toEqual([]);
});

it('orders sections by category, then the policies of the system last', () => {
  const later = policy('later', { is_default: true });
  commit([
    policy('p'),
    rule('p', 'r'),
    policy('eth', { category: 'Ethernet' }),
    rule('eth', 'r', { source_groups: [group('web')] }),
    later,
    rule('later', 'r'),
  ]);
  const order = ruleSets('h1').sort((a, b) => a.category - b.category);
  expect(order.map(({ policy: path }) => path.split('/').at(-1))).toEqual(['eth', 'p', 'later']);
  expect(order[0]).toMatchObject({ stateful: false, rules: [{ sourceSets: [`${group('web')}#mac`] }] });
  expect(addresses('h1')[`${group('web')}#mac`]).toEqual(['02:00:00:00:00:01']);
});

it('ends a policy with what it prefers for traffic that no rule matches', () => {
  commit([policy('p', { scope: [group('web')], connectivity_preference: 'ALLOWLIST_ENABLE_LOGGING', default_rule_id: 77 })]);
  expect(ruleSets('h1')).toMatchObject([{ category: 54, rules: [{ ruleId: 77, action: FirewallRule_Action.DROP, logged: true }] }]);
});

it('takes services apart into what they match', () => {
  const services = [
    intent('/infra/services/http', {
      service_entries: [
        { resource_type: 'L4PortSetServiceEntry', l4_protocol: 'TCP', destination_ports: ['80'] },
        { resource_type: 'NestedServiceServiceEntry', nested_service_path: '/infra/services/ping' },
      ],
    }),
    intent('/infra/services/ping', { service_entries: [{ resource_type: 'ICMPTypeServiceEntry', protocol: 'ICMPv4', icmp_type: 8 }] }),
  ];
  const matches = () => ruleSets('h1')[0]?.rules[0]?.services.map(({ protocol, destinationPorts, icmpType }) => [protocol, destinationPorts, icmpType]);
  commit([...services, policy('p'), rule('p', 'r', { services: ['/infra/services/http'] })]);
  expect(matches()).toEqual([
    [1, [], 8],
    [6, ['80'], undefined],
  ]);
  commit([intent('/infra/services/ping', { service_entries: [{ resource_type: 'IPProtocolServiceEntry', protocol_number: 47 }] })]);
  expect(matches()).toEqual([
    [47, [], undefined],
    [6, ['80'], undefined],
  ]);
});

it('makes only the edited rule unrealized, not its neighbours, and the policy with it', () => {
  commit([policy('p'), rule('p', 'a'), rule('p', 'b')]);
  ackAll();
  expect(graph.realizedState(rule('p', 'a').path)?.state).toBe('REALIZED');
  commit([rule('p', 'b', { action: 'DROP' })]);
  const states = [rule('p', 'a').path, rule('p', 'b').path, policy('p').path].map((path) => graph.realizedState(path)?.state);
  expect(states).toEqual(['REALIZED', 'UNREALIZED', 'UNREALIZED']);
  graph.nacked('h1', [{ ...held('h1', ResourceKind.FIREWALL_RULE_SET)[0]!, reason: 'too many rules' }]);
  expect(graph.realizedState(rule('p', 'a').path)?.state).toBe('REALIZED');
  expect(graph.realizedState(rule('p', 'b').path)).toMatchObject({ state: 'ERROR', alarms: [{ node: 'h1', reason: 'too many rules' }] });
  commit([rule('p', 'b', { action: 'REJECT' })]);
  ackAll();
  expect(graph.realizedState(rule('p', 'b').path)?.state).toBe('REALIZED');
  expect(graph.realizedState(policy('p').path)?.state).toBe('REALIZED');
});

it('sends one rule, not its thousand neighbours', () => {
  commit([policy('p'), ...Array.from({ length: 1000 }, (_, index) => rule('p', `r${index}`))]);
  const [delta] = graph.commit(changes.put([rule('p', 'r500', { action: 'DROP' })]));
  expect(delta?.changes).toMatchObject([{ change: { $case: 'elements', value: { rules: [{ key: rule('p', 'r500').path }], removed: [] } } }]);
});

it('does not move rules when a policy is only described anew', () => {
  commit([policy('p'), rule('p', 'r')]);
  expect(commit([policy('p', { description: 'new' })])).toEqual([]);
});

it('has no rule for everything where the services that it names are empty', () => {
  const nothing = rule('p', 'r', { services: ['/infra/services/empty'] });
  commit([policy('p'), intent('/infra/services/empty', { resource_type: 'Service', service_entries: [] }), nothing]);
  expect(ruleSets('h1')).toEqual([]);
  expect(graph.realizedState(nothing.path)?.alarms).toMatchObject([{ reason: expect.stringContaining('no entries') }]);
});
