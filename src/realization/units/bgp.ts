import type { BgpNeighborConfig } from '../../model/networking/bgp-neighbor-config.resource.js';
import type { BgpRoutingConfig } from '../../model/networking/bgp-routing-config.resource.js';
import type { CommunityList } from '../../model/networking/community-list.resource.js';
import type { LocaleServices } from '../../model/networking/locale-services.resource.js';
import type { PrefixList } from '../../model/networking/prefix-list.resource.js';
import type { Tier0 } from '../../model/networking/tier0.resource.js';
import type { Tier0Interface } from '../../model/networking/tier0-interface.resource.js';
import type { Tier0RouteMap } from '../../model/networking/tier0-route-map.resource.js';
import { isWithin, parseAddress } from '../../shared/address.js';
import type { IntentReads } from '../intent.js';
import { bundles, NOTHING, type Output } from '../output.js';
import {
  type BgpInstance_Advertisement,
  type BgpInstance_CommunityList,
  BgpInstance_GracefulRestart,
  BgpInstance_LocalAsMode,
  type BgpInstance_Neighbor,
  type BgpInstance_PrefixList,
  type BgpInstance_RouteMap,
  ResourceKind,
} from '../resources.pb.js';
import { type Advertised, interfaceNetworks, type NetworkSource, networkOf, networksOf } from './advertised.js';
import { alarm } from './alarm.js';
import { gatewayAbove, partOfInterface } from './interfaces.js';
import type { Reads } from './reads.js';

/** BGP of a tier-0 becomes an instance on each of its edges, with the neighbours that are reached from there. */
export function bgpUnit(reads: Reads, path: string): Output {
  const { intent } = reads;
  const config = intent.object<BgpRoutingConfig>(path);
  const tier0 = intent.object<Tier0>(gatewayAbove(path));
  const gateway = tier0 && reads.gateway(tier0.path);
  if (!config?.enabled || !gateway) return NOTHING;
  const localAs = asNumber(config.local_as_num ?? carrierAs(intent, tier0));
  if (localAs === undefined)
    return { ...NOTHING, problems: [alarm('REFERENCE_MISSING', `${path} has no AS number, nor has the tier-0 that carries the VRF. Give it one.`)] };
  const neighbors = intent.children(path, 'BgpNeighborConfig').flatMap((one) => intent.object<BgpNeighborConfig>(one) ?? []);
  const redistributed = redistribution(reads, tier0.path, config.parent_path);
  const lists = new RoutingLists(intent, [
    ...neighbors.flatMap((neighbor) => filtersOf(neighbor).flatMap(({ in: incoming, out }) => [incoming, out])),
    ...redistributed.map(({ routeMap }) => routeMap),
  ]);
  const graceful = config.graceful_restart_config;
  return {
    ...NOTHING,
    contributions: gateway.service.map((part, place) => {
      const all = everyUplink(reads, gateway.localeServices);
      const uplinks = all.filter((one) => partOfInterface(gateway, one)?.router === part.router);
      const reached = neighbors.filter((neighbor) => neighbor.enabled !== false && isFor(neighbor, uplinks, all));
      const gracefulRestart = MODES[graceful?.mode ?? (config.graceful_restart ? 'GR_AND_HELPER' : '')] ?? BgpInstance_GracefulRestart.HELPER_ONLY;
      const value = {
        router: part.router,
        node: part.candidates[0] ?? '',
        localAs,
        routerId: routerId(uplinks),
        ecmp: config.ecmp !== false,
        multipathRelax: config.multipath_relax !== false,
        gracefulRestart,
        restartSeconds: graceful?.timer?.restart_timer ?? 180,
        staleSeconds: graceful?.timer?.stale_route_timer ?? 600,
        neighbors: reached.map((neighbor) => neighborOf(reads, neighbor, gracefulRestart)),
        advertisements: advertisements(redistributed, uplinks),
        aggregates: (config.route_aggregations ?? []).map(({ prefix, summary_only: only }) => ({ network: networkOf(prefix), summaryOnly: only !== false })),
        routeMaps: lists.routeMaps,
        prefixLists: lists.prefixLists,
        communityLists: lists.communityLists,
        externalDistance: config.ebgp_admin_distance ?? 0,
        internalDistance: config.ibgp_admin_distance ?? 0,
        standby: gateway.activeStandby && place > 0,
      };
      return {
        kind: ResourceKind.BGP_INSTANCE,
        key: `${path}@${part.index}`,
        bundle: bundles.service(part.router),
        body: { $case: 'bgpInstance' as const, value },
        also: [config.parent_path, ...reached.map((neighbor) => neighbor.path), ...lists.paths],
      };
    }),
  };
}

const MODES: Readonly<Record<string, BgpInstance_GracefulRestart>> = {
  DISABLE: BgpInstance_GracefulRestart.DISABLED,
  GR_AND_HELPER: BgpInstance_GracefulRestart.RESTARTER_AND_HELPER,
  HELPER_ONLY: BgpInstance_GracefulRestart.HELPER_ONLY,
};

/** `65000`, or `1.10` as 65546. */
function asNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [high = 0, low] = text.split('.').map(Number);
  return low === undefined ? high : high * 65536 + low;
}

function carrierAs(intent: IntentReads, { vrf_config: vrf }: Tier0): string | undefined {
  if (!vrf) return undefined;
  const services = intent.children(vrf.tier0_path, 'LocaleServices');
  return services.map((one) => intent.object<BgpRoutingConfig>(`${one}/bgp`)?.local_as_num).find((number) => number !== undefined);
}

/** Interfaces of a tier-0 that lead outside, or are loopbacks. */
function everyUplink(reads: Reads, localeServices: readonly string[]): (Tier0Interface & { path: string })[] {
  return localeServices
    .flatMap((services) => reads.intent.children(services, 'Tier0Interface'))
    .flatMap((path) => reads.intent.object<Tier0Interface>(path) ?? [])
    .filter(({ type }) => type !== 'SERVICE');
}

/** A loopback's address, which stays when an uplink goes; else that of an uplink; IPv4 only, as the identifier has 32 bits. */
function routerId(uplinks: readonly Tier0Interface[]): string {
  const addresses = (type: string) =>
    uplinks
      .filter((one) => (one.type ?? 'EXTERNAL') === type)
      .flatMap(({ subnets }) => subnets.flatMap(({ ip_addresses: list }) => list.filter((address) => parseAddress(address)?.family === 4)));
  return [...addresses('LOOPBACK'), ...addresses('EXTERNAL')][0] ?? '';
}

/** Whether a neighbour is an edge's to speak to: it holds the source address, or an address in the neighbour's network. Where no edge does, all try. */
function isFor(
  { neighbor_address: address, source_addresses: sources = [] }: BgpNeighborConfig,
  uplinks: readonly Tier0Interface[],
  all: readonly Tier0Interface[],
): boolean {
  const reaches = (one: Tier0Interface) => {
    if (sources.length > 0) return one.subnets.some(({ ip_addresses: own }) => own.some((text) => sources.includes(text)));
    return interfaceNetworks(one).some((network) => isWithin(address, network));
  };
  return uplinks.some(reaches) || !all.some(reaches);
}

const LOCAL_AS_MODES: Readonly<Record<string, BgpInstance_LocalAsMode>> = {
  NO_PREPEND: BgpInstance_LocalAsMode.NO_PREPEND,
  NO_PREPEND_REPLACE_AS: BgpInstance_LocalAsMode.NO_PREPEND_REPLACE_AS,
};

/** @param restart what goes for the instance, and for neighbours that say nothing of it */
function neighborOf(reads: Reads, neighbor: BgpNeighborConfig & { path: string }, restart: BgpInstance_GracefulRestart): BgpInstance_Neighbor {
  const { bfd, neighbor_local_as_config: local } = neighbor;
  return {
    key: neighbor.path,
    address: neighbor.neighbor_address,
    remoteAs: String(asNumber(neighbor.remote_as_num)),
    sourceAddresses: [...(neighbor.source_addresses ?? [])],
    keepAliveSeconds: neighbor.keep_alive_time ?? 60,
    holdSeconds: neighbor.hold_down_time ?? 180,
    hopLimit: neighbor.maximum_hop_limit ?? 1,
    allowOwnAs: neighbor.allow_as_in ?? false,
    password: reads.secret(neighbor.path, 'password'),
    bfd: bfd?.enabled ? { intervalMilliseconds: bfd.interval ?? 500, multiplier: bfd.multiple ?? 3 } : undefined,
    gracefulRestart: MODES[neighbor.graceful_restart_mode ?? ''] ?? restart,
    localAs: asNumber(local?.local_as_num) ?? 0,
    localAsMode: LOCAL_AS_MODES[local?.as_path_modifier_type ?? ''] ?? BgpInstance_LocalAsMode.BOTH,
    filters: filtersOf(neighbor).map(({ family, enabled, in: incoming, out, maximum }) => ({
      addressFamily: family,
      enabled,
      in: incoming ?? '',
      out: out ?? '',
      maximumRoutes: maximum,
    })),
  };
}

interface Filter {
  readonly family: string;
  readonly enabled: boolean;
  readonly in: string | undefined;
  readonly out: string | undefined;
  readonly maximum: number;
}

/** Address families of a neighbour with their filters; where none is listed, the family of its address. */
function filtersOf(neighbor: BgpNeighborConfig): Filter[] {
  const own = parseAddress(neighbor.neighbor_address)?.family === 6 ? 'IPV6' : 'IPV4';
  const listed = neighbor.route_filtering ?? [{}];
  return listed.map(({ address_family: family = own, enabled, in_route_filters: incoming, out_route_filters: out, maximum_routes: maximum }) => ({
    family,
    enabled: enabled !== false,
    in: incoming?.[0] ?? neighbor.in_route_filters?.[0],
    out: out?.[0] ?? neighbor.out_route_filters?.[0],
    maximum: maximum ?? 0,
  }));
}

/** Networks that are handed to BGP by a rule, with the route map that they pass. */
interface Redistributed {
  readonly networks: readonly Advertised[];
  /** Kinds of interfaces of the edge itself whose networks are handed on too. */
  readonly interfaces: ReadonlySet<string>;
  readonly routeMap: string | undefined;
}

/** Sources of a tier-1 in the words of redistribution. */
const TIER1_WORDS: Readonly<Record<NetworkSource, readonly string[]>> = {
  SEGMENT: ['TIER1_CONNECTED', 'TIER1_SEGMENT'],
  SERVICE_INTERFACE: ['TIER1_CONNECTED', 'TIER1_SERVICE_INTERFACE'],
  STATIC: ['TIER1_STATIC'],
  NAT: ['TIER1_NAT'],
  LB_VIP: ['TIER1_LB_VIP'],
  LB_SNAT: ['TIER1_LB_SNAT'],
  DNS_FORWARDER_IP: ['TIER1_DNS_FORWARDER_IP'],
};

/** Sources of the tier-0 itself. */
const TIER0_WORDS: Readonly<Partial<Record<NetworkSource, readonly string[]>>> = {
  SEGMENT: ['TIER0_CONNECTED', 'TIER0_SEGMENT'],
  STATIC: ['TIER0_STATIC'],
  NAT: ['TIER0_NAT'],
  DNS_FORWARDER_IP: ['TIER0_DNS_FORWARDER_IP'],
};

const INTERFACE_WORDS: Readonly<Record<string, string>> = {
  TIER0_EXTERNAL_INTERFACE: 'EXTERNAL',
  TIER0_SERVICE_INTERFACE: 'SERVICE',
  TIER0_LOOPBACK_INTERFACE: 'LOOPBACK',
};

function redistribution(reads: Reads, tier0: string, localeServices: string): Redistributed[] {
  const services = reads.intent.object<LocaleServices>(localeServices);
  const config = services?.route_redistribution_config;
  if (config?.bgp_enabled === false) return [];
  const rules =
    config?.redistribution_rules ?? (services?.route_redistribution_types ? [{ route_redistribution_types: services.route_redistribution_types }] : []);
  if (rules.length === 0) return [];
  const own = networksOf(reads, tier0).map((network) => ({ network, words: TIER0_WORDS[network.source] ?? [] }));
  const below = reads.intent
    .referrers('Tier1', 'tier0_path', tier0)
    .flatMap((tier1) => reads.advertised(tier1))
    .map((network) => ({ network, words: TIER1_WORDS[network.source] }));
  return rules
    .filter(({ destinations }: { destinations?: string[] }) => !destinations || destinations.length === 0 || destinations.includes('BGP'))
    .map(({ route_redistribution_types: types, route_map_path: routeMap }: { route_redistribution_types: string[]; route_map_path?: string }) => ({
      networks: [...own, ...below].filter(({ words }) => words.some((word) => types.includes(word))).map(({ network }) => network),
      interfaces: new Set(types.includes('TIER0_CONNECTED') ? Object.values(INTERFACE_WORDS) : types.flatMap((type) => INTERFACE_WORDS[type] ?? [])),
      routeMap,
    }));
}

/** Each network once, by the first rule that hands it on. */
function advertisements(redistributed: readonly Redistributed[], uplinks: readonly Tier0Interface[]): BgpInstance_Advertisement[] {
  const found = new Map<string, string>();
  for (const { networks, interfaces, routeMap } of redistributed) {
    const attached = uplinks.filter(({ type = 'EXTERNAL' }) => interfaces.has(type)).flatMap((one) => interfaceNetworks(one).map(networkOf));
    for (const network of [...networks.map((one) => one.network), ...attached]) if (!found.has(network)) found.set(network, routeMap ?? '');
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([network, routeMap]) => ({ network, routeMap }));
}

/** Route maps, prefix lists and community lists that are named, directly or by one another. */
class RoutingLists {
  readonly routeMaps: BgpInstance_RouteMap[] = [];
  readonly prefixLists: BgpInstance_PrefixList[] = [];
  readonly communityLists: BgpInstance_CommunityList[] = [];
  /** Policy paths of all of them. */
  readonly paths: readonly string[];

  constructor(
    private readonly intent: IntentReads,
    named: readonly (string | undefined)[],
  ) {
    const paths = new Set<string>();
    for (const path of named) if (path !== undefined) paths.add(path);
    // The set grows while it is walked: maps name lists.
    for (const path of paths) for (const further of this.add(path)) paths.add(further);
    this.paths = [...paths].sort();
    for (const lists of [this.routeMaps, this.prefixLists, this.communityLists]) lists.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  private add(path: string): string[] {
    const object = this.intent.object(path);
    if (object?.resource_type === 'PrefixList') this.prefixLists.push(prefixList(path, object as unknown as PrefixList));
    if (object?.resource_type === 'CommunityList') this.communityLists.push({ name: path, communities: [...(object as unknown as CommunityList).communities] });
    if (object?.resource_type !== 'Tier0RouteMap') return [];
    const map = routeMap(path, object as unknown as Tier0RouteMap);
    this.routeMaps.push(map);
    return map.entries.flatMap(({ prefixLists, communities }) => [...prefixLists, ...communities.map(({ list }) => list).filter((list) => list !== '')]);
  }
}

function prefixList(name: string, { prefixes }: PrefixList): BgpInstance_PrefixList {
  return {
    name,
    entries: prefixes.map(({ network, action, ge, le }) => ({
      permit: action !== 'DENY',
      network: network.toUpperCase() === 'ANY' ? '' : networkOf(network),
      ge: ge ?? 0,
      le: le ?? 0,
    })),
  };
}

function routeMap(name: string, { entries }: Tier0RouteMap): BgpInstance_RouteMap {
  return {
    name,
    entries: entries.map(({ action, prefix_list_matches: prefixes, community_list_matches: communities, set }) => ({
      permit: action !== 'DENY',
      prefixLists: [...(prefixes ?? [])],
      communities: (communities ?? []).map(({ criteria, match_operator: operator }) => ({
        list: criteria.startsWith('/') ? criteria : '',
        pattern: criteria.startsWith('/') ? '' : criteria,
        operator: operator ?? 'MATCH_ANY',
      })),
      asPathPrepend: set?.as_path_prepend ?? '',
      setCommunity: set?.community ?? '',
      localPreference: set?.local_preference,
      med: set?.med,
      weight: set?.weight,
      preferGlobalV6: set?.prefer_global_v6_next_hop ?? false,
    })),
  };
}
