import { OVERLAY_ZONE, VLAN_ZONE } from '../lab.js';
import { ENFORCEMENT_POINT } from '../lab-manager.js';
import { pause } from '../pause.js';
import { TopOfRack } from '../top-of-rack.js';
import { fabric } from './fabric.js';
import type { Scenario } from './scenario.js';
import { attach } from './segments.js';

const TIER0 = '/infra/tier-0s/peering';
const SERVICES = `${TIER0}/locale-services/default`;
const BGP = `${SERVICES}/bgp`;
const NEIGHBOR = `${BGP}/neighbors/tor`;
const TIER1 = '/infra/tier-1s/public';
const SHOP = '/infra/segments/shop';
const HIDDEN = '/infra/segments/hidden';
const UPLINK = '/infra/segments/peering-uplink';
const EDGES = `${ENFORCEMENT_POINT}/edge-clusters/edges`;
const PASSWORD = 'lab-of-heddle';
const ROUTER = '10.200.0.1';
const UPLINKS = { e1: '10.200.0.11', e2: '10.200.0.12' } as const;

/** A tier-0 whose edges speak BGP with the router outside, both at once. */
export const bgp: Scenario = {
  title: 'BGP',
  name: 'bgp',
  after: [fabric],
  async run(lab, expect) {
    const { manager, topOfRack: tor } = lab;
    tor.addVlan(200, `${ROUTER}/24`);
    await tor.speak(routerConfiguration(true));
    await manager.patch(UPLINK, { transport_zone_path: VLAN_ZONE, vlan_ids: ['200'] });
    await manager.patch(TIER0, { ha_mode: 'ACTIVE_ACTIVE' });
    await manager.patch(SERVICES, {
      edge_cluster_path: EDGES,
      route_redistribution_config: { bgp_enabled: true, redistribution_rules: [{ name: 'below', route_redistribution_types: ['TIER1_CONNECTED'] }] },
    });
    for (const [edge, address] of Object.entries(UPLINKS)) {
      await manager.patch(`${SERVICES}/interfaces/${edge}`, {
        type: 'EXTERNAL',
        edge_path: `${EDGES}/edge-nodes/${edge}`,
        segment_path: UPLINK,
        subnets: [{ ip_addresses: [address], prefix_len: 24 }],
      });
    }
    await manager.patch(`${TIER0}/prefix-lists/hidden`, { prefixes: [{ network: '10.9.2.0/24', action: 'PERMIT' }] });
    await manager.patch(`${TIER0}/route-maps/out`, {
      entries: [
        { action: 'DENY', prefix_list_matches: [`${TIER0}/prefix-lists/hidden`] },
        { action: 'PERMIT', set: { as_path_prepend: '65001 65001', community: '65001:7' } },
      ],
    });
    await manager.patch(BGP, { enabled: true, local_as_num: '65001', ecmp: true });
    await manager.patch(NEIGHBOR, {
      neighbor_address: ROUTER,
      remote_as_num: '65000',
      password: PASSWORD,
      bfd: { enabled: true, interval: 300, multiple: 3 },
      route_filtering: [{ address_family: 'IPV4', out_route_filters: [`${TIER0}/route-maps/out`] }],
    });
    await manager.patch(TIER1, { tier0_path: TIER0, route_advertisement_types: ['TIER1_CONNECTED'] });
    await manager.patch(SHOP, { transport_zone_path: OVERLAY_ZONE, connectivity_path: TIER1, subnets: [{ gateway_address: '10.9.1.1/24' }] });
    await manager.patch(HIDDEN, { transport_zone_path: OVERLAY_ZONE, connectivity_path: TIER1, subnets: [{ gateway_address: '10.9.2.1/24' }] });
    lab.addWorkload({ name: 'shop1', mac: '02:00:00:09:01:11', addresses: ['10.9.1.11/24'], gateway: '10.9.1.1' }, 'h1');
    await expect.realized(TIER0, BGP, NEIGHBOR, TIER1, await attach(lab, SHOP, 'shop1'));

    const shop = lab.workload('shop1');
    await expect.soon('the router outside has a session with the uplink of each edge', () => sessions(tor));
    await expect.soon('and learns what a rule redistributes, from both', () => waysTo(tor, '10.9.1.0/24') === 'e1,e2' || waysTo(tor, '10.9.1.0/24'));
    await expect.now('but not what a route map holds back', () => waysTo(tor, '10.9.2.0/24') === '' || waysTo(tor, '10.9.2.0/24'));
    await expect.now('and with the path and community that the map gives it', () => {
      const text = JSON.stringify(tor.ask('bgpd', 'show bgp ipv4 unicast 10.9.1.0/24 json'));
      return (text.includes('65001 65001 65001') && text.includes('65001:7')) || text;
    });
    await expect.soon('shop1 reaches the world outside by the default route that the edges have learned', () => shop.pings(TopOfRack.OUTSIDE) === 1);
    await expect.soon('the world outside reaches shop1', () => tor.pings('10.9.1.11'));

    await tor.speak(routerConfiguration(false));
    await expect.soon('once the router takes the default route back nothing goes there', () => shop.pings(TopOfRack.OUTSIDE) === 0);
    await tor.speak(routerConfiguration(true));
    await expect.soon('and does when it is there again', () => shop.pings(TopOfRack.OUTSIDE) === 1);

    const before = changes(tor);
    const { lost, sent } = await shop.lossWhile(TopOfRack.OUTSIDE, async () => {
      for (const edge of ['e1', 'e2']) await lab.node(edge).killAgent();
      await pause(1_500);
      for (const edge of ['e1', 'e2']) lab.node(edge).startAgent(manager.url, lab.bridges);
      await pause(5_000);
    });
    await expect.now('no ping is lost while the agents of both edges are killed and started again', () => (sent > 0 && lost === 0) || `${lost} of ${sent}`);
    await expect.now('and no session was', () => changes(tor) === before || `${changes(tor)} instead of ${before}`);

    tor.freeze('bfdd', 'SIGSTOP');
    await expect.soon('BFD notices within seconds that the router no longer answers it', () => sessions(tor) !== true);
    tor.freeze('bfdd', 'SIGCONT');
    await expect.soon('and the sessions come back', () => sessions(tor));
  },
};

/** @param generous whether it offers a default route */
function routerConfiguration(generous: boolean): string {
  const neighbors = Object.values(UPLINKS).flatMap((address) => [
    ` neighbor ${address} remote-as 65001`,
    ` neighbor ${address} password ${PASSWORD}`,
    ` neighbor ${address} timers connect 2`,
    ` neighbor ${address} bfd 3 300 300`,
  ]);
  const offers = generous ? Object.values(UPLINKS).map((address) => `  neighbor ${address} default-originate`) : [];
  const lines = [
    'no zebra nexthop kernel enable',
    'router bgp 65000',
    ' no bgp ebgp-requires-policy',
    ...neighbors,
    ' address-family ipv4 unicast',
    ...offers,
    ' exit-address-family',
    'exit',
  ];
  return `${lines.join('\n')}\n`;
}

interface Summary {
  readonly ipv4Unicast?: { readonly peers?: Readonly<Record<string, { readonly state: string; readonly connectionsEstablished: number }>> };
}

/** Whether all sessions of the router stand. @returns their states where not */
function sessions(tor: TopOfRack): true | string {
  const peers = (tor.ask('bgpd', 'show bgp summary json') as Summary).ipv4Unicast?.peers ?? {};
  const states = Object.values(UPLINKS).map((address) => peers[address]?.state ?? 'none');
  return states.every((state) => state === 'Established') || states.join();
}

/** How often the sessions of the router came about. */
function changes(tor: TopOfRack): string {
  const peers = (tor.ask('bgpd', 'show bgp summary json') as Summary).ipv4Unicast?.peers ?? {};
  return Object.values(UPLINKS)
    .map((address) => peers[address]?.connectionsEstablished)
    .join();
}

/** The edges through which the router sends what is for a network. */
function waysTo(tor: TopOfRack, network: string): string {
  const routes = tor.ask('zebra', `show ip route ${network} json`)[network] as
    | readonly { readonly nexthops: readonly { readonly ip?: string; readonly fib?: boolean }[] }[]
    | undefined;
  const hops = routes?.flatMap(({ nexthops }) => nexthops.filter(({ fib }) => fib).map(({ ip }) => ip)) ?? [];
  return Object.entries(UPLINKS)
    .flatMap(([edge, address]) => (hops.includes(address) ? edge : []))
    .join();
}
