import { type BgpInstance, type BgpInstance_Neighbor, ResourceKind, type RouterPort, RouterPort_Role } from '../../realization/resources.pb.js';
import { isWithin } from '../../shared/address.js';
import type { Keyed } from '../forwarding-view.js';
import { configurationOf, type FixedRoute } from '../frr/configuration.js';
import { Unsupported } from '../frr/words.js';
import type { BgpPeer, BgpSite, BgpUplink } from './bgp-site.js';
import type { LearnedRoute } from './learned-routes.js';
import { bareAddress, hashOf } from './names.js';
import type { ZoneDraft } from './zone-draft.js';

/**
 * The service routers that this edge holds and that speak BGP get a site each, and the routes that were learned there. A route that is
 * stated goes before one that is learned, unless FRR, which knows both, chose the learned one.
 */
export function bgpRows(draft: ZoneDraft): void {
  for (const { key, body } of draft.resources) {
    if (body?.$case !== 'bgpInstance' || !draft.isHere(body.value.router)) continue;
    const site = siteOf(draft, key, body.value);
    if (typeof site === 'string') {
      draft.refuse({ kind: ResourceKind.BGP_INSTANCE, key }, site);
      continue;
    }
    draft.speakers.push(site);
    for (const route of draft.learned.get(site.name) ?? []) routeRows(draft, site, route);
  }
}

/** @returns why there can be none */
function siteOf(draft: ZoneDraft, key: string, instance: BgpInstance): BgpSite | string {
  const { router } = instance;
  const ports = (draft.view.routerPortsOfRouter.get(router) ?? []).filter(({ node }) => node === '' || node === draft.node);
  const uplinks: BgpUplink[] = [];
  for (const port of ports.filter(({ role, networks }) => role === RouterPort_Role.UPLINK && networks.length > 0)) {
    const uplink = uplinkOf(draft, port);
    if (uplink) uplinks.push(uplink);
  }
  if (uplinks.length === 0) return 'BGP needs an uplink on a segment with a VLAN, and the gateway has none on this edge';
  const loopbacks = ports.filter(({ role }) => role === RouterPort_Role.LOOPBACK).flatMap(({ networks }) => networks);
  const routes = fixedRoutes(draft, router, uplinks);
  try {
    const peers = instance.neighbors.flatMap((neighbor) => peerOf(neighbor, uplinks, loopbacks) ?? []);
    const site = { router, key, name: `heddle-bgp-${hashOf(`${draft.node} ${router}`, 16)}`, instance, uplinks, loopbacks, peers, routes };
    // What FRR cannot do is known before anything is changed.
    configurationOf(instance, { neighbors: peers, routes, secret: () => undefined });
    return site;
  } catch (error) {
    if (error instanceof Unsupported) return error.message;
    throw error;
  }
}

function uplinkOf(draft: ZoneDraft, port: Keyed<RouterPort>): BgpUplink | undefined {
  const sw = draft.view.switches.get(port.logicalSwitch);
  const [vlan] = sw?.vlans ?? [];
  if (!sw || !vlan) return undefined;
  const id = hashOf(`${draft.node} ${port.key}`, 12);
  return { port: port.key, inside: `up${id}`, outside: `bg${id}`, mac: port.mac, networks: port.networks, zone: sw.transportZone, vlan: vlan.low };
}

/** A neighbour that is not reached from here is another edge's. @throws Unsupported */
function peerOf(neighbor: BgpInstance_Neighbor, uplinks: readonly BgpUplink[], loopbacks: readonly string[]): BgpPeer | undefined {
  const { address, sourceAddresses, hopLimit } = neighbor;
  const own = [...uplinks.flatMap(({ networks }) => networks), ...loopbacks].map(bareAddress).filter((one) => one.includes(':') === address.includes(':'));
  const sources = sourceAddresses.filter((one) => own.includes(one));
  if (sources.length > 1) throw new Unsupported(`FRR keeps one session with ${address}, and it is to start from ${sources.join(' and ')}: leave one of them`);
  if (sourceAddresses.length > 0 && sources.length === 0) return undefined;
  const near = uplinks.filter(({ networks }) => networks.some((network) => isWithin(address, network)));
  if (near.length === 0 && hopLimit <= 1 && sources.length === 0) return undefined;
  const through = near.length > 0 ? near : uplinks;
  const direct = through[0]?.networks.find((network) => isWithin(address, network));
  const source = sources[0] ?? (direct === undefined ? undefined : bareAddress(direct));
  return { neighbor, source, addresses: source === undefined ? own : [source], uplinks: through };
}

/** Next hops that are on an uplink: neighbours may be behind them, and they compete with what is learned. */
function fixedRoutes(draft: ZoneDraft, router: string, uplinks: readonly BgpUplink[]): FixedRoute[] {
  const networks = uplinks.flatMap((uplink) => uplink.networks);
  return (draft.view.routes.get(router) ?? []).flatMap(({ network, nextHops }) =>
    nextHops
      .filter(({ address }) => address !== '' && networks.some((one) => isWithin(address, one)))
      .map(({ address, distance }) => ({ network, nextHop: address, distance: Math.max(1, distance) })),
  );
}

function routeRows(draft: ZoneDraft, { router, key, uplinks, routes }: BgpSite, { network, nextHops }: LearnedRoute): void {
  const stated = (draft.view.routes.get(router) ?? []).filter((route) => route.network === network);
  const known = stated.every(({ nextHops: hops }) => hops.length > 0 && hops.every(({ address }) => routes.some((one) => one.nextHop === address)));
  if (!known) return;
  for (const route of stated) draft.overruled.add(route.key);
  const row = (nexthop: string, port: string | undefined): void => {
    draft.rows.push({
      table: 'Logical_Router_Static_Route',
      name: `${router} ${network} ${nexthop}#bgp`,
      owner: { kind: ResourceKind.BGP_INSTANCE, key },
      within: { table: 'Logical_Router', name: router, column: 'static_routes' },
      columns: { ip_prefix: network, nexthop, output_port: port === undefined ? [] : [port] },
    });
  };
  if (nextHops.length === 0) return row('discard', undefined);
  for (const { address, device } of nextHops) {
    const uplink = uplinks.find(({ inside }) => inside === device);
    if (uplink) row(address, uplink.port);
  }
}
