import { expect, it } from 'vitest';
import type { PolicyObject } from '../../src/model/policy-object.js';
import type { DhcpRelay } from '../../src/realization/resources.pb.js';
import type { Fabric } from './fabric.js';
import { ENFORCEMENT_POINT, intent, OVERLAY } from './network.js';
import { EDGES, fabric, locale, PLAIN, SERVICED, TIER0, tier1 } from './routed-network.js';

const RELAY = intent('/infra/dhcp-relay-configs/r', { resource_type: 'DhcpRelayConfig', server_addresses: ['198.51.100.7', '2001:db8::7'] });
const SERVER = intent('/infra/dhcp-server-configs/d', { resource_type: 'DhcpServerConfig', server_addresses: ['10.2.1.250/24'] });
const segment = (id: string, gateway: string | undefined, subnet: string, fields: object = { dhcp_config_path: RELAY.path }): PolicyObject =>
  intent(`/infra/segments/${id}`, { transport_zone_path: OVERLAY, connectivity_path: gateway, subnets: [{ gateway_address: subnet }], ...fields });
const app = (fields?: object) => segment('app', SERVICED, '10.2.1.1/24', fields);
const web = (fields?: object) => segment('web', PLAIN, '10.1.1.1/24', fields);

/** Relays that a node is told of, by key. */
function relaysOn(network: Fabric, node: string): Record<string, DhcpRelay> {
  const changes = network.graph.snapshot(node).changes.map(({ change }) => change);
  const found = changes.flatMap((change) =>
    change?.$case === 'put' && change.value.body?.$case === 'dhcpRelay' ? [[change.value.key, change.value.body.value]] : [],
  );
  return Object.fromEntries(found);
}

it('is where the service part of the tier-1 is, with a port on the segment that every node of it knows', () => {
  const network = fabric(RELAY, app());
  const relay = {
    router: `${SERVICED}#service`,
    logicalSwitch: '/infra/segments/app',
    switchTunnelKey: 3,
    mac: '02:50:30:01:11:72',
    subnets: [{ gateway: '10.2.1.1', servers: ['198.51.100.7'] }],
  };
  for (const node of ['h1', 'e1', 'e2']) expect(relaysOn(network, node)).toEqual({ '/infra/segments/app#relay-0': relay });
  expect(relaysOn(network, 'h2')).toEqual({});
  expect(network.graph.spanOf(RELAY.path)).toEqual(expect.arrayContaining(['e1', 'e2', 'h1']));
});

it('is on every edge of the tier-0 where the tier-1 has none, each with a port of its own', () => {
  const relays = relaysOn(fabric(RELAY, web()), 'h2');
  expect(Object.values(relays).map(({ router, switchTunnelKey, mac }) => [router, switchTunnelKey, mac])).toEqual([
    [`${TIER0}#service-e1`, 3, '02:50:30:01:11:70'],
    [`${TIER0}#service-e2`, 4, '02:50:31:01:11:70'],
  ]);
});

it('is that of the gateway where the segment names none, and takes the place of a server', () => {
  const network = fabric(RELAY, SERVER, tier1(SERVICED, { dhcp_config_paths: [RELAY.path] }), app({}));
  expect(Object.keys(relaysOn(network, 'e1'))).toEqual(['/infra/segments/app#relay-0']);
  network.commit(app({ dhcp_config_path: SERVER.path }));
  expect(relaysOn(network, 'e1')).toEqual({});
});

it('relays each family to the servers of that family', () => {
  const subnets = [{ gateway_address: '10.2.1.1/24' }, { gateway_address: '2001:db8:2::1/64' }];
  const both = { dhcp_config_path: RELAY.path, subnets };
  expect(relaysOn(fabric(RELAY, app(both)), 'e1')['/infra/segments/app#relay-0']?.subnets).toEqual([
    { gateway: '10.2.1.1', servers: ['198.51.100.7'] },
    { gateway: '2001:db8:2::1', servers: ['2001:db8::7'] },
  ]);
});

it('goes when the segment does without it', () => {
  const network = fabric(RELAY, app());
  network.commit(app({}));
  for (const node of ['h1', 'e1', 'e2']) expect(relaysOn(network, node)).toEqual({});
});

/** What is said of a segment, beside that its nodes are not connected. */
function saidOf(path: string, ...objects: PolicyObject[]): { readonly state: string; readonly said: readonly string[] } {
  const { state = '', alarms = [] } = fabric(RELAY, ...objects).graph.realizedState(path) ?? {};
  return { state, said: alarms.filter(({ code }) => code !== 'NODE_DISCONNECTED').map(({ code, reason }) => `${code}: ${reason}`) };
}

it('is an error where no gateway above has edges, or an edge does not reach the segment', () => {
  expect(saidOf('/infra/segments/web', web(), locale(TIER0, { edge_cluster_path: undefined }))).toEqual({
    state: 'ERROR',
    said: [expect.stringMatching(/^EDGE_CLUSTER_MISSING: .* Name one in the locale services of either/)],
  });
  const edges = EDGES.map((path, member_index) =>
    intent(path, { member_index, host_switch_spec: { host_switches: [{ transport_zone_endpoints: [{ transport_zone_id: OVERLAY }] }] } }),
  );
  const vlan = { dhcp_config_path: RELAY.path, transport_zone_path: `${ENFORCEMENT_POINT}/transport-zones/vlan`, vlan_ids: ['9'] };
  expect(saidOf('/infra/segments/app', app(vlan), ...edges)).toEqual({ state: 'ERROR', said: [expect.stringMatching(/^OUTSIDE_TRANSPORT_ZONE: The edge e1/)] });
});

it('takes no effect on a segment that no gateway routes for, which says so', () => {
  const { said } = saidOf('/infra/segments/app', segment('app', undefined, '10.2.1.1/24'));
  expect(said).toEqual([expect.stringMatching(/^NOT_SUPPORTED: .* Connect it to one/)]);
});
