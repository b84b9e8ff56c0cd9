import type { DhcpServerConfig } from '../../model/networking/dhcp-server-config.resource.js';
import type { DhcpV4StaticBindingConfig } from '../../model/networking/dhcp-v4-static-binding-config.resource.js';
import type { DhcpV6StaticBindingConfig } from '../../model/networking/dhcp-v6-static-binding-config.resource.js';
import type { Segment, SegmentSubnet } from '../../model/networking/segment.resource.js';
import type { PolicyObject } from '../../model/policy-object.js';
import { type Block, type Family, formatAddress, isWithin, parseBlock } from '../../shared/address.js';
import type { Alarm } from '../contract.js';
import { canonicalMac } from '../groups/selector.js';
import type { IntentReads } from '../intent.js';
import { bundles } from '../output.js';
import type { Contribution } from '../resource-table.js';
import { type DhcpOptions, type DhcpOptions_DhcpBinding, type DhcpOptions_DhcpOption, type DhcpOptions_DhcpRoute, ResourceKind } from '../resources.pb.js';
import { networkOf } from './advertised.js';
import { alarm } from './alarm.js';
import { linkMac } from './links.js';
import type { Reads } from './reads.js';
import type { SegmentFacts } from './segment-facts.js';

/** DHCP of one subnet of a segment: where its ports find their options. */
export interface SubnetDhcp {
  /** Key of the options. */
  readonly key: string;
  /** Policy path of the server. */
  readonly config: string;
  readonly network: string;
  readonly family: Family;
  /** Whether addresses are given here from ranges too, or only those that are stated or bound. */
  readonly gives: 'BOUND' | 'RANGES';
}

/** Which subnets of a segment its server answers on: those that say something about DHCP. */
export function subnetsWithDhcp(segment: Segment, config: PolicyObject | undefined): SubnetDhcp[] {
  if (config?.resource_type !== 'DhcpServerConfig') return [];
  return subnetsOf(segment).flatMap(({ subnet, block }) => {
    if (!subnet.dhcp_config && !subnet.dhcp_ranges?.length) return [];
    const network = networkOf(subnet.gateway_address ?? '');
    const gives = subnet.dhcp_ranges?.length ? 'RANGES' : 'BOUND';
    return [{ key: `${segment.path}#dhcp-${network}`, config: config.path, network, family: block.family, gives }];
  });
}

/** Why settings of a segment's subnets take no effect: nobody is named to hand them out. */
export function dhcpWithoutServer({ subnets = [], path }: Segment, { dhcp, relay }: Pick<SegmentFacts, 'dhcp' | 'relay'>): Alarm[] {
  if (dhcp.length > 0 || relay !== undefined) return [];
  return subnets
    .filter(({ dhcp_config: config, dhcp_ranges: ranges }) => config || ranges?.length)
    .map(({ gateway_address: gateway }) =>
      alarm('NOT_SUPPORTED', `${gateway} has DHCP settings, but neither ${path} nor its gateway names a server. Add dhcp_config_path, or take them out.`),
    );
}

/** Key of the options for a port with these addresses: of the subnet that one of them is in, else of the first of the family. */
export function dhcpKeyOf(subnets: readonly SubnetDhcp[], family: Family, addresses: readonly string[]): string {
  const candidates = subnets.filter((subnet) => subnet.family === family);
  const own = candidates.find(({ network }) => addresses.some((address) => isWithin(address, network)));
  return (own ?? candidates[0])?.key ?? '';
}

/** Options of every subnet of a segment that has DHCP. */
export function dhcpOptions(reads: Reads, segment: Segment, tunnelKey: number, subnets: readonly SubnetDhcp[]): Contribution[] {
  return subnets.flatMap(({ key, config: path, network }): Contribution[] => {
    const found = subnetsOf(segment).find(({ subnet }) => networkOf(subnet.gateway_address ?? '') === network);
    const config = reads.intent.object<DhcpServerConfig>(path);
    if (!found || !config) return [];
    const value = optionsOf(reads.intent, segment, found.subnet, found.block, config, tunnelKey);
    const also = [path, ...bindingPaths(reads.intent, segment.path, found.block.family)];
    return [{ kind: ResourceKind.DHCP_OPTIONS, key, bundle: bundles.segment(segment.path), body: { $case: 'dhcpOptions', value }, also }];
  });
}

function optionsOf(intent: IntentReads, segment: Segment, subnet: SegmentSubnet, block: Block, config: DhcpServerConfig, tunnelKey: number): DhcpOptions {
  const own = (subnet.dhcp_config ?? {}) as SubnetConfig;
  const server = own.server_address ?? config.server_addresses?.find((address) => parseBlock(address)?.family === block.family);
  return {
    subnet: networkOf(subnet.gateway_address ?? ''),
    serverAddress: server?.split('/')[0] ?? '',
    serverMac: linkMac.server(tunnelKey),
    router: formatAddress(block.family, block.address),
    leaseSeconds: own.lease_time ?? config.lease_time ?? 86400,
    dnsServers: [...(own.dns_servers ?? [])],
    domainName: segment.domain_name ?? '',
    mtu: 0,
    ntpServers: [...(own.sntp_servers ?? [])],
    routes: routesOf(own.options),
    others: othersOf(own.options),
    bindings: bindingsOf(intent, segment.path, block),
    domainSearch: [...(own.domain_names ?? [])],
    preferredSeconds: own.preferred_time ?? 0,
  };
}

/** What either family's settings of a subnet can say. */
interface SubnetConfig {
  readonly server_address?: string;
  readonly lease_time?: number;
  readonly preferred_time?: number;
  readonly dns_servers?: readonly string[];
  readonly sntp_servers?: readonly string[];
  readonly domain_names?: readonly string[];
  readonly options?: Options;
}

interface Options {
  readonly option121?: { readonly static_routes: readonly { readonly network: string; readonly next_hop: string }[] };
  readonly others?: readonly { readonly code: number; readonly values: readonly string[] }[];
}

/** Fixed addresses within a subnet, by MAC. */
function bindingsOf(intent: IntentReads, segment: string, block: Block): DhcpOptions_DhcpBinding[] {
  return bindingPaths(intent, segment, block.family).flatMap((path): DhcpOptions_DhcpBinding[] => {
    const binding = intent.object<Partial<DhcpV4StaticBindingConfig> & Partial<DhcpV6StaticBindingConfig>>(path);
    const addresses = binding?.ip_address === undefined ? [...(binding?.ip_addresses ?? [])] : [binding.ip_address];
    if (!binding || !addresses.some((address) => isWithin(address, networkText(block)))) return [];
    return [
      {
        mac: canonicalMac(binding.mac_address ?? ''),
        hostName: binding.host_name ?? '',
        router: binding.gateway_address ?? '',
        leaseSeconds: binding.lease_time ?? 86400,
        others: othersOf(binding.options),
        dnsServers: [...(binding.dns_nameservers ?? [])],
        domainNames: [...(binding.domain_names ?? [])],
        preferredSeconds: binding.preferred_time ?? 0,
        routes: routesOf(binding.options),
        ntpServers: [...(binding.sntp_servers ?? [])],
      },
    ];
  });
}

function bindingPaths(intent: IntentReads, segment: string, family: Family): readonly string[] {
  return intent.children(segment, family === 4 ? 'DhcpV4StaticBindingConfig' : 'DhcpV6StaticBindingConfig');
}

/** Subnets with the gateway's address. */
export function subnetsOf({ subnets = [] }: Segment): { subnet: SegmentSubnet; block: Block }[] {
  return subnets.flatMap((subnet) => {
    const block = subnet.gateway_address === undefined ? undefined : parseBlock(subnet.gateway_address);
    return block ? [{ subnet, block }] : [];
  });
}

function routesOf(options: Options | undefined): DhcpOptions_DhcpRoute[] {
  return (options?.option121?.static_routes ?? []).map(({ network, next_hop: nextHop }) => ({ network, nextHop }));
}

function othersOf(options: Options | undefined): DhcpOptions_DhcpOption[] {
  return (options?.others ?? []).map(({ code, values }) => ({ code, values: [...values] }));
}

function networkText({ family, low, prefix }: Block): string {
  return `${formatAddress(family, low)}/${prefix}`;
}
