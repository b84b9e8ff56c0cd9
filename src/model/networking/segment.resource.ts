import { isDeepStrictEqual } from 'node:util';
import { allocate, leaveSpaces } from '../allocate.js';
import { defaultOverlayZone } from '../fabric/default-zone.js';
import type { PolicyTransportZone } from '../fabric/policy-transport-zone.resource.js';
import { Field, Variant } from '../field.js';
import type { Hooks, IntentView, WriteView } from '../hooks.js';
import { PolicyConfigResource, type PolicyObject } from '../policy-object.js';
import { fieldProblem, PolicyError, type Problem } from '../problem.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';
import { FREE_SEGMENT_KEYS_FROM, routerPortKeys, SEGMENT_KEYS } from '../spaces.js';
import { ConnectivityAdvancedConfig, FederationConnectivityConfig, PortAddressBindingEntry, SegmentExtraConfig } from './connectivity.js';
import { renewLeases } from './dhcp-leases.js';
import { DhcpV4Options } from './dhcp-options.js';
import { rangeTerms } from './dhcp-ranges.js';
import { claimNetworks, networksOf, overlapProblems } from './routing-domain.js';
import { networkOf, subnetProblems } from './segment-addresses.js';
import { Tier1 } from './tier1.resource.js';

abstract class SegmentDhcpConfig {
  @Field('string', 'Address family that the settings are for.', { required: true })
  resource_type!: string;

  @Field('string', 'Address of the DHCP server within the subnet, with its prefix.', { format: 'ip-cidr-block' })
  server_address?: string;

  @Field('string', 'Name servers that clients are told.', { array: true, maxItems: 2, format: 'ip' })
  dns_servers?: string[];

  @Field('integer', 'How long a client keeps an address, in seconds.', { default: 86400, min: 60, max: 4294967295 })
  lease_time?: number;
}

@Variant('SegmentDhcpV4Config')
export class SegmentDhcpV4Config extends SegmentDhcpConfig {
  @Field(() => DhcpV4Options, 'Further options that clients are told.')
  options?: DhcpV4Options;
}

@Variant('SegmentDhcpV6Config')
export class SegmentDhcpV6Config extends SegmentDhcpConfig {
  @Field('string', 'Domains that clients search names in.', { array: true })
  domain_names?: string[];

  @Field('string', 'Addresses that are never given to a client.', { array: true, maxItems: 128, format: 'address-or-block-or-range' })
  excluded_ranges?: string[];

  @Field('integer', 'How long an address is preferred for new connections, in seconds.', { min: 60, max: 4294967295 })
  preferred_time?: number;

  @Field('string', 'Time servers that clients are told.', { array: true, maxItems: 2, format: 'ipv6' })
  sntp_servers?: string[];
}

export class SegmentSubnet {
  @Field('string', 'Address of the gateway within the subnet, with its prefix.', { format: 'ip-cidr-block' })
  gateway_address?: string;

  @Field('string', 'The subnet itself, worked out from the address of the gateway.', { readOnly: true })
  network?: string;

  @Field('string', 'Addresses that DHCP gives to ports which state none; without ranges, only stated ones are given.', {
    array: true,
    minItems: 1,
    format: 'address-or-block-or-range',
  })
  dhcp_ranges?: string[];

  @Field({ oneOf: () => [SegmentDhcpV4Config, SegmentDhcpV6Config] }, 'What DHCP tells clients of the subnet.')
  dhcp_config?: SegmentDhcpV4Config | SegmentDhcpV6Config;
}

class LocalEgressRoutingEntry {
  @Field('string', 'Address of the router at this site.', { required: true, format: 'ip' })
  nexthop_address!: string;

  @Field('string', 'Policy path of the networks that are reached through it.', { array: true, required: true, maxItems: 1, refs: { to: ['PrefixList'] } })
  prefix_list_paths!: string[];
}

class SegmentAdvancedConfig extends ConnectivityAdvancedConfig {
  @Field('string', 'Policy path of the pool that ports of the segment take addresses from.', {
    array: true,
    maxItems: 1,
    refs: { to: ['IpAddressPool'] },
    unrealized: 'Ports take no addresses from pools. Bind addresses to ports, or use DHCP.',
  })
  address_pool_paths?: string[];

  @Field('string', 'Policy path of the router advertisement profile of the segment; that of its gateway where none is named.', {
    refs: { to: ['Ipv6NdraProfile'] },
  })
  ndra_profile_path?: string;

  @Field('string', 'Whether the gateway drops what comes from a source that it would not route back here.', { enum: ['NONE', 'STRICT'], default: 'STRICT' })
  urpf_mode?: string;

  @Field('boolean', 'Whether the gateway forwards multicast to and from the segment.')
  multicast?: boolean;

  @Field('boolean', 'Whether workloads outside the manager reach the segment too.', { default: false })
  hybrid?: boolean;

  @Field('boolean', 'Whether the segment joins the service parts of several gateways.', { default: false })
  inter_router?: boolean;

  @Field('boolean', 'Whether a stretched segment leaves through the gateway of each site.', {
    default: false,
    unrealized: 'A stretched segment leaves through one gateway only.',
  })
  local_egress?: boolean;

  @Field(() => LocalEgressRoutingEntry, 'Networks that leave through a router of this site.', { array: true, minItems: 1 })
  local_egress_routing_policies?: LocalEgressRoutingEntry[];

  @Field('string', 'Name of the uplink policy that traffic of a VLAN segment follows.')
  uplink_teaming_policy_name?: string;

  @Field('boolean', 'Whether the segment exists within each node for itself.')
  node_local_switch?: boolean;

  @Field('string', 'Identifier of the object that the segment was made from.')
  origin_id?: string;

  @Field('string', 'Where that object lives.', { enum: ['VCENTER'] })
  origin_type?: string;
}

class BridgeProfileConfig {
  @Field('string', 'Policy path of the profile that names the edges which bridge.', { required: true, refs: { to: ['L2BridgeEndpointProfile'] } })
  bridge_profile_path!: string;

  @Field('string', 'Policy path of the VLAN transport zone that is bridged to.', { required: true, refs: { to: ['PolicyTransportZone'] } })
  vlan_transport_zone_path!: string;

  @Field('string', 'VLANs that the segment is bridged to.', { array: true, format: 'vlan-or-range' })
  vlan_ids?: string[];

  @Field('string', 'Name of the uplink policy that bridged traffic follows.')
  uplink_teaming_policy_name?: string;
}

class LocalEgress {
  @Field('string', 'Gateway addresses that each side of the tunnel answers for itself.', { array: true, minItems: 1, maxItems: 1, format: 'ip' })
  optimized_ips?: string[];
}

class L2Extension {
  @Field('string', 'Policy path of the layer-2 VPN session; `l2vpn_paths` replaces it.', { deprecated: true, format: 'policy-path' })
  l2vpn_path?: string;

  @Field('string', 'Policy paths of the layer-2 VPN sessions that carry the segment to other places.', { array: true, format: 'policy-path' })
  l2vpn_paths?: string[];

  @Field('integer', 'Number by which both ends of the session know the segment.', { min: 1, max: 4093 })
  tunnel_id?: number;

  @Field(() => LocalEgress, 'Which traffic stays on its side of the tunnel.')
  local_egress?: LocalEgress;
}

type StoredSegment = Segment & PolicyObject;

const hooks: Hooks<Segment> = {
  complete(segment, view) {
    connectToParent(segment);
    const zone = segment.transport_zone_path ?? defaultOverlayZone(view);
    if (zone !== undefined) segment.transport_zone_path = zone;
    for (const subnet of segment.subnets ?? []) {
      const network = networkOf(subnet.gateway_address);
      if (network !== undefined) subnet.network = network;
    }
    segment.type = connectionOf(segment);
  },
  written(segment, view, before) {
    const { path, connectivity_path: gateway } = segment;
    takeKey(segment, view);
    leaveSpaces(view, path, 'router-port-key', gateway === undefined ? undefined : routerPortKeys(gateway).space);
    if (gateway !== undefined) allocate(view, routerPortKeys(gateway), path);
    claimNetworks(view, path, gateway, networksOf(segment));
    if (!isDeepStrictEqual(rangeTerms(segment), before && rangeTerms(before))) renewLeases(segment, view);
  },
  check: (segment, view) => [
    ...subnetProblems(segment.subnets ?? []),
    ...(segment.connectivity_path === undefined ? [] : overlapProblems(view, segment.path, segment.connectivity_path, networksOf(segment))),
    ...vlanProblems(segment, view),
  ],
};

/** A segment below a tier-1 is connected to that one and to no other. */
function connectToParent(segment: StoredSegment): void {
  if (!segment.parent_path.includes('/tier-1s/')) return;
  if (segment.connectivity_path !== undefined && segment.connectivity_path !== segment.parent_path) {
    const problem = fieldProblem('connectivity_path', `must be ${segment.parent_path}, which the segment lies below: leave it out.`);
    throw new PolicyError({ ...problem, path: segment.path });
  }
  segment.connectivity_path = segment.parent_path;
}

function connectionOf({ connectivity_path: gateway, l2_extension: extension }: Segment): string {
  const extended = extension?.l2vpn_path !== undefined || (extension?.l2vpn_paths?.length ?? 0) > 0;
  if (gateway === undefined) return extended ? 'EXTENDED' : 'DISCONNECTED';
  return extended ? 'ROUTED_AND_EXTENDED' : 'ROUTED';
}

/** Takes the tunnel key that was asked for, or one that nobody is likely to ask for. */
function takeKey({ path, overlay_id: id }: StoredSegment, view: WriteView): void {
  const { space, low, high } = SEGMENT_KEYS;
  if (id === undefined) {
    allocate(view, SEGMENT_KEYS, path, FREE_SEGMENT_KEYS_FROM);
    return;
  }
  const wish = BigInt(id);
  if (wish < low || wish > high) {
    throw new PolicyError({ ...fieldProblem('overlay_id', `must be between ${low} and ${high}, because keys above belong to gateways.`), path });
  }
  if (view.take(space, path, low, high, wish) !== undefined) return;
  const holder = view.overlap(space, { family: 4, low: wish, high: wish }, path)?.owner;
  throw new PolicyError({ ...fieldProblem('overlay_id', `is in use by ${holder}: choose another number, or leave it out.`), path });
}

function vlanProblems(segment: StoredSegment, view: IntentView): readonly Problem[] {
  if (segment.transport_zone_path === undefined) return [];
  if (view.get<PolicyTransportZone>(segment.transport_zone_path)?.tz_type !== 'VLAN_BACKED') return [];
  return [
    ...(segment.vlan_ids === undefined ? [fieldProblem('vlan_ids', 'is needed in a VLAN transport zone: add the VLANs of the segment.')] : []),
    ...(segment.connectivity_path === undefined
      ? []
      : [fieldProblem('connectivity_path', 'means nothing to a VLAN segment, which gateways reach through interfaces: leave it out.')]),
  ];
}

@Resource<Segment>({
  doc: 'A layer-2 network that workloads attach to, in a tunnel or in VLANs, with or without a gateway.',
  feature: 'networking',
  at: [
    { parent: Infra, collection: 'segments' },
    { parent: Tier1, collection: 'segments' },
  ],
  hooks,
})
export class Segment extends PolicyConfigResource {
  @Field('string', 'Policy path of the tier-0 or tier-1 that routes for the segment; without one it stays alone.', { refs: { to: ['Tier0', 'Tier1'] } })
  connectivity_path?: string;

  @Field('string', 'Policy path of the transport zone; the default overlay zone where none is named.', {
    immutable: true,
    refs: { to: ['PolicyTransportZone'] },
  })
  transport_zone_path?: string;

  @Field(() => SegmentSubnet, 'Subnets of the segment, each with the address of its gateway.', { array: true })
  subnets?: SegmentSubnet[];

  @Field('string', 'VLANs of a VLAN segment, single ones or ranges.', { array: true, format: 'vlan-or-range' })
  vlan_ids?: string[];

  @Field('integer', 'Tunnel key of an overlay segment; a free one where none is asked for.', { sticky: true, min: 0, max: 2147483647 })
  overlay_id?: number;

  @Field('string', 'Whether ports of the segment forward.', { enum: ['UP', 'DOWN'], default: 'UP' })
  admin_state?: string;

  @Field('string', 'How broadcast reaches other nodes: copied by the sender (SOURCE), or handed on by one node a subnet (MTEP).', {
    enum: ['MTEP', 'SOURCE'],
    default: 'MTEP',
  })
  replication_mode?: string;

  @Field('string', 'Domain that workloads of the segment are told by DHCP.')
  domain_name?: string;

  @Field('string', 'Policy path of the DHCP server or relay; that of the gateway where none is named.', {
    refs: { to: ['DhcpServerConfig', 'DhcpRelayConfig'] },
  })
  dhcp_config_path?: string;

  @Field('string', 'Policy paths of the metadata proxies that workloads can ask.', {
    array: true,
    refs: { to: ['MetadataProxyConfig'] },
    unrealized: 'No node answers for the metadata server. Let workloads reach it through their gateway.',
  })
  metadata_proxy_paths?: string[];

  @Field(() => BridgeProfileConfig, 'VLANs that edges bridge the segment to.', {
    array: true,
    unrealized: 'Edges bridge no segments to VLANs. Use a segment of a VLAN transport zone, or route between the two.',
  })
  bridge_profiles?: BridgeProfileConfig[];

  @Field(() => L2Extension, 'How the segment is stretched over a layer-2 VPN.', {
    unrealized: 'The segment is stretched over no layer-2 VPN. Route between the sites instead.',
  })
  l2_extension?: L2Extension;

  @Field(() => SegmentAdvancedConfig, 'Settings that few segments need.')
  advanced_config?: SegmentAdvancedConfig;

  @Field('string', 'How the segment is connected, worked out from its gateway and its extension.', {
    readOnly: true,
    enum: ['ROUTED', 'EXTENDED', 'ROUTED_AND_EXTENDED', 'DISCONNECTED'],
  })
  type?: string;

  @Field(() => SegmentExtraConfig, 'Settings that are handed to the engine as they are, and to every port.', { array: true })
  extra_configs?: SegmentExtraConfig[];

  @Field('string', 'Pool that ports of the segment take MAC addresses from.', {
    unrealized: 'Ports take no MAC addresses from pools. State them with the workload.',
  })
  mac_pool_id?: string;

  @Field(() => PortAddressBindingEntry, 'Addresses bound to the segment; those of its ports replace them.', { array: true, deprecated: true, maxItems: 512 })
  address_bindings?: PortAddressBindingEntry[];

  @Field('string', 'Policy path of the EVPN tenant that the segment belongs to.', {
    refs: { to: ['EvpnTenantConfig'] },
    unrealized: 'EVPN is not put in force. Make one segment for each VLAN instead.',
  })
  evpn_tenant_config_path?: string;

  @Field('boolean', 'Whether the segment is one VLAN of an EVPN tenant.', { readOnly: true })
  evpn_segment?: boolean;

  @Field(() => FederationConnectivityConfig, 'What a federation allocated for the segment.', { readOnly: true })
  federation_config?: FederationConnectivityConfig;

  @Field('string', 'Logical switch that the segment was made from.', { deprecated: true })
  ls_id?: string;
}
