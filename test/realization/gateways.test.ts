import { describe, expect, it } from 'vitest';
import type { PolicyObject } from '../../src/model/policy-object.js';
import { GATEWAY_BLOCKS, INTERFACE_NUMBERS, portKeys, routerPortKeys, SEGMENT_KEYS, transitSlices } from '../../src/model/spaces.js';
import { Fabric } from './fabric.js';
import { claim, ENFORCEMENT_POINT, edgeReport, host, intent, OVERLAY, report, vif, zone } from './network.js';

/**
 *   web@h1 .5   db@h2 .5          app@h1 .5
 *      |           |                 |
 *    web 10.1.1   db 10.1.2       app 10.2.1
 *       \         /                  |
 *      tier-1 `plain`           tier-1 `serviced` (service part on e1, then e2)
 *             \                 /
 *            tier-0 (service parts on e1 and e2)
 *              |           |
 *         192.0.2.1@e1  192.0.2.2@e2
 */
const CLUSTER = `${ENFORCEMENT_POINT}/edge-clusters/c`;
const EDGES = ['e1', 'e2'].map((id) => `${CLUSTER}/edge-nodes/${id}`);
const VLAN = `${ENFORCEMENT_POINT}/transport-zones/vlan`;
const TIER0 = '/infra/tier-0s/t0';
const PLAIN = '/infra/tier-1s/plain';
const SERVICED = '/infra/tier-1s/serviced';
const ALL = ['TIER1_CONNECTED', 'TIER1_NAT', 'TIER1_STATIC_ROUTES', 'TIER1_LB_VIP'];
const segment = (id: string, gateway: string, subnet: string) =>
  intent(`/infra/segments/${id}`, { transport_zone_path: OVERLAY, connectivity_path: gateway, subnets: [{ gateway_address: subnet }] });
const port = (id: string, address: string, attachment: string) =>
  intent(`/infra/segments/${id}/ports/p`, {
    attachment: { id: attachment },
    address_bindings: [{ ip_address: address, mac_address: `02:00:00:00:01:0${attachment.at(-1)}` }],
  });
const uplink = (id: string, edge: string | undefined, address: string) =>
  intent(`${TIER0}/locale-services/default/interfaces/${id}`, {
    resource_type: 'Tier0Interface',
    type: 'EXTERNAL',
    segment_path: '/infra/segments/uplink',
    edge_path: edge,
    subnets: [{ ip_addresses: [address], prefix_len: 24 }],
    urpf_mode: 'NONE',
  });
const tier1 = (path: string, fields: object = {}) => intent(path, { tier0_path: TIER0, route_advertisement_types: ALL, ...fields });
const locale = (gateway: string, fields: object = {}) =>
  intent(`${gateway}/locale-services/default`, { edge_cluster_path: CLUSTER, preferred_edge_paths: EDGES, ...fields });
const outward = intent(`${TIER0}/static-routes/out`, { network: '0.0.0.0/0', next_hops: [{ ip_address: '192.0.2.254' }] });

const objects: PolicyObject[] = [
  zone('overlay'),
  zone('vlan', { tz_type: 'VLAN_BACKED' }),
  host('h1'),
  host('h2'),
  intent(CLUSTER),
  ...EDGES.map((path, member_index) => intent(path, { member_index })),
  intent(TIER0, { ha_mode: 'ACTIVE_ACTIVE', transit_subnets: ['100.64.0.0/16'] }),
  locale(TIER0),
  intent('/infra/segments/uplink', { transport_zone_path: VLAN, vlan_ids: ['7'] }),
  uplink('u1', EDGES[0], '192.0.2.1'),
  uplink('u2', EDGES[1], '192.0.2.2'),
  outward,
  tier1(PLAIN),
  tier1(SERVICED),
  locale(SERVICED),
  intent(`${SERVICED}/nat/USER`),
  segment('web', PLAIN, '10.1.1.1/24'),
  segment('db', PLAIN, '10.1.2.1/24'),
  segment('app', SERVICED, '10.2.1.1/24'),
  port('web', '10.1.1.5', 'a1'),
  port('db', '10.1.2.5', 'a2'),
  port('app', '10.2.1.5', 'a3'),
];

const SEGMENTS = ['web', 'db', 'app', 'uplink'].map((id) => `/infra/segments/${id}`);
const claims = [
  ...SEGMENTS.map((path, index) => claim(SEGMENT_KEYS.space, path, 70000 + index)),
  ...SEGMENTS.map((path) => claim(portKeys(path).space, `${path}/ports/p`, 16)),
  ...[TIER0, PLAIN, SERVICED].map((path, index) => claim(GATEWAY_BLOCKS.space, path, index)),
  ...[PLAIN, SERVICED].map((path, index) => claim(transitSlices(TIER0).space, path, index)),
  ...SEGMENTS.flatMap((path, index) => [PLAIN, SERVICED, TIER0].map((gateway) => claim(routerPortKeys(gateway).space, path, 40 + index))),
  ...[`${TIER0}/locale-services/default/interfaces/u1`, `${TIER0}/locale-services/default/interfaces/u2`].flatMap((path, index) => [
    claim(INTERFACE_NUMBERS.space, path, index),
    claim(routerPortKeys(TIER0).space, path, 60 + index),
    claim(portKeys('/infra/segments/uplink').space, path, 20 + index),
  ]),
];

const reports = [report('h1', [vif('a1'), vif('a3')]), report('h2', [vif('a2')]), ...EDGES.map(edgeReport)];
const fabric = (...changed: readonly PolicyObject[]) => {
  const replaced = new Set(changed.map(({ path }) => path));
  return new Fabric([...objects.filter(({ path }) => !replaced.has(path)), ...changed], claims, reports);
};
const web = { node: 'h1', port: '/infra/segments/web/ports/p' };
const app = { node: 'h1', port: '/infra/segments/app/ports/p' };

describe('a tier-1', () => {
  it('routes between its segments on the node of the sender, straight to the node of the receiver', () => {
    expect(fabric().send(web, { sourceAddress: '10.1.1.5', destinationAddress: '10.1.2.5' })).toMatchObject({
      verdict: 'DELIVERED',
      nodes: ['h1', 'h2'],
      by: '/infra/segments/db/ports/p',
    });
  });

  it('reaches another tier-1 over the tier-0 on an edge, and the service part on the way there', () => {
    const there = fabric().send(web, { sourceAddress: '10.1.1.5', destinationAddress: '10.2.1.5' });
    expect(there).toMatchObject({ verdict: 'DELIVERED', by: '/infra/segments/app/ports/p' });
    expect(there.nodes).toEqual(['h1', 'e1', 'h1']);
    const back = fabric().send(app, { sourceAddress: '10.2.1.5', destinationAddress: '10.1.1.5' });
    expect(back).toMatchObject({ verdict: 'DELIVERED', by: '/infra/segments/web/ports/p' });
  });

  it('reaches the world through an uplink, and is reached from there', () => {
    const out = fabric().send(web, { sourceAddress: '10.1.1.5', destinationAddress: '203.0.113.9' });
    expect(out).toMatchObject({ verdict: 'UPLINK', nodes: ['h1', 'e1'], by: `${TIER0}/locale-services/default/interfaces/u1` });
    const back = fabric().send(
      { node: 'e2', uplink: `${TIER0}/locale-services/default/interfaces/u2` },
      { sourceAddress: '203.0.113.9', destinationAddress: '10.2.1.5' },
    );
    expect(back).toMatchObject({ verdict: 'DELIVERED', by: '/infra/segments/app/ports/p' });
  });

  it('keeps to itself what it does not advertise', () => {
    const quiet = fabric(tier1(SERVICED, { route_advertisement_types: [] }));
    expect(quiet.send(web, { sourceAddress: '10.1.1.5', destinationAddress: '10.2.1.5' })).toMatchObject({ verdict: 'UPLINK' });
    const denied = fabric(tier1(SERVICED, { route_advertisement_rules: [{ name: 'no', action: 'DENY', subnets: ['10.2.0.0/16'], prefix_operator: 'GE' }] }));
    expect(denied.send(web, { sourceAddress: '10.1.1.5', destinationAddress: '10.2.1.5' })).toMatchObject({ verdict: 'UPLINK' });
    const exact = fabric(tier1(SERVICED, { route_advertisement_rules: [{ name: 'no', action: 'DENY', subnets: ['10.2.0.0/16'], prefix_operator: 'EQ' }] }));
    expect(exact.send(web, { sourceAddress: '10.1.1.5', destinationAddress: '10.2.1.5' })).toMatchObject({ verdict: 'DELIVERED' });
  });

  it('is cut off from outside without a tier-0, and still joins its segments', () => {
    const alone = fabric(tier1(PLAIN, { tier0_path: undefined }));
    expect(alone.send(web, { sourceAddress: '10.1.1.5', destinationAddress: '203.0.113.9' })).toMatchObject({ verdict: 'DROPPED', by: PLAIN });
    expect(alone.send(web, { sourceAddress: '10.1.1.5', destinationAddress: '10.1.2.5' })).toMatchObject({ verdict: 'DELIVERED' });
  });

  it('leaves a disconnected segment without a gateway', () => {
    const off = fabric({ ...segment('web', PLAIN, '10.1.1.1/24'), advanced_config: { connectivity: 'OFF' } } as never);
    expect(off.send(web, { sourceAddress: '10.1.1.5', destinationAddress: '10.1.2.5' })).toMatchObject({ verdict: 'DROPPED', by: '/infra/segments/web' });
  });

  it('tells a host nothing of uplinks, NAT and other tenants', () => {
    const keys = fabric()
      .graph.snapshot('h2')
      .changes.map(({ change }) => (change?.$case === 'put' ? change.value.key : ''));
    expect(keys.filter((key) => key.includes('/infra/segments/uplink') || key.includes('/interfaces/') || key.startsWith(SERVICED))).toEqual([]);
  });

  it('moves its service part when the preferred edge changes', () => {
    const moved = fabric(locale(SERVICED, { preferred_edge_paths: [EDGES[1]] }));
    expect(moved.send(app, { sourceAddress: '10.2.1.5', destinationAddress: '203.0.113.9' }).nodes.slice(0, 2)).toEqual(['h1', 'e2']);
  });
});

describe('NAT', () => {
  const rule = (gateway: string, id: string, fields: object) => intent(`${gateway}/nat/USER/nat-rules/${id}`, { sequence_number: 1, ...fields });

  it('hides sources behind an address on the way out', () => {
    const nat = fabric(rule(SERVICED, 's', { action: 'SNAT', source_network: '10.2.1.0/24', translated_network: '198.51.100.1' }));
    const out = nat.send(app, { sourceAddress: '10.2.1.5', destinationAddress: '203.0.113.9' });
    expect(out).toMatchObject({ verdict: 'UPLINK', packet: { sourceAddress: '198.51.100.1' } });
  });

  it('leads from an address outside to a workload, which the tier-0 has a route to', () => {
    const nat = fabric(rule(SERVICED, 'd', { action: 'DNAT', destination_network: '198.51.100.2', translated_network: '10.2.1.5' }));
    const into = nat.send(
      { node: 'e2', uplink: `${TIER0}/locale-services/default/interfaces/u2` },
      { sourceAddress: '203.0.113.9', destinationAddress: '198.51.100.2' },
    );
    expect(into).toMatchObject({ verdict: 'DELIVERED', by: '/infra/segments/app/ports/p', packet: { destinationAddress: '10.2.1.5' } });
  });

  it('is an error on a gateway without an edge cluster, and nothing when it is off', () => {
    const needs = rule(PLAIN, 'n', { action: 'SNAT', translated_network: '198.51.100.1' });
    expect(fabric(needs).graph.realizedState(needs.path)).toMatchObject({ state: 'ERROR', alarms: [{ code: 'EDGE_CLUSTER_MISSING' }] });
    expect(fabric({ ...needs, enabled: false } as never).graph.realizedState(needs.path)?.state).toBe('REALIZED');
  });
});

describe('the gateway firewall', () => {
  const policy = intent('/infra/domains/default/gateway-policies/g', { category: 'LocalGatewayRules', sequence_number: 1, stateful: true });
  const drop = (scope: string[]) =>
    intent(`${policy.path}/rules/r`, { action: 'DROP', scope, destination_groups: ['203.0.113.0/24'], sequence_number: 1, rule_id: 7 });

  it('stops traffic at the gateways in its scope, and only there', () => {
    const guarded = fabric(policy, drop([SERVICED]));
    expect(guarded.send(app, { sourceAddress: '10.2.1.5', destinationAddress: '203.0.113.9' })).toMatchObject({
      verdict: 'DROPPED',
      by: `${policy.path}/rules/r`,
    });
    expect(guarded.send(web, { sourceAddress: '10.1.1.5', destinationAddress: '203.0.113.9' })).toMatchObject({ verdict: 'UPLINK' });
  });

  it('is off where the gateway says so', () => {
    const open = fabric(policy, drop([SERVICED]), tier1(SERVICED, { disable_firewall: true }));
    expect(open.send(app, { sourceAddress: '10.2.1.5', destinationAddress: '203.0.113.9' })).toMatchObject({ verdict: 'UPLINK' });
  });
});

describe('a tier-0', () => {
  it('routes for segments of its own', () => {
    const own = fabric(segment('web', TIER0, '10.1.1.1/24'));
    expect(own.send(web, { sourceAddress: '10.1.1.5', destinationAddress: '203.0.113.9' })).toMatchObject({ verdict: 'UPLINK' });
    expect(own.send(web, { sourceAddress: '10.1.1.5', destinationAddress: '10.2.1.5' })).toMatchObject({ verdict: 'DELIVERED' });
  });

  it('has a service part only on the edges with uplinks', () => {
    const one = fabric(uplink('u2', EDGES[0], '192.0.2.2'));
    expect(one.graph.spanOf(`${TIER0}/locale-services/default/interfaces/u1`)).toEqual(['e1']);
    expect(one.graph.snapshot('e2').changes.some(({ change }) => change?.$case === 'put' && change.value.key === `${TIER0}#service-e2`)).toBe(false);
  });

  it('reads the addresses of its interfaces in the realized state', () => {
    expect(fabric().graph.realizedState(`${TIER0}/locale-services/default/interfaces/u1`)?.entities).toMatchObject([
      {
        entityType: 'RealizedLogicalRouterPort',
        attributes: [
          { key: 'IpAddresses', values: ['192.0.2.1/24'] },
          { key: 'MacAddress', values: ['02:50:03:00:00:00'] },
        ],
      },
    ]);
  });

  it('follows static routes into a segment', () => {
    const appliance = intent(`${PLAIN}/static-routes/vm`, { network: '172.16.0.0/16', next_hops: [{ ip_address: '10.1.2.5' }] });
    const routed = fabric(appliance);
    expect(routed.send(web, { sourceAddress: '10.1.1.5', destinationAddress: '172.16.3.3' })).toMatchObject({
      verdict: 'DELIVERED',
      by: '/infra/segments/db/ports/p',
    });
    const into = routed.send(
      { node: 'e1', uplink: `${TIER0}/locale-services/default/interfaces/u1` },
      { sourceAddress: '203.0.113.9', destinationAddress: '172.16.3.3' },
    );
    expect(into).toMatchObject({ verdict: 'DELIVERED', by: '/infra/segments/db/ports/p' });
  });
});
