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
export const CLUSTER = `${ENFORCEMENT_POINT}/edge-clusters/c`;
export const EDGES = ['e1', 'e2'].map((id) => `${CLUSTER}/edge-nodes/${id}`);
const VLAN = `${ENFORCEMENT_POINT}/transport-zones/vlan`;
export const TIER0 = '/infra/tier-0s/t0';
export const PLAIN = '/infra/tier-1s/plain';
export const SERVICED = '/infra/tier-1s/serviced';
const ALL = ['TIER1_CONNECTED', 'TIER1_NAT', 'TIER1_STATIC_ROUTES', 'TIER1_LB_VIP'];
export const segment = (id: string, gateway: string, subnet: string) =>
  intent(`/infra/segments/${id}`, { transport_zone_path: OVERLAY, connectivity_path: gateway, subnets: [{ gateway_address: subnet }] });
const port = (id: string, address: string, attachment: string) =>
  intent(`/infra/segments/${id}/ports/p`, {
    attachment: { id: attachment },
    address_bindings: [{ ip_address: address, mac_address: `02:00:00:00:01:0${attachment.at(-1)}` }],
  });
export const uplink = (id: string, edge: string | undefined, address: string) =>
  intent(`${TIER0}/locale-services/default/interfaces/${id}`, {
    resource_type: 'Tier0Interface',
    type: 'EXTERNAL',
    segment_path: '/infra/segments/uplink',
    edge_path: edge,
    subnets: [{ ip_addresses: [address], prefix_len: 24 }],
    urpf_mode: 'NONE',
  });
export const tier1 = (path: string, fields: object = {}) => intent(path, { tier0_path: TIER0, route_advertisement_types: ALL, ...fields });
export const locale = (gateway: string, fields: object = {}) =>
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
export const fabric = (...changed: readonly PolicyObject[]) => {
  const replaced = new Set(changed.map(({ path }) => path));
  return new Fabric([...objects.filter(({ path }) => !replaced.has(path)), ...changed], claims, reports);
};
export const web = { node: 'h1', port: '/infra/segments/web/ports/p' };
export const app = { node: 'h1', port: '/infra/segments/app/ports/p' };
