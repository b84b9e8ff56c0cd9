import { Field, Variant } from '../field.js';

/** How a host's virtual switches are laid out. Agents report what they really have; this is what was asked for. */

class HostSwitchProfileTypeIdEntry {
  @Field('string', 'Kind of the profile.', {
    enum: [
      'UplinkHostSwitchProfile',
      'LldpHostSwitchProfile',
      'NiocProfile',
      'ExtraConfigHostSwitchProfile',
      'VtepHAHostSwitchProfile',
      'HighPerformanceHostSwitchProfile',
    ],
  })
  key?: string;

  @Field('string', 'Policy path or identifier of the profile.')
  value?: string;
}

class TransportZoneProfileTypeIdEntry {
  @Field('string', 'Identifier of the profile.')
  profile_id?: string;

  @Field('string', 'Kind of the profile.', { enum: ['BfdHealthMonitoringProfile'] })
  resource_type?: string;
}

class TransportZoneEndPoint {
  @Field('string', 'Policy path of a transport zone that the switch takes part in.', { refs: { to: ['PolicyTransportZone'], also: ['TEXT'] } })
  transport_zone_id?: string;

  @Field(() => TransportZoneProfileTypeIdEntry, 'Health profiles of the zone on this switch.', { array: true })
  transport_zone_profile_ids?: TransportZoneProfileTypeIdEntry[];
}

class Pnic {
  @Field('string', 'Name of the network card on the host.')
  device_name?: string;

  @Field('string', 'Uplink that the card serves.')
  uplink_name?: string;
}

class VdsUplink {
  @Field('string', 'Uplink as its profile names it.')
  uplink_name?: string;

  @Field('string', 'Uplink of the distributed switch that serves it.')
  vds_uplink_name?: string;

  @Field('string', 'Link group of the distributed switch that serves it.')
  vds_lag_name?: string;
}

class VmknicNetwork {
  @Field('string', 'Name of the kernel interface.')
  device_name?: string;

  @Field('string', 'Network that the interface is moved to.')
  destination_network?: string;
}

class CpuCoreConfigForEnhancedNetworkingStackSwitch {
  @Field('integer', 'Number of the NUMA node.')
  numa_node_index?: number;

  @Field('integer', 'Cores of that node which only forward.')
  num_lcores?: number;
}

abstract class AddressAssignment {
  @Field('string', 'Where tunnel endpoints get their addresses from.', { required: true })
  resource_type!: string;
}

@Variant('AssignedByDhcp')
class AssignedByDhcp extends AddressAssignment {}

@Variant('NoIpv4')
class NoIpv4 extends AddressAssignment {}

@Variant('AssignedByDhcpv6')
class AssignedByDhcpv6 extends AddressAssignment {}

@Variant('AssignedByAutoConf')
class AssignedByAutoConf extends AddressAssignment {}

@Variant('NoIpv6')
class NoIpv6 extends AddressAssignment {}

@Variant('StaticIpPoolSpec')
class StaticIpPoolSpec extends AddressAssignment {
  @Field('string', 'Policy path of the pool that addresses are taken from.', { refs: { to: ['IpAddressPool'], also: ['TEXT'] } })
  ip_pool_id?: string;
}

@Variant('StaticIpListSpec')
class StaticIpListSpec extends AddressAssignment {
  @Field('string', 'The addresses.', { array: true, format: 'ip' })
  ip_list?: string[];

  @Field('string', 'Netmask of their subnet.', { format: 'ip' })
  subnet_mask?: string;

  @Field('string', 'Router of their subnet.', { format: 'ip' })
  default_gateway?: string;
}

class IpMacPair {
  @Field('string', 'Address of a tunnel endpoint.', { format: 'ip' })
  ip?: string;

  @Field('string', 'MAC address of the tunnel endpoint.', { format: 'mac-address' })
  mac?: string;
}

@Variant('StaticIpMacListSpec')
class StaticIpMacListSpec extends AddressAssignment {
  @Field(() => IpMacPair, 'The addresses, each with its MAC address.', { array: true })
  ip_mac_list?: IpMacPair[];

  @Field('string', 'Netmask of their subnet.', { format: 'ip' })
  subnet_mask?: string;

  @Field('string', 'Router of their subnet.', { format: 'ip' })
  default_gateway?: string;
}

@Variant('StaticIpv6PoolSpec')
class StaticIpv6PoolSpec extends AddressAssignment {
  @Field('string', 'Policy path of the pool that addresses are taken from.', { refs: { to: ['IpAddressPool'], also: ['TEXT'] } })
  ipv6_pool_id?: string;
}

@Variant('StaticIpv6ListSpec')
class StaticIpv6ListSpec extends AddressAssignment {
  @Field('string', 'The addresses.', { array: true, format: 'ipv6' })
  ipv6_list?: string[];

  @Field('string', 'Length of the prefix that they share, in bits.')
  prefix_length?: string;

  @Field('string', 'Router of their subnet.', { format: 'ipv6' })
  default_gateway?: string;
}

class Ipv6MacPair {
  @Field('string', 'Address of a tunnel endpoint.', { format: 'ipv6' })
  ipv6?: string;

  @Field('string', 'MAC address of the tunnel endpoint.', { format: 'mac-address' })
  mac?: string;
}

@Variant('StaticIpv6MacListSpec')
class StaticIpv6MacListSpec extends AddressAssignment {
  @Field(() => Ipv6MacPair, 'The addresses, each with its MAC address.', { array: true })
  ipv6_mac_list?: Ipv6MacPair[];

  @Field('string', 'Length of the prefix that they share, in bits.')
  prefix_length?: string;

  @Field('string', 'Router of their subnet.', { format: 'ipv6' })
  default_gateway?: string;
}

const IPV4_ASSIGNMENTS = { oneOf: () => [StaticIpPoolSpec, StaticIpListSpec, StaticIpMacListSpec, AssignedByDhcp, NoIpv4] };
const IPV6_ASSIGNMENTS = { oneOf: () => [StaticIpv6PoolSpec, StaticIpv6ListSpec, StaticIpv6MacListSpec, AssignedByDhcpv6, AssignedByAutoConf, NoIpv6] };

class HostSwitchConfigOption {
  @Field('string', 'Identifier of the switch that the options are for.')
  host_switch_id?: string;

  @Field(() => HostSwitchProfileTypeIdEntry, 'Profiles of the switch.', { array: true })
  host_switch_profile_ids?: HostSwitchProfileTypeIdEntry[];

  @Field(IPV4_ASSIGNMENTS, 'Where its tunnel endpoints get IPv4 addresses from.')
  ip_assignment_spec?: AddressAssignment;

  @Field(IPV6_ASSIGNMENTS, 'Where its tunnel endpoints get IPv6 addresses from.')
  ipv6_assignment_spec?: AddressAssignment;

  @Field(() => VdsUplink, 'Uplinks of the switch.', { array: true })
  uplinks?: VdsUplink[];
}

class TransportNodeProfileSubConfig {
  @Field('string', 'Name by which a group of hosts asks for these options.')
  name?: string;

  @Field(() => HostSwitchConfigOption, 'What is different for that group.')
  host_switch_config_option?: HostSwitchConfigOption;
}

class StandardHostSwitch {
  @Field('string', 'Identifier of the switch.')
  host_switch_id?: string;

  @Field('string', 'Name of the switch.', { deprecated: true })
  host_switch_name?: string;

  @Field('string', 'Whether the switch belongs to the host itself or is part of a distributed one.', { enum: ['NVDS', 'VDS'] })
  host_switch_type?: string;

  @Field('string', 'How the switch handles packets.', { enum: ['STANDARD', 'ENS', 'ENS_INTERRUPT', 'LEGACY'] })
  host_switch_mode?: string;

  @Field(() => HostSwitchProfileTypeIdEntry, 'Profiles of the switch.', { array: true })
  host_switch_profile_ids?: HostSwitchProfileTypeIdEntry[];

  @Field(() => TransportZoneEndPoint, 'Transport zones that the switch takes part in.', { array: true })
  transport_zone_endpoints?: TransportZoneEndPoint[];

  @Field(IPV4_ASSIGNMENTS, 'Where its tunnel endpoints get IPv4 addresses from.')
  ip_assignment_spec?: AddressAssignment;

  @Field(IPV6_ASSIGNMENTS, 'Where its tunnel endpoints get IPv6 addresses from.')
  ipv6_assignment_spec?: AddressAssignment;

  @Field(() => Pnic, 'Network cards of the switch.', { array: true })
  pnics?: Pnic[];

  @Field(() => VdsUplink, 'Uplinks of a distributed switch.', { array: true })
  uplinks?: VdsUplink[];

  @Field(() => CpuCoreConfigForEnhancedNetworkingStackSwitch, 'Cores that only forward, by NUMA node.', { array: true })
  cpu_config?: CpuCoreConfigForEnhancedNetworkingStackSwitch[];

  @Field('boolean', 'Whether network cards move here from the switch that they serve now.')
  is_migrate_pnics?: boolean;

  @Field(() => Pnic, 'Network cards that move away when the node is removed.', { array: true, deprecated: true })
  pnics_uninstall_migration?: Pnic[];

  @Field(() => VmknicNetwork, 'Kernel interfaces that move to segments.', { array: true })
  vmk_install_migration?: VmknicNetwork[];

  @Field(() => VmknicNetwork, 'Kernel interfaces that move away when the node is removed.', { array: true, deprecated: true })
  vmk_uninstall_migration?: VmknicNetwork[];

  @Field(() => TransportNodeProfileSubConfig, 'Options for groups of hosts that share the switch.', { array: true })
  transport_node_profile_sub_configs?: TransportNodeProfileSubConfig[];

  @Field('string', 'Transport zone of port groups that were found on the switch.', { readOnly: true })
  portgroup_transport_zone_id?: string;
}

class PreconfiguredEndpoint {
  @Field('string', 'Name of the tunnel endpoint on the host.')
  device_name?: string;
}

class PreconfiguredHostSwitch {
  @Field('string', 'Identifier of the switch.')
  host_switch_id?: string;

  @Field(() => PreconfiguredEndpoint, 'Tunnel endpoints that the host has already.', { array: true })
  endpoints?: PreconfiguredEndpoint[];

  @Field(() => TransportZoneEndPoint, 'Transport zones that the switch takes part in.', { array: true })
  transport_zone_endpoints?: TransportZoneEndPoint[];
}

@Variant('StandardHostSwitchSpec')
export class StandardHostSwitchSpec {
  @Field('string', 'Kind of the layout.', { required: true })
  resource_type!: string;

  @Field(() => StandardHostSwitch, 'Switches that the host is given.', { array: true })
  host_switches?: StandardHostSwitch[];
}

@Variant('PreconfiguredHostSwitchSpec')
export class PreconfiguredHostSwitchSpec {
  @Field('string', 'Kind of the layout.', { required: true })
  resource_type!: string;

  @Field(() => PreconfiguredHostSwitch, 'Switches that the host has already.', { array: true })
  host_switches?: PreconfiguredHostSwitch[];
}
