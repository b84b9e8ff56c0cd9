import { expect, it } from 'vitest';
import { type BgpInstance, BgpInstance_GracefulRestart } from '../../src/realization/resources.pb.js';
import type { Fabric } from './fabric.js';
import { Changes, intent } from './network.js';
import { fabric, locale, SERVICED, TIER0, tier1 } from './routed-network.js';

const BGP = `${TIER0}/locale-services/default/bgp`;
const config = (fields: object = {}) =>
  intent(BGP, { resource_type: 'BgpRoutingConfig', parent_path: `${TIER0}/locale-services/default`, enabled: true, local_as_num: '65010', ...fields });
const neighbor = (id: string, fields: object) =>
  intent(`${BGP}/neighbors/${id}`, { resource_type: 'BgpNeighborConfig', parent_path: BGP, remote_as_num: '65000', ...fields });
const redistribute = (...types: string[]) =>
  locale(TIER0, {
    route_redistribution_config: {
      bgp_enabled: true,
      redistribution_rules: [{ route_redistribution_types: types, route_map_path: `${TIER0}/route-maps/out` }],
    },
  });

function instance(network: Fabric, node: string): BgpInstance | undefined {
  const found = network.graph
    .snapshot(node)
    .changes.flatMap(({ change }) => (change?.$case === 'put' && change.value.body?.$case === 'bgpInstance' ? [change.value.body.value] : []));
  return found[0];
}

it('runs on each edge, with a router id of its own and the neighbours that are reached from there', () => {
  const network = fabric(
    config({ graceful_restart_config: { mode: 'DISABLE', timer: { restart_timer: 10 } } }),
    neighbor('tor', { neighbor_address: '192.0.2.254' }),
    neighbor('one', { neighbor_address: '203.0.113.1', source_addresses: ['192.0.2.2'] }),
  );
  expect(instance(network, 'e1')).toMatchObject({
    router: `${TIER0}#service-e1`,
    node: 'e1',
    localAs: 65010,
    routerId: '192.0.2.1',
    gracefulRestart: BgpInstance_GracefulRestart.DISABLED,
    restartSeconds: 10,
    neighbors: [
      {
        address: '192.0.2.254',
        remoteAs: '65000',
        keepAliveSeconds: 60,
        holdSeconds: 180,
        password: undefined,
        gracefulRestart: BgpInstance_GracefulRestart.DISABLED,
      },
    ],
  });
  expect(instance(network, 'e2')?.neighbors.map(({ address }) => address)).toEqual(['203.0.113.1', '192.0.2.254']);
  expect(instance(network, 'h1')).toBeUndefined();
});

it('says of an edge that stands by that neighbours are to prefer the other', () => {
  const standby = (mode: string) => {
    const network = fabric(intent(TIER0, { resource_type: 'Tier0', ha_mode: mode }), config());
    return ['e1', 'e2'].map((edge) => instance(network, edge)?.standby);
  };
  expect(standby('ACTIVE_STANDBY').sort()).toEqual([false, true]);
  expect(standby('ACTIVE_ACTIVE')).toEqual([false, false]);
});

it('is told only that a secret changed, never the secret', () => {
  const network = fabric(config(), neighbor('tor', { neighbor_address: '192.0.2.254' }));
  const commit = { ...new Changes().put([]), secrets: [{ path: `${BGP}/neighbors/tor`, field: 'password', version: 'a1' }] };
  network.graph.resume('e1', [], []);
  const deltas = network.graph.commit(commit);
  expect(deltas.map(({ node }) => node)).toEqual(['e1']);
  expect(instance(network, 'e1')?.neighbors[0]?.password).toEqual({ path: `${BGP}/neighbors/tor`, field: 'password', version: 'a1' });
});

it('advertises what redistribution names, through its route map', () => {
  const connected = fabric(config(), redistribute('TIER1_CONNECTED'));
  expect(instance(connected, 'e1')?.advertisements).toEqual(
    ['10.1.1.0/24', '10.1.2.0/24', '10.2.1.0/24'].map((network) => ({ network, routeMap: `${TIER0}/route-maps/out` })),
  );
  const hidden = fabric(config(), redistribute('TIER1_CONNECTED'), tier1(SERVICED, { route_advertisement_types: [] }));
  expect(instance(hidden, 'e1')?.advertisements.map(({ network }) => network)).toEqual(['10.1.1.0/24', '10.1.2.0/24']);
  const nat = intent(`${SERVICED}/nat/USER/nat-rules/s`, { action: 'SNAT', source_network: '10.2.1.0/24', translated_network: '198.51.100.1' });
  const translated = fabric(config(), redistribute('TIER1_NAT', 'TIER0_STATIC', 'TIER0_EXTERNAL_INTERFACE'), nat);
  expect(instance(translated, 'e1')?.advertisements.map(({ network }) => network)).toEqual(['0.0.0.0/0', '192.0.2.0/24', '198.51.100.1/32']);
  expect(instance(fabric(config()), 'e1')?.advertisements).toEqual([]);
});

it('brings along the route maps, prefix lists and community lists that are named, directly or by one another', () => {
  const network = fabric(
    config(),
    redistribute('TIER1_CONNECTED'),
    neighbor('tor', { neighbor_address: '192.0.2.254', route_filtering: [{ address_family: 'IPV4', in_route_filters: [`${TIER0}/prefix-lists/in`] }] }),
    intent(`${TIER0}/route-maps/out`, {
      resource_type: 'Tier0RouteMap',
      entries: [
        { action: 'PERMIT', prefix_list_matches: [`${TIER0}/prefix-lists/own`], set: { med: 5 } },
        { action: 'DENY', community_list_matches: [{ criteria: `${TIER0}/community-lists/c`, match_operator: 'MATCH_ALL' }] },
      ],
    }),
    intent(`${TIER0}/prefix-lists/own`, { resource_type: 'PrefixList', prefixes: [{ network: '10.0.0.0/8', le: 24 }] }),
    intent(`${TIER0}/prefix-lists/in`, { resource_type: 'PrefixList', prefixes: [{ network: 'ANY', action: 'DENY' }] }),
    intent(`${TIER0}/prefix-lists/unused`, { resource_type: 'PrefixList', prefixes: [{ network: 'ANY' }] }),
    intent(`${TIER0}/community-lists/c`, { resource_type: 'CommunityList', communities: ['65000:1'] }),
  );
  expect(instance(network, 'e1')).toMatchObject({
    neighbors: [{ filters: [{ addressFamily: 'IPV4', enabled: true, in: `${TIER0}/prefix-lists/in`, out: '' }] }],
    routeMaps: [
      {
        name: `${TIER0}/route-maps/out`,
        entries: [
          { permit: true, med: 5 },
          { permit: false, communities: [{ operator: 'MATCH_ALL' }] },
        ],
      },
    ],
    prefixLists: [
      { name: `${TIER0}/prefix-lists/in`, entries: [{ permit: false, network: '' }] },
      { name: `${TIER0}/prefix-lists/own`, entries: [{ permit: true, network: '10.0.0.0/8', le: 24 }] },
    ],
    communityLists: [{ name: `${TIER0}/community-lists/c`, communities: ['65000:1'] }],
  });
});

it('does not run where it is off, and is an error without an AS number', () => {
  expect(instance(fabric(config({ enabled: false })), 'e1')).toBeUndefined();
  expect(fabric(config({ local_as_num: undefined })).graph.realizedState(BGP)).toMatchObject({ state: 'ERROR', alarms: [{ code: 'REFERENCE_MISSING' }] });
});

it('makes a neighbour unrealized together with the instance that speaks to it', () => {
  const network = fabric(config(), neighbor('tor', { neighbor_address: '192.0.2.254' }));
  for (const node of ['e1', 'e2']) {
    const { changes } = network.graph.resume(node, [], []);
    expect(network.graph.realizedState(`${BGP}/neighbors/tor`)?.state).toBe('UNREALIZED');
    network.graph.acked(
      node,
      changes.flatMap(({ change }) => (change?.$case === 'put' ? [change.value] : [])),
    );
  }
  expect(network.graph.realizedState(`${BGP}/neighbors/tor`)).toMatchObject({ state: 'REALIZED', nodes: [{ node: 'e1' }, { node: 'e2' }] });
});
