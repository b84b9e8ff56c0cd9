import type { LBPool } from '../../model/balancing/lb-pool.resource.js';
import type { LBService } from '../../model/balancing/lb-service.resource.js';
import type { LBVirtualServer } from '../../model/balancing/lb-virtual-server.resource.js';
import type { PolicyDnsForwarder } from '../../model/networking/policy-dns-forwarder.resource.js';
import type { PolicyNatRule } from '../../model/networking/policy-nat-rule.resource.js';
import type { Segment } from '../../model/networking/segment.resource.js';
import type { StaticRoutes } from '../../model/networking/static-routes.resource.js';
import type { Tier1 } from '../../model/networking/tier1.resource.js';
import type { Tier1Interface } from '../../model/networking/tier1-interface.resource.js';
import { blocksOf, contains, formatAddress, parseBlock, parseRange } from '../../shared/address.js';
import { poolsOfRules } from './balancing-rules.js';
import { connectedSegments } from './gateway-facts.js';
import type { Reads } from './reads.js';

/** Where a network that a gateway knows comes from, in the words of redistribution, without the tier. */
export type NetworkSource = 'SEGMENT' | 'SERVICE_INTERFACE' | 'STATIC' | 'NAT' | 'LB_VIP' | 'LB_SNAT' | 'DNS_FORWARDER_IP';

export interface Advertised {
  readonly network: string;
  readonly source: NetworkSource;
}

/** Under which word a tier-1 lets its tier-0 know networks of a source. */
const ADVERTISEMENT: Readonly<Record<NetworkSource, string>> = {
  SEGMENT: 'TIER1_CONNECTED',
  SERVICE_INTERFACE: 'TIER1_CONNECTED',
  STATIC: 'TIER1_STATIC_ROUTES',
  NAT: 'TIER1_NAT',
  LB_VIP: 'TIER1_LB_VIP',
  LB_SNAT: 'TIER1_LB_SNAT',
  DNS_FORWARDER_IP: 'TIER1_DNS_FORWARDER_IP',
};

/** Networks that a tier-1 makes known to its tier-0, each once for each source, sorted. */
export function advertisedNetworks(reads: Pick<Reads, 'intent'>, path: string): Advertised[] {
  const tier1 = reads.intent.object<Tier1>(path);
  if (!tier1) return [];
  return networksOf(reads, path).filter(({ network, source }) => isAdvertised(tier1, network, ADVERTISEMENT[source]));
}

/** The first rule that matches decides; where none does, the list of types. */
function isAdvertised({ route_advertisement_rules: rules = [], route_advertisement_types: types = [] }: Tier1, network: string, type: string): boolean {
  const inside = parseBlock(network);
  const rule = rules.find(({ route_advertisement_types: of, subnets, prefix_operator: operator }) => {
    if (of && of.length > 0 && !of.includes(type)) return false;
    if (!subnets || subnets.length === 0) return true;
    return subnets.some((subnet) => {
      const outside = parseBlock(subnet);
      if (!inside || !outside || !contains(outside, inside)) return false;
      return operator !== 'EQ' || outside.prefix === inside.prefix;
    });
  });
  return rule ? rule.action === 'PERMIT' : types.includes(type);
}

/** All networks of a gateway that others may be told of. */
export function networksOf(reads: Pick<Reads, 'intent'>, gateway: string): Advertised[] {
  const { intent } = reads;
  const found = new Map<string, Advertised>();
  const add = (source: NetworkSource, networks: readonly string[]) => {
    for (const network of networks) found.set(`${network} ${source}`, { network, source });
  };
  for (const segment of connectedSegments(reads, gateway)) add('SEGMENT', subnetNetworks(segment));
  for (const services of intent.children(gateway, 'LocaleServices')) {
    for (const path of intent.children(services, 'Tier1Interface'))
      add('SERVICE_INTERFACE', interfaceNetworks(intent.object<Tier1Interface>(path)).map(networkOf));
  }
  for (const path of intent.children(gateway, 'StaticRoutes')) add('STATIC', [intent.object<StaticRoutes>(path)?.network ?? ''].filter(Boolean).map(networkOf));
  for (const section of intent.children(gateway, 'PolicyNat')) {
    for (const path of intent.children(section, 'PolicyNatRule')) add('NAT', outsideNetworks(intent.object<PolicyNatRule>(path)));
  }
  for (const service of intent.referrers('LBService', 'connectivity_path', gateway)) {
    if (intent.object<LBService>(service)?.enabled === false) continue;
    for (const path of intent.referrers('LBVirtualServer', 'lb_service_path', service)) {
      const server = intent.object<LBVirtualServer>(path);
      if (!server || server.enabled === false) continue;
      add('LB_VIP', rangeBlocks(server.ip_address));
      for (const pool of [server.pool_path, server.sorry_pool_path, ...poolsOfRules(server.rules)])
        add('LB_SNAT', translationAddresses(intent.object<LBPool>(pool)));
    }
  }
  const forwarder = intent.object<PolicyDnsForwarder>(`${gateway}/dns-forwarder`);
  if (forwarder && forwarder.enabled !== false) add('DNS_FORWARDER_IP', rangeBlocks(forwarder.listener_ip));
  return [...found.keys()].sort().flatMap((key) => found.get(key) ?? []);
}

/** Networks of a segment's subnets. */
export function subnetNetworks({ subnets = [] }: Pick<Segment, 'subnets'>): string[] {
  return subnets.flatMap(({ gateway_address: gateway }) => (gateway && parseBlock(gateway) ? [networkOf(gateway)] : []));
}

/** Addresses of an interface, with prefix. */
export function interfaceNetworks(one: Pick<Tier1Interface, 'subnets'> | undefined): string[] {
  return (one?.subnets ?? []).flatMap(({ ip_addresses: addresses, prefix_len: length }) => addresses.map((address) => `${address}/${length}`));
}

/** The network that an address with prefix is in. */
export function networkOf(text: string): string {
  const block = parseBlock(text);
  return block ? `${formatAddress(block.family, block.low)}/${block.prefix}` : text;
}

/** Addresses under which others see what a rule translates. */
export function outsideNetworks(rule: PolicyNatRule | undefined): string[] {
  if (!rule || rule.enabled === false) return [];
  if (rule.action === 'SNAT' || rule.action === 'REFLEXIVE') return (rule.translated_network ?? '').split(',').flatMap(rangeBlocks);
  if (rule.action === 'DNAT') return (rule.destination_network ?? '').split(',').flatMap(rangeBlocks);
  return [];
}

export function rangeBlocks(text: string | undefined): string[] {
  const range = text === undefined ? undefined : parseRange(text.trim());
  return range ? blocksOf(range) : [];
}

function translationAddresses(pool: LBPool | undefined): string[] {
  const translation = pool?.snat_translation as { ip_addresses?: readonly { ip_address: string; prefix_length?: number }[] } | undefined;
  return (translation?.ip_addresses ?? []).flatMap(({ ip_address: address }) => rangeBlocks(address));
}
