import type { Expectations } from '../expectations.js';
import { type Lab, OVERLAY_ZONE, VLAN_ZONE } from '../lab.js';
import { ENFORCEMENT_POINT } from '../lab-manager.js';
import { pause } from '../pause.js';
import { TopOfRack } from '../top-of-rack.js';
import { fabric } from './fabric.js';
import type { Scenario } from './scenario.js';
import { attach, seenWhile } from './segments.js';

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
const ROUTER6 = '2001:db8:200::1';
const UPLINKS6 = { e1: '2001:db8:200::11', e2: '2001:db8:200::12' } as const;
const OUTSIDE6 = '2001:db8:53::53';

/** A tier-0 whose edges speak BGP with the router outside, both at once. */
export const bgp: Scenario = {
  title: 'BGP',
  name: 'bgp',
  after: [fabric],
  async run(lab, expect) {
    const { manager, topOfRack: tor } = lab;
    tor.addVlan(200, `${ROUTER}/24`);
    tor.addAddress('lo', '192.0.2.65/26');
    tor.addAddress('vlan200', `${ROUTER6}/64`);
    tor.addAddress('lo', `${OUTSIDE6}/128`);
    await tor.speak(routerConfiguration(true));
    await manager.patch(UPLINK, { transport_zone_path: VLAN_ZONE, vlan_ids: ['200'] });
    await manager.patch(TIER0, { ha_mode: 'ACTIVE_ACTIVE' });
    await manager.patch(SERVICES, {
      edge_cluster_path: EDGES,
      route_redistribution_config: { bgp_enabled: true, redistribution_rules: [{ name: 'below', route_redistribution_types: ['TIER1_CONNECTED'] }] },
    });
    for (const edge of ['e1', 'e2'] as const) {
      await manager.patch(`${SERVICES}/interfaces/${edge}`, {
        type: 'EXTERNAL',
        edge_path: `${EDGES}/edge-nodes/${edge}`,
        segment_path: UPLINK,
        subnets: [
          { ip_addresses: [UPLINKS[edge]], prefix_len: 24 },
          { ip_addresses: [UPLINKS6[edge]], prefix_len: 64 },
        ],
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
    await manager.patch(`${BGP}/neighbors/tor6`, { neighbor_address: ROUTER6, remote_as_num: '65000', password: PASSWORD });
    await manager.patch(TIER1, { tier0_path: TIER0, route_advertisement_types: ['TIER1_CONNECTED'] });
    await manager.patch(SHOP, {
      transport_zone_path: OVERLAY_ZONE,
      connectivity_path: TIER1,
      subnets: [{ gateway_address: '10.9.1.1/24' }, { gateway_address: '2001:db8:9:1::1/64' }],
    });
    await manager.patch(HIDDEN, { transport_zone_path: OVERLAY_ZONE, connectivity_path: TIER1, subnets: [{ gateway_address: '10.9.2.1/24' }] });
    lab.addWorkload({ name: 'shop1', mac: '02:00:00:09:01:11', addresses: ['10.9.1.11/24', '2001:db8:9:1::11/64'], gateway: '10.9.1.1' }, 'h1');
    lab.workload('shop1').namespace.run('ip', 'route', 'add', 'default', 'via', '2001:db8:9:1::1');
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
    await expect.soon('the router learns networks of IPv6 over sessions of IPv6', () =>
      tor.namespace.run('ip', '-6', 'route', 'show', '2001:db8:9:1::/64').includes('proto bgp'),
    );
    await expect.soon('shop1 reaches the world outside by IPv6', () => shop.pings(OUTSIDE6) === 1);
    await expect.soon('what shop1 sends goes out through both edges', () => leavesThroughBoth(lab));
    await expect.soon('the manager says of each edge that its session is established, and from where', async () => {
      const { results } = (await manager.get(`/policy/api/v1${NEIGHBOR.replace('/tor', '')}/status`)) as { readonly results: readonly NeighborStatus[] };
      const seen = results.map(({ connection_state: state, source_address: source, total_in_prefix_count: received }) => `${state} ${source} ${received}`);
      const stands = [...Object.values(UPLINKS), ...Object.values(UPLINKS6)].map((address) => `ESTABLISHED ${address} 1`);
      return seen.sort().join() === stands.join() || seen.join();
    });
    await routesOfNeighbor(lab, expect);
    await statefulServices(lab, expect);

    await tor.speak(routerConfiguration(false));
    await expect.soon('once the router takes the default route back nothing goes there', () => shop.pings(TopOfRack.OUTSIDE) === 0);
    await watchedRoute(lab, expect);
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

    lab.node('e1').kill('ovs/ovs-vswitchd');
    lab.node('e1').startSwitch();
    await pause(3_000);
    await expect.soon('after ovs-vswitchd of an edge was killed and started again the router has both sessions', () => sessions(tor));
    lab.node('e1').killSpeaker();
    await expect.soon('when FRR of an edge dies, its session goes', () => sessions(tor) !== true);
    await expect.soon('and the agent starts it again', () => sessions(tor));

    tor.freeze('bfdd', 'SIGSTOP');
    await expect.soon('BFD notices within seconds that the router no longer answers it', () => sessions(tor) !== true);
    tor.freeze('bfdd', 'SIGCONT');
    await expect.soon('and the sessions come back', () => sessions(tor));

    await manager.patch(SERVICES, { preferred_edge_paths: ['e1', 'e2'].map((edge) => `${EDGES}/edge-nodes/${edge}`) });
    await manager.patch(TIER0, { ha_mode: 'ACTIVE_STANDBY' });
    await expect.soon('where one edge stands by, the router prefers the other', () => waysTo(tor, '10.9.1.0/24') === 'e1' || waysTo(tor, '10.9.1.0/24'));
    lab.node('e1').switchUnderlay('down');
    await expect.soon('and goes through it when the other is cut off from the hosts', () => waysTo(tor, '10.9.1.0/24') === 'e2' || waysTo(tor, '10.9.1.0/24'));
    await expect.soon('which the world outside does not notice for long', () => tor.pings('10.9.1.11'));
    lab.node('e1').switchUnderlay('up');
    await expect.soon('and comes back to it', () => waysTo(tor, '10.9.1.0/24') === 'e1' || waysTo(tor, '10.9.1.0/24'));
    await expect.soon('shop1 reaches the world outside', () => shop.pings(TopOfRack.OUTSIDE) === 1);
  },
};

/** What the manager says of the routes of the router outside, from what FRR on the edges says at that moment. */
async function routesOfNeighbor(lab: Lab, expect: Expectations): Promise<void> {
  const routes = async (kind: string): Promise<string> => {
    const { results } = await lab.manager.get(`/policy/api/v1${NEIGHBOR}/${kind}`);
    const [seen] = results as readonly { readonly edge_node_routes: readonly EdgeRoutes[] }[];
    const lines = seen?.edge_node_routes.map(({ source_address: source, routes: known }) => {
      const told = known?.map(({ network, next_hop: hop, as_path: path }) => `${network} via ${hop} by ${path}`) ?? ['no answer'];
      return `${source}: ${told.join(', ')}`;
    });
    return (lines ?? []).sort().join('; ');
  };
  const expected = (text: (source: string) => string) =>
    Object.values(UPLINKS)
      .map((source) => `${source}: ${text(source)}`)
      .join('; ');
  await expect.soon('the manager shows the route that each edge has learned from the router', async () => {
    const seen = await routes('routes');
    return seen === expected(() => `0.0.0.0/0 via ${ROUTER} by 65000`) || seen;
  });
  await expect.now('and those that each announces to it, as the route map makes them', async () => {
    const seen = await routes('advertised-routes');
    const announced = (source: string) => `0.0.0.0/0 via ${source} by 65001 65001 65000, 10.9.1.0/24 via ${source} by 65001 65001`;
    return seen === expected(announced) || seen;
  });
}

/** Edges that forward at once share no state of connections, so what needs it is in force on none of them. */
async function statefulServices(lab: Lab, expect: Expectations): Promise<void> {
  const { manager } = lab;
  const translation = `${TIER0}/nat/USER/nat-rules/shop`;
  const policy = '/infra/domains/default/gateway-policies/peering';
  const rule = { resource_type: 'Rule', id: 'all', action: 'ALLOW', scope: [TIER0] };
  await manager.patch(translation, { action: 'SNAT', source_network: '10.9.1.0/24', translated_network: '198.51.100.9' });
  await manager.patch(policy, { category: 'LocalGatewayRules', stateful: true, rules: [rule] });
  for (const [what, path] of [
    ['SNAT', translation],
    ['a gateway firewall with state', `${policy}/rules/all`],
  ] as const) {
    await expect.soon(`${what} on edges that forward at once is ERROR, with the reason`, async () => {
      const [status, reasons] = [await manager.status(path), await manager.alarms(path)];
      return (status === 'ERROR' && reasons.some((reason) => reason.includes('share no state of connections'))) || `${status} ${reasons.join()}`;
    });
  }
  await expect.now('and does nothing to what passes', () => lab.workload('shop1').pings(TopOfRack.OUTSIDE) === 1);
  await manager.delete(translation);
  await manager.delete(policy);
}

/** A static route whose next hop BFD watches, which is another address of the router than that of the sessions. */
async function watchedRoute(lab: Lab, expect: Expectations): Promise<void> {
  const { manager, topOfRack: tor } = lab;
  const others = Object.values(UPLINKS);
  const [hop, beyond] = ['10.200.0.2', '198.51.100.1'];
  tor.addAddress('vlan200', `${hop}/24`);
  tor.addAddress('lo', `${beyond}/32`);
  await manager.patch(`${TIER0}/static-routes/watched`, { network: '198.51.100.0/24', next_hops: [{ ip_address: hop }] });
  await manager.patch(`${TIER0}/static-routes/bfd-peers/watched`, { peer_address: hop, enabled: true });
  await expect.realized(`${TIER0}/static-routes/watched`);
  const shop = lab.workload('shop1');
  await expect.now('a static route is not used before BFD has found its next hop', () => shop.pings(beyond) === 0);
  tor.answer(hop, 'vlan200', others, true);
  await expect.soon('and is once BFD has', () => shop.pings(beyond) === 1);
  tor.answer(hop, 'vlan200', others, false);
  await expect.soon('and no more when the next hop falls silent', () => shop.pings(beyond) === 0);
}

/** @param generous whether it offers a default route */
function routerConfiguration(generous: boolean): string {
  const [four, six] = [Object.values(UPLINKS), Object.values(UPLINKS6)];
  const neighbors = [...four, ...six].flatMap((address) => [
    ` neighbor ${address} remote-as 65001`,
    ` neighbor ${address} password ${PASSWORD}`,
    ` neighbor ${address} timers connect 2`,
    ` neighbor ${address} bfd 3 300 300`,
  ]);
  const offers = (addresses: readonly string[]) => (generous ? addresses.map((address) => `  neighbor ${address} default-originate`) : []);
  const lines = [
    'no zebra nexthop kernel enable',
    'router bgp 65000',
    ' no bgp ebgp-requires-policy',
    ...neighbors,
    ' address-family ipv4 unicast',
    ...offers(four),
    ' exit-address-family',
    ' address-family ipv6 unicast',
    ...six.map((address) => `  neighbor ${address} activate`),
    ...offers(six),
    ' exit-address-family',
    'exit',
  ];
  return `${lines.join('\n')}\n`;
}

interface EdgeRoutes {
  readonly source_address?: string;
  readonly routes?: readonly { readonly network: string; readonly next_hop?: string; readonly as_path: string }[];
}

interface NeighborStatus {
  readonly connection_state: string;
  readonly source_address?: string;
  readonly total_in_prefix_count?: number;
}

/** Whether what shop1 sends to many addresses outside comes out of both edges. */
async function leavesThroughBoth(lab: Lab): Promise<boolean | string> {
  const sendToAll = async (): Promise<void> => {
    for (let last = 65; last < 85; last += 1) lab.workload('shop1').pings(`192.0.2.${last}`);
  };
  const filter = 'vlan 200 and icmp[icmptype] == icmp-echo and dst net 192.0.2.64/26';
  const seen: string[] = [];
  for (const edge of ['e1', 'e2']) if (await seenWhile(lab.fabric, `${edge}-p`, filter, sendToAll)) seen.push(edge);
  return seen.length === 2 || seen.join();
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
