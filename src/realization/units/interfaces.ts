import type { Ipv6NdraProfile } from '../../model/networking/ipv6-ndra-profile.resource.js';
import type { Segment } from '../../model/networking/segment.resource.js';
import type { Tier0Interface } from '../../model/networking/tier0-interface.resource.js';
import type { Tier1Interface } from '../../model/networking/tier1-interface.resource.js';
import { INTERFACE_NUMBERS, portKeys, routerPortKeys } from '../../model/spaces.js';
import { parseBlock } from '../../shared/address.js';
import type { Alarm, RealizedAttribute } from '../contract.js';
import type { IntentReads } from '../intent.js';
import { bundles, NOTHING, type Output } from '../output.js';
import type { Contribution } from '../resource-table.js';
import { type RouterAdvertisement, RouterAdvertisement_Mode, RouterPort_Role } from '../resources.pb.js';
import { interfaceNetworks } from './advertised.js';
import { alarm } from './alarm.js';
import type { GatewayFacts, ServicePart } from './gateway-facts.js';
import { nodeOf, routerPort } from './gateways.js';
import { LINK_PORTS, linkMac } from './links.js';
import type { Reads } from './reads.js';
import type { SegmentFacts } from './segment-facts.js';
import { belongsTo } from './zones.js';

/** Policy path of the gateway that something lies below. */
export function gatewayAbove(path: string): string {
  return /^.*?\/tier-[01]s\/[^/]+/.exec(path)?.[0] ?? '';
}

/** The port of a gateway on a segment that it routes for; undefined where it has none. */
export function gatewayPort(reads: Reads, segment: Segment, facts: SegmentFacts): Contribution | 'KEY_MISSING' | undefined {
  const gateway = facts.gateway;
  if (gateway === undefined || segment.advanced_config?.connectivity === 'OFF' || !reads.gateway(gateway)) return undefined;
  const tunnelKey = reads.intent.number(routerPortKeys(gateway).space, segment.path);
  if (tunnelKey === undefined) return 'KEY_MISSING';
  const networks = (segment.subnets ?? []).flatMap(({ gateway_address: address }) => (address && parseBlock(address) ? [address] : []));
  const profile = segment.advanced_config?.ndra_profile_path ?? reads.gateway(gateway)?.ndraProfile;
  return routerPort(`${segment.path}#gateway`, bundles.segment(segment.path), {
    router: gateway,
    tunnelKey,
    mac: linkMac.segmentGateway(facts.tunnelKey),
    networks,
    logicalSwitch: segment.path,
    switchTunnelKey: LINK_PORTS.gateway,
    role: RouterPort_Role.DOWNLINK,
    strictSourceCheck: segment.advanced_config?.urpf_mode !== 'NONE',
    advertisement: advertisementOf(reads.intent, profile, networks),
  });
}

const ROLES: Readonly<Record<string, RouterPort_Role>> = {
  EXTERNAL: RouterPort_Role.UPLINK,
  SERVICE: RouterPort_Role.SERVICE,
  LOOPBACK: RouterPort_Role.LOOPBACK,
  INTERVRF: RouterPort_Role.ROUTER_LINK,
};

/** Whether an interface became a port of a router. */
export function hasPort(reads: Reads, path: string, router: string): boolean {
  const unit = path.includes('/tier-0s/') ? tier0InterfaceUnit : tier1InterfaceUnit;
  return unit(reads, path).contributions.some(({ body }) => body.$case === 'routerPort' && body.value.router === router);
}

/** The part of a gateway that an interface is on: that of its edge, or the first where it names none. */
export function partOfInterface({ service }: GatewayFacts, { edge_path: named }: { readonly edge_path?: string }): ServicePart | undefined {
  return named === undefined ? service[0] : service.find(({ edge }) => edge === named);
}

/** An interface of a tier-0 becomes a port of the service router that it is on. */
export function tier0InterfaceUnit(reads: Reads, path: string): Output {
  const one = reads.intent.object<Tier0Interface>(path);
  const gateway = one && reads.gateway(gatewayAbove(path));
  if (!one || !gateway) return NOTHING;
  if (!gateway.clustered)
    return { ...NOTHING, problems: [alarm('EDGE_CLUSTER_MISSING', `${gateway.path} has no edge cluster. Name one in its locale services.`)] };
  return interfaceOutput(reads, one, partOfInterface(gateway, one), ROLES[one.type ?? 'EXTERNAL'] ?? RouterPort_Role.UPLINK, one.segment_path);
}

/** A service interface of a tier-1 becomes a port of its service router. */
export function tier1InterfaceUnit(reads: Reads, path: string): Output {
  const one = reads.intent.object<Tier1Interface>(path);
  const gateway = one && reads.gateway(gatewayAbove(path));
  if (!one || !gateway) return NOTHING;
  if (!gateway.clustered)
    return { ...NOTHING, problems: [alarm('EDGE_CLUSTER_MISSING', `${gateway.path} has no edge cluster. Name one in its locale services.`)] };
  return interfaceOutput(reads, one, gateway.service[0], RouterPort_Role.SERVICE, one.segment_path);
}

type Interface = (Tier0Interface | Tier1Interface) & { readonly path: string };

function interfaceOutput(reads: Reads, one: Interface, part: ServicePart | undefined, role: RouterPort_Role, segmentPath: string | undefined): Output {
  const { path } = one;
  const number = reads.intent.number(INTERFACE_NUMBERS.space, path);
  const tunnelKey = reads.intent.number(routerPortKeys(gatewayAbove(path)).space, path);
  const switchTunnelKey = segmentPath === undefined ? 0 : reads.intent.number(portKeys(segmentPath).space, path);
  if (number === undefined || tunnelKey === undefined || switchTunnelKey === undefined) {
    return {
      ...NOTHING,
      problems: [alarm('ALLOCATION_MISSING', `${path} has no keys on its gateway and segment: all are taken. Delete what is no longer used.`)],
    };
  }
  const networks = interfaceNetworks(one);
  const mac = linkMac.interface(number);
  const attributes: RealizedAttribute[] = [
    { key: 'IpAddresses', values: networks },
    { key: 'MacAddress', values: [mac] },
  ];
  if (!part) return { ...NOTHING, attributes };
  const segment = segmentPath === undefined ? undefined : reads.segment(segmentPath);
  const problem = segmentProblem(reads, part, segmentPath, segment);
  if (problem) return { ...NOTHING, attributes, problems: [problem] };
  const bundle = bundles.service(part.router);
  const port = routerPort(path, bundle, {
    router: part.router,
    tunnelKey,
    mac,
    networks,
    logicalSwitch: segmentPath ?? '',
    switchTunnelKey,
    role,
    mtu: one.mtu ?? 0,
    strictSourceCheck: role === RouterPort_Role.UPLINK && one.urpf_mode !== 'NONE',
    advertisement: advertisementOf(reads.intent, one.ipv6_profile_paths?.[0], networks),
    node: nodeOf(part),
  });
  return {
    ...NOTHING,
    attributes,
    contributions: one.admin_state === 'DOWN' ? [] : [port],
    links: segment ? [[bundle, segment.entry]] : [],
  };
}

function segmentProblem(reads: Reads, part: ServicePart, segmentPath: string | undefined, segment: SegmentFacts | undefined): Alarm | undefined {
  if (segmentPath === undefined) return undefined;
  return segment ? outsideZone(reads, part, segment) : alarm('REFERENCE_MISSING', `${segmentPath} is not realized; see its alarms.`);
}

/** Why a service part cannot join a segment: one of its edges is not in the segment's zone. */
export function outsideZone(reads: Reads, { candidates }: ServicePart, segment: SegmentFacts): Alarm | undefined {
  const outside = candidates.find((node) => !belongsTo(reads.intent, reads.node(node)?.fabricPath, segment.zone));
  return outside === undefined
    ? undefined
    : alarm('OUTSIDE_TRANSPORT_ZONE', `The edge ${outside} does not belong to ${segment.zone}. Add it to the zone, or choose another segment.`, outside);
}

const MODES: Readonly<Record<string, RouterAdvertisement_Mode>> = {
  SLAAC_DNS_THROUGH_RA: RouterAdvertisement_Mode.SLAAC_DNS_THROUGH_RA,
  SLAAC_DNS_THROUGH_DHCP: RouterAdvertisement_Mode.SLAAC_DNS_THROUGH_DHCP,
  DHCP_ADDRESS_AND_DNS_THROUGH_DHCP: RouterAdvertisement_Mode.DHCP_ADDRESS_AND_DNS,
  SLAAC_AND_ADDRESS_DNS_THROUGH_DHCP: RouterAdvertisement_Mode.SLAAC_AND_ADDRESS_DNS_THROUGH_DHCP,
};

/** What a port with IPv6 addresses advertises. */
function advertisementOf(intent: IntentReads, profilePath: string | undefined, networks: readonly string[]): RouterAdvertisement | undefined {
  if (!networks.some((network) => parseBlock(network)?.family === 6)) return undefined;
  const profile = intent.object<Ipv6NdraProfile>(profilePath);
  if (!profile) return undefined;
  const { ra_config: timing, dns_config: names } = profile;
  return {
    mode: MODES[profile.ra_mode] ?? RouterAdvertisement_Mode.DISABLED,
    intervalSeconds: timing.ra_interval ?? 600,
    lifetimeSeconds: timing.router_lifetime ?? 1800,
    routerPreference: timing.router_preference ?? '',
    dnsServers: names?.dns_server ?? [],
    domainNames: names?.domain_name ?? [],
    hopLimit: timing.hop_limit ?? 64,
    reachableMilliseconds: profile.reachable_timer ?? 0,
    retransmitMilliseconds: profile.retransmit_interval ?? 1000,
    prefixLifetimeSeconds: timing.prefix_lifetime ?? 2592000,
    prefixPreferredSeconds: timing.prefix_preferred_time ?? 604800,
  };
}
