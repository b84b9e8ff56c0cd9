import type { BfdProfile } from '../../model/networking/bfd-profile.resource.js';
import type { LocaleServices } from '../../model/networking/locale-services.resource.js';
import type { Segment } from '../../model/networking/segment.resource.js';
import type { StaticRouteBfdPeer } from '../../model/networking/static-route-bfd-peer.resource.js';
import type { StaticRoutes } from '../../model/networking/static-routes.resource.js';
import type { Tier0Interface } from '../../model/networking/tier0-interface.resource.js';
import { contains, parseBlock, parseRange } from '../../shared/address.js';
import { bundles, NOTHING, type Output } from '../output.js';
import type { Contribution } from '../resource-table.js';
import type { BfdTimers } from '../resources.pb.js';
import { interfaceNetworks, networkOf, subnetNetworks } from './advertised.js';
import { connectedSegments, type GatewayFacts, hasDistributedPart, type ServicePart } from './gateway-facts.js';
import { familyOf, staticRoute } from './gateways.js';
import { gatewayAbove, gatewayPort, hasPort, partOfInterface } from './interfaces.js';
import { addressAt, INNER, internalLink } from './links.js';
import type { Reads } from './reads.js';

type Hop = StaticRoutes['next_hops'][number];

/**
 * A static route becomes one on every router that can use it: where a next hop is on a segment of the gateway, its distributed
 * part, to which the service parts then lead; everywhere else the service parts.
 */
export function staticRoutesUnit(reads: Reads, path: string): Output {
  const route = reads.intent.object<StaticRoutes>(path);
  const gateway = route && reads.gateway(gatewayAbove(path));
  if (!route || !gateway) return NOTHING;
  const network = networkOf(route.network);
  const segments = connectedSegments(reads, gateway.path);
  const inward = route.next_hops.filter((hop) => segments.some((segment) => leadsTo(hop, segment.path, subnetNetworks(segment))));
  const outward = route.next_hops.filter((hop) => !inward.includes(hop));
  const contributions: Contribution[] = [];
  if (inward.length > 0) {
    contributions.push(
      staticRoute(
        path,
        bundles.domain(gateway.path),
        gateway.path,
        network,
        inward.map((hop) => ({ ...plain(hop), routerPort: hop.ip_address === undefined ? downlink(reads, segments, hop) : '' })),
      ),
    );
  }
  for (const part of gateway.service) contributions.push(...onPart(reads, path, gateway, part, network, inward, outward));
  if (hasDistributedPart(reads, gateway) && gateway.service.length === 0 && outward.length > 0 && inward.length === 0) {
    contributions.push(staticRoute(path, bundles.domain(gateway.path), gateway.path, network, outward.map(plain)));
  }
  return { ...NOTHING, contributions };
}

function onPart(
  reads: Reads,
  path: string,
  gateway: GatewayFacts,
  part: ServicePart,
  network: string,
  inward: readonly Hop[],
  outward: readonly Hop[],
): Contribution[] {
  const reachable = outward.filter((hop) => isReachable(reads, gateway, part, hop)).map((hop) => ({ hop, watch: watchOf(reads, gateway, hop) }));
  const hops = reachable.map(({ hop, watch }) => ({
    ...plain(hop),
    bfd: watch !== undefined,
    bfdTimers: watch?.timers,
    routerPort: portOf(reads, part, hop),
  }));
  if (inward.length > 0) {
    const address = addressAt(internalLink(gateway.internalSubnets), familyOf(network), INNER);
    hops.push({ ...plain({ ip_address: address }), bfdTimers: undefined });
  }
  if (hops.length === 0) return [];
  const external = gateway.tier === 0 && inward.length === 0;
  const also = reachable.flatMap(({ watch }) => watch?.paths ?? []);
  return [{ ...staticRoute(`${path}@${part.index}`, bundles.service(part.router), part.router, network, hops, external), also }];
}

/** The gateway's port on the segment that a hop names. */
function downlink(reads: Reads, segments: readonly Segment[], { scope }: Hop): string {
  const named = segments.find(({ path }) => scope?.includes(path));
  const facts = named && reads.segment(named.path);
  const port = named && facts ? gatewayPort(reads, named, facts) : undefined;
  return typeof port === 'object' ? port.key : '';
}

/** A hop without an address drops what matches, unless it names a port to leave through. */
function plain({ ip_address: address = '', admin_distance: distance = 1 }: Hop) {
  return { address, distance, bfd: false, routerPort: '' };
}

function leadsTo({ ip_address: address, scope }: Hop, path: string, networks: readonly string[]): boolean {
  return scope?.includes(path) || isOn(address, networks);
}

function isOn(address: string | undefined, networks: readonly string[]): boolean {
  const target = address === undefined ? undefined : parseRange(address);
  return (
    target !== undefined &&
    networks.some((network) => {
      const block = parseBlock(network);
      return block !== undefined && contains(block, target);
    })
  );
}

/** Whether the edge of a part has a way to the hop. Where no edge is known to have one, all try. */
function isReachable(reads: Reads, gateway: GatewayFacts, part: ServicePart, hop: Hop): boolean {
  const reaches = (one: ServicePart) => interfacesOn(reads, gateway, one).some((port) => leadsTo(hop, port.path, interfaceNetworks(port)));
  return reaches(part) || !gateway.service.some(reaches);
}

function interfacesOn(reads: Reads, gateway: GatewayFacts, part: ServicePart) {
  return gateway.localeServices
    .flatMap((services) => reads.intent.children(services, gateway.tier === 0 ? 'Tier0Interface' : 'Tier1Interface'))
    .flatMap((path) => reads.intent.object<Tier0Interface>(path) ?? [])
    .filter((one) => gateway.tier === 1 || partOfInterface(gateway, one)?.router === part.router);
}

/** The port that a hop without an address leaves through; with one, the address says it. */
function portOf(reads: Reads, part: ServicePart, { ip_address: address, scope = [] }: Hop): string {
  if (address !== undefined) return '';
  return scope.find((path) => path.includes('/interfaces/') && hasPort(reads, path, part.router)) ?? '';
}

/** How BFD watches a hop: as its peer says, else as the locale services do. Undefined: it does not. */
function watchOf(
  reads: Reads,
  { path, localeServices }: GatewayFacts,
  { ip_address: address }: Hop,
): { readonly timers: BfdTimers | undefined; readonly paths: readonly string[] } | undefined {
  const peer = reads.intent
    .children(path, 'StaticRouteBfdPeer')
    .flatMap((one) => reads.intent.object<StaticRouteBfdPeer>(one) ?? [])
    .find(({ peer_address: watched, enabled }) => watched === address && enabled !== false);
  if (!peer) return undefined;
  const named = [peer.bfd_profile_path, ...localeServices.map((one) => reads.intent.object<LocaleServices>(one)?.bfd_profile_path)];
  const profile = reads.intent.object<BfdProfile>(named.find((one) => one !== undefined));
  return {
    timers: profile && { intervalMilliseconds: profile.interval ?? 500, multiplier: profile.multiple ?? 3 },
    paths: profile ? [peer.path, profile.path] : [peer.path],
  };
}
