import { describe, expect, it } from 'vitest';
import type { PolicyObject } from '../../src/model/policy-object.js';
import type { Fabric } from './fabric.js';
import { intent } from './network.js';
import { app, EDGES, fabric, locale, PLAIN, SERVICED, segment, TIER0, tier1, uplink, web } from './routed-network.js';

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

  it('of connections is an error where several edges forward at once', () => {
    const states = (gateway: PolicyObject) =>
      [
        { action: 'SNAT', translated_network: '198.51.100.1' },
        { action: 'REFLEXIVE', source_network: '10.2.1.5', translated_network: '198.51.100.1' },
      ].map((fields) => {
        const { path } = rule(TIER0, 'n', fields);
        const alarms = fabric(gateway, rule(TIER0, 'n', fields)).graph.realizedState(path)?.alarms ?? [];
        return alarms.some(({ code }) => code === 'NOT_SUPPORTED');
      });
    const tier0 = (mode: string) => intent(TIER0, { ha_mode: mode, transit_subnets: ['100.64.0.0/16'] });
    expect(states(tier0('ACTIVE_ACTIVE'))).toEqual([true, false]);
    expect(states(tier0('ACTIVE_STANDBY'))).toEqual([false, false]);
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

  const alarmsOf = ({ graph }: Fabric) => {
    const codes = graph.realizedState(`${policy.path}/rules/r`)?.alarms.map(({ code }) => code) ?? [];
    return codes.filter((code) => code !== 'NODE_DISCONNECTED');
  };

  it('needs edges, and says so unless it lets everything pass by default', () => {
    const alone = fabric(policy, drop([PLAIN, SERVICED]));
    expect(alarmsOf(alone)).toEqual(['EDGE_CLUSTER_MISSING']);
    expect(alone.send(app, { sourceAddress: '10.2.1.5', destinationAddress: '203.0.113.9' })).toMatchObject({ verdict: 'DROPPED' });
    expect(alarmsOf(fabric(policy, intent(`${policy.path}/rules/r`, { action: 'ALLOW', scope: [PLAIN], is_default: true })))).toEqual([]);
  });

  it('keeps no state on edges that forward at once, and says so', () => {
    expect(alarmsOf(fabric(policy, drop([TIER0])))).toEqual(['NOT_SUPPORTED']);
    expect(alarmsOf(fabric({ ...policy, stateful: false } as never, drop([TIER0])))).toEqual([]);
    expect(alarmsOf(fabric(policy, drop([TIER0]), intent(TIER0, { ha_mode: 'ACTIVE_STANDBY', transit_subnets: ['100.64.0.0/16'] })))).toEqual([]);
  });

  it('of a tier-0 looks at what goes outside or comes from there, and not at what stays inside', () => {
    const out = intent(`${policy.path}/rules/r`, { action: 'DROP', direction: 'OUT', scope: [TIER0], sequence_number: 1, rule_id: 7 });
    const guarded = fabric(policy, out, intent(TIER0, { ha_mode: 'ACTIVE_STANDBY', transit_subnets: ['100.64.0.0/16'] }));
    expect(guarded.send(app, { sourceAddress: '10.2.1.5', destinationAddress: '203.0.113.9' })).toMatchObject({ verdict: 'DROPPED', by: out.path });
    expect(guarded.send(app, { sourceAddress: '10.2.1.5', destinationAddress: '10.1.1.5' })).toMatchObject({ verdict: 'DELIVERED' });
  });

  it('is for the whole of one gateway and for chosen interfaces of another where its scope names both', () => {
    const uplink1 = `${TIER0}/locale-services/default/interfaces/u1`;
    const both = fabric(policy, drop([SERVICED, uplink1]), intent(TIER0, { ha_mode: 'ACTIVE_STANDBY', transit_subnets: ['100.64.0.0/16'] }));
    const ports = both.graph
      .snapshot('e1')
      .changes.flatMap(({ change }) => (change?.$case === 'put' && change.value.body?.$case === 'firewallRuleSet' ? [change.value.body.value] : []))
      .map(({ appliedTo, rules }) => [appliedTo[0], rules[0]?.routerPorts]);
    expect(ports.sort()).toEqual([
      [`${TIER0}#service-e1`, [uplink1]],
      [`${SERVICED}#service`, []],
    ]);
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
