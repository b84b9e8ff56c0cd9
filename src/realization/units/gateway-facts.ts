import type { PolicyEdgeNode } from '../../model/fabric/policy-edge-node.resource.js';
import type { LocaleServices } from '../../model/networking/locale-services.resource.js';
import type { Segment } from '../../model/networking/segment.resource.js';
import type { Tier0 } from '../../model/networking/tier0.resource.js';
import type { Tier0Interface } from '../../model/networking/tier0-interface.resource.js';
import type { Tier1 } from '../../model/networking/tier1.resource.js';
import { GATEWAY_BLOCKS, transitSlices } from '../../model/spaces.js';
import { versionOf } from '../digest.js';
import { gatewayKeys, type LinkAddresses, MOST_SERVICE_PARTS, transitLink } from './links.js';
import type { Reads } from './reads.js';

/** A member of an edge cluster. */
export interface Edge {
  readonly path: string;
  readonly index: number;
  /** Node that was enrolled as it; undefined: none has reported yet. */
  readonly node: string | undefined;
}

/** A part of a gateway that runs on one edge at a time. */
export interface ServicePart {
  /** Key of its router. */
  readonly router: string;
  readonly tunnelKey: number;
  /** Number among the service parts of its gateway. */
  readonly index: number;
  /** Nodes that may run it, best first. A service part of a tier-0 is bound to its edge. */
  readonly candidates: readonly string[];
  /** Edge of a tier-0's part; undefined for a tier-1's, which moves between its candidates. */
  readonly edge: string | undefined;
}

/** What the parts of a network need to know of a gateway. */
export interface GatewayFacts {
  readonly path: string;
  readonly tier: 0 | 1;
  readonly name: string;
  /** Number of its block of tunnel keys. */
  readonly block: number;
  /** Policy paths of its locale services, sorted. */
  readonly localeServices: readonly string[];
  /** Whether an edge cluster is named, whether or not an edge of it has reported. */
  readonly clustered: boolean;
  readonly service: readonly ServicePart[];
  /** Whether only the first living service part forwards. */
  readonly activeStandby: boolean;
  readonly preemptive: boolean;
  readonly firewallOff: boolean;
  readonly internalSubnets: readonly string[] | undefined;
  readonly ndraProfile: string | undefined;
  readonly dhcpConfig: string | undefined;
  /** Of a tier-1: how it reaches its tier-0. */
  readonly uplink: Uplink | undefined;
}

export interface Uplink {
  readonly tier0: string;
  readonly slice: number;
  readonly link: LinkAddresses;
  readonly tunnelKey: number;
}

/** Key of the router of a service part: of a tier-1 there is one, of a tier-0 one for each edge. */
export function serviceRouter(gateway: string, edge?: string): string {
  return edge === undefined ? `${gateway}#service` : `${gateway}#service-${edge.slice(edge.lastIndexOf('/') + 1)}`;
}

export function gatewayFacts(reads: Reads, path: string): GatewayFacts | undefined {
  const gateway = reads.intent.object<Tier0 & Tier1>(path);
  const block = reads.intent.number(GATEWAY_BLOCKS.space, path);
  if (!gateway || block === undefined) return undefined;
  const tier = gateway.resource_type === 'Tier0' ? 0 : 1;
  const localeServices = reads.intent.children(path, 'LocaleServices');
  const places = localeServices.flatMap((services) => reads.intent.object<LocaleServices>(services) ?? []);
  const clustered = places.some(({ edge_cluster_path: cluster }) => cluster !== undefined);
  const edges = places.flatMap((place) => edgesOf(reads, path, place));
  const keys = gatewayKeys(block);
  const profiles = gateway.ipv6_profile_paths ?? [];
  return {
    path,
    tier,
    name: gateway.display_name ?? gateway.id,
    block,
    localeServices,
    clustered,
    service: tier === 0 ? tier0Parts(reads, path, gateway, localeServices, edges, keys.tier0Service) : tier1Parts(path, edges, keys.tier1Service),
    activeStandby: tier === 1 || gateway.ha_mode === 'ACTIVE_STANDBY',
    preemptive: gateway.failover_mode === 'PREEMPTIVE',
    firewallOff: gateway.disable_firewall === true,
    internalSubnets: tier === 0 ? gateway.internal_transit_subnets : undefined,
    ndraProfile: profiles.find((profile) => profile.includes('/ipv6-ndra-profiles/')),
    dhcpConfig: gateway.dhcp_config_paths?.[0],
    uplink: tier === 1 ? uplinkOf(reads, gateway, keys.routerLink) : undefined,
  };
}

/** Members of the cluster: the preferred ones in their order, then the others in an order that differs between gateways, so that they share the edges. */
function edgesOf(reads: Reads, gateway: string, { edge_cluster_path: cluster, preferred_edge_paths: preferred = [] }: LocaleServices): Edge[] {
  if (cluster === undefined) return [];
  const members = reads.intent.children(cluster, 'PolicyEdgeNode').flatMap((path): Edge[] => {
    const edge = reads.intent.object<PolicyEdgeNode>(path);
    return edge ? [{ path, index: edge.member_index ?? 0, node: reads.nodeAt(path)?.node }] : [];
  });
  const rank = ({ path }: Edge) => {
    const place = preferred.indexOf(path);
    return place < 0 ? `1${versionOf(`${gateway} ${path}`)}` : `0${String(place).padStart(3, '0')}`;
  };
  return members
    .map((edge) => ({ edge, rank: rank(edge) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ edge }) => edge);
}

/** A tier-1 has one service part, which the first two edges that are there may run. */
function tier1Parts(path: string, edges: readonly Edge[], tunnelKey: number): ServicePart[] {
  const candidates = edges.flatMap(({ node }) => node ?? []).slice(0, 2);
  return candidates.length === 0 ? [] : [{ router: serviceRouter(path), tunnelKey, index: 0, candidates, edge: undefined }];
}

/**
 * A tier-0 has a service part on each edge that holds one of its uplinks. Without uplinks there is nothing to forward to, but
 * services want a place: the two best edges are it.
 */
function tier0Parts(
  reads: Reads,
  path: string,
  gateway: Tier0,
  localeServices: readonly string[],
  edges: readonly Edge[],
  keyOf: (index: number) => number,
): ServicePart[] {
  const uplinked = new Set(
    localeServices.flatMap((services) =>
      reads.intent.children(services, 'Tier0Interface').flatMap((one) => {
        const { type = 'EXTERNAL', edge_path: edge } = reads.intent.object<Tier0Interface>(one) ?? {};
        return type === 'EXTERNAL' && edge !== undefined ? [edge] : [];
      }),
    ),
  );
  const chosen = uplinked.size > 0 ? edges.filter((edge) => uplinked.has(edge.path)) : edges.slice(0, 2);
  const limited = gateway.ha_mode === 'ACTIVE_STANDBY' ? chosen.slice(0, 2) : chosen;
  return limited.flatMap(({ path: edge, index, node }, at) => {
    if (node === undefined || index >= MOST_SERVICE_PARTS || limited.findIndex((other) => other.index === index) < at) return [];
    return [{ router: serviceRouter(path, edge), tunnelKey: keyOf(index), index, candidates: [node], edge }];
  });
}

function uplinkOf(reads: Reads, { path, tier0_path: tier0 }: Tier1, tunnelKey: number): Uplink | undefined {
  const slice = tier0 === undefined ? undefined : reads.intent.number(transitSlices(tier0).space, path);
  if (tier0 === undefined || slice === undefined) return undefined;
  return { tier0, slice, link: transitLink(reads.intent.object<Tier0>(tier0)?.transit_subnets, slice), tunnelKey };
}

/** Whether packets of one connection may pass several edges. */
export function sharesTraffic({ activeStandby, service }: GatewayFacts): boolean {
  return !activeStandby && service.length > 1;
}

/** Why such a gateway can do nothing that needs to know connections. */
export function sharesNoState({ path }: GatewayFacts): string {
  return `Edges of ${path} forward at once and share no state of connections.`;
}

/** Whether a gateway is on every node of its domain at once: a tier-1 always, a tier-0 where segments hang on it directly. */
export function hasDistributedPart(reads: Pick<Reads, 'intent'>, { tier, path }: Pick<GatewayFacts, 'tier' | 'path'>): boolean {
  return tier === 1 || connectedSegments(reads, path).length > 0;
}

/** Segments that a gateway routes for, sorted by path. */
export function connectedSegments(reads: Pick<Reads, 'intent'>, gateway: string): Segment[] {
  return reads.intent
    .referrers('Segment', 'connectivity_path', gateway)
    .flatMap((path) => reads.intent.object<Segment>(path) ?? [])
    .filter(({ advanced_config: advanced }) => advanced?.connectivity !== 'OFF');
}
