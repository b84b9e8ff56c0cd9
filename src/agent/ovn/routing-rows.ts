import { ResourceKind, type Router, Router_Role, RouterAdvertisement_Mode, type RouterPort, type StaticRoute } from '../../realization/resources.pb.js';
import type { Keyed } from '../forwarding-view.js';
import { balancersColumn } from './balancer-rows.js';
import { bareAddress, switchSide } from './names.js';
import { watchOf } from './next-hop-watch.js';
import { References } from './rows.js';
import type { ZoneDraft } from './zone-draft.js';

/**
 * Routers, their ports and static routes. A distributed router is on every node of its span, with the same keys and addresses. A
 * service router is a gateway router on the edge that holds it; elsewhere its ports are remote ports of the switches that they join,
 * so a node needs nothing else of it.
 */
export function routingRows(draft: ZoneDraft): void {
  const { view } = draft;
  for (const { router, candidates, preemptive } of view.bindings.values())
    if (!preemptive && candidates.length > 1 && candidates.includes(draft.node)) draft.limits.push(`${router}: the better edge takes it back when it returns`);
  for (const router of view.routers.values()) if (draft.isHere(router.key)) routerRow(draft, router);
  for (const port of view.routerPorts.values()) portRows(draft, port);
  for (const routes of view.routes.values())
    for (const route of routes) if (draft.isHere(route.router) && !draft.overruled.has(route.key)) routeRows(draft, route);
}

function routerRow(draft: ZoneDraft, { key, tunnelKey, role }: Keyed<Router>): void {
  draft.rows.push({
    table: 'Logical_Router',
    name: key,
    owner: { kind: ResourceKind.ROUTER, key },
    columns: {
      name: key,
      options: {
        'requested-tnl-key': String(tunnelKey),
        // Neighbours on links between routers are known; learning them from each other's requests would only fill tables.
        always_learn_from_arp_request: 'false',
        ...(role === Router_Role.SERVICE ? { chassis: draft.node } : {}),
        // Answers of members come back through the router that chose them. A balancer that wants it otherwise says so itself.
        ...(draft.balancersAt(key).length > 0 ? { lb_force_snat_ip: 'router_ip' } : {}),
      },
      load_balancer: balancersColumn(draft, key),
    },
  });
}

function portRows(draft: ZoneDraft, port: Keyed<RouterPort>): void {
  // OVN has no router port without an address, and nothing can be sent to one.
  if (port.networks.length === 0) return;
  const owner = { kind: ResourceKind.ROUTER_PORT, key: port.key };
  const holder = draft.nodeOf(port);
  const here = holder === draft.node;
  if (here) {
    draft.limits.push(...advertisementLimits(port).map((limit) => `${port.key}: ${limit}`));
    draft.rows.push({
      table: 'Logical_Router_Port',
      name: port.key,
      owner,
      within: { table: 'Logical_Router', name: port.router, column: 'ports' },
      columns: {
        name: port.key,
        mac: port.mac,
        networks: port.networks,
        options: { 'requested-tnl-key': String(port.tunnelKey), ...(port.mtu > 0 ? { gateway_mtu: String(port.mtu) } : {}) },
        ipv6_ra_configs: advertisementOf(port),
      },
    });
  }
  const sw = draft.view.switches.get(port.logicalSwitch);
  if (!sw || (!here && (holder === undefined || sw.vlans.length > 0))) return;
  const name = switchSide(port.key);
  const enabled = [sw.adminUp];
  draft.rows.push({
    table: 'Logical_Switch_Port',
    name,
    owner,
    within: { table: 'Logical_Switch', name: port.logicalSwitch, column: 'ports' },
    columns: { name, enabled, ...switchSideOf(draft, port, here ? undefined : holder, { 'requested-tnl-key': String(port.switchTunnelKey) }) },
  });
  if (!here) draft.remotePorts.set(name, holder as string);
}

/** @param elsewhere the node that holds the router, where that is not this one */
function switchSideOf(draft: ZoneDraft, port: Keyed<RouterPort>, elsewhere: string | undefined, options: Readonly<Record<string, string>>) {
  if (elsewhere !== undefined) return { type: '', addresses: [addressesOf(port)], options: { ...options, 'requested-chassis': elsewhere } };
  if (draft.guarded.has(port.key)) return { type: '', addresses: [addressesOf(port)], options };
  return { type: 'router', addresses: ['router'], options: { ...options, 'router-port': port.key, ...announcements(draft, port) } };
}

/** What is found behind a router port: its MAC address and its addresses. */
export function addressesOf({ mac, networks }: RouterPort): string {
  return [mac, ...networks.map((network) => network.slice(0, network.indexOf('/')))].join(' ');
}

/** Addresses of a service router may have been elsewhere before: the physical network is told where they are now. */
function announcements({ view }: ZoneDraft, { router, logicalSwitch }: RouterPort): Record<string, string> {
  const onVlan = (view.switches.get(logicalSwitch)?.vlans.length ?? 0) > 0;
  return onVlan && view.routers.get(router)?.role === Router_Role.SERVICE ? { 'nat-addresses': 'router' } : {};
}

/** What a port tells IPv6 hosts about the network; nothing where it keeps silent. */
function advertisementOf({ advertisement, mtu }: RouterPort): Record<string, string> {
  if (!advertisement || advertisement.mode === RouterAdvertisement_Mode.DISABLED) return {};
  const { mode, intervalSeconds, dnsServers, domainNames, routerPreference } = advertisement;
  return {
    address_mode: ADDRESS_MODES[mode],
    send_periodic: 'true',
    max_interval: String(intervalSeconds),
    min_interval: String(Math.max(MIN_INTERVAL, Math.floor(intervalSeconds / 3))),
    ...(mtu > 0 ? { mtu: String(mtu) } : {}),
    ...(routerPreference === '' ? {} : { router_preference: routerPreference }),
    // OVN has room for one of each.
    ...(dnsServers[0] === undefined ? {} : { rdnss: dnsServers[0] }),
    ...(domainNames[0] === undefined ? {} : { dnssl: domainNames[0] }),
  };
}

function advertisementLimits({ advertisement }: RouterPort): string[] {
  if (!advertisement || advertisement.mode === RouterAdvertisement_Mode.DISABLED) return [];
  const { dnsServers, domainNames, lifetimeSeconds } = advertisement;
  return [
    ...(lifetimeSeconds === 0 ? ['OVN always advertises itself as a default router'] : []),
    ...(dnsServers.length > 1 || domainNames.length > 1 ? ['OVN advertises the first name server and the first domain only'] : []),
  ];
}

/** Shortest pause between two advertisements that nobody asked for, in seconds. */
const MIN_INTERVAL = 3;

const ADDRESS_MODES: Readonly<Record<Exclude<RouterAdvertisement_Mode, RouterAdvertisement_Mode.DISABLED>, string>> = {
  [RouterAdvertisement_Mode.SLAAC_DNS_THROUGH_RA]: 'slaac',
  [RouterAdvertisement_Mode.SLAAC_DNS_THROUGH_DHCP]: 'dhcpv6_stateless',
  [RouterAdvertisement_Mode.DHCP_ADDRESS_AND_DNS]: 'dhcpv6_stateful',
  [RouterAdvertisement_Mode.SLAAC_AND_ADDRESS_DNS_THROUGH_DHCP]: 'dhcpv6_stateful',
};

/** OVN knows no distances: of the next hops of a route that live the nearest are used, several at once. */
function routeRows(draft: ZoneDraft, { key, router, network, nextHops }: Keyed<StaticRoute>): void {
  const owner = { kind: ResourceKind.STATIC_ROUTE, key };
  const within = { table: 'Logical_Router', name: router, column: 'static_routes' };
  const row = (name: string, nexthop: string, port: string, bfd = new References('BFD', [])): void => {
    draft.rows.push({
      table: 'Logical_Router_Static_Route',
      name,
      owner,
      within,
      columns: { ip_prefix: network, nexthop, output_port: port === '' ? [] : [port], bfd },
    });
  };
  if (nextHops.length === 0) return row(key, 'discard', '');
  if (nextHops.some(({ address }) => address === '')) return draft.refuse(owner, 'OVN routes to the address of a next hop, and one of these has none');
  const living = nextHops.length > 1 ? nextHops.filter(({ address }) => leadsToLiving(draft, router, address)) : nextHops;
  const usable = living.length > 0 ? living : nextHops;
  const nearest = Math.min(...usable.map(({ distance }) => distance));
  for (const hop of usable) if (hop.distance === nearest) row(`${key} ${hop.address}`, hop.address, hop.routerPort, watchOf(draft, owner, router, hop));
}

/** Whether a next hop may be used: it may not while it is a router on a dead node. */
function leadsToLiving(draft: ZoneDraft, router: string, address: string): boolean {
  const { view } = draft;
  const neighbours = (view.routerPortsOfRouter.get(router) ?? []).flatMap(({ logicalSwitch }) => view.routerPortsOfSwitch.get(logicalSwitch) ?? []);
  const hop = neighbours.find((port) => port.router !== router && port.networks.some((network) => bareAddress(network) === address));
  return !hop || draft.lives(draft.nodeOf(hop));
}
