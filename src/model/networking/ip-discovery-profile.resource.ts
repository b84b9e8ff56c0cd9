import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

class DuplicateIPDetectionOptions {
  @Field('boolean', 'Whether an address that another port has already is set aside.', { default: false })
  duplicate_ip_detection_enabled?: boolean;
}

class ArpSnoopingConfig {
  @Field('boolean', 'Whether IPv4 addresses are learned from ARP.', { default: true })
  arp_snooping_enabled?: boolean;

  @Field('integer', 'Most addresses that are learned from ARP on one port.', { default: 1, min: 1, max: 256 })
  arp_binding_limit?: number;
}

class IPv4DiscoveryOptions {
  @Field(() => ArpSnoopingConfig, 'What is learned from ARP.')
  arp_snooping_config?: ArpSnoopingConfig;

  @Field('boolean', 'Whether IPv4 addresses are learned from DHCP.', { default: true })
  dhcp_snooping_enabled?: boolean;

  @Field('boolean', 'Whether the node asks the guest for its IPv4 addresses.', { default: true })
  vmtools_enabled?: boolean;
}

class NdSnoopingConfig {
  @Field('boolean', 'Whether IPv6 addresses are learned from neighbour discovery.', { default: false })
  nd_snooping_enabled?: boolean;

  @Field('integer', 'Most addresses that are learned from neighbour discovery on one port.', { default: 3, min: 2, max: 15 })
  nd_snooping_limit?: number;
}

class IPv6DiscoveryOptions {
  @Field(() => NdSnoopingConfig, 'What is learned from neighbour discovery.')
  nd_snooping_config?: NdSnoopingConfig;

  @Field('boolean', 'Whether IPv6 addresses are learned from DHCP.', { default: false })
  dhcp_snooping_v6_enabled?: boolean;

  @Field('boolean', 'Whether the node asks the guest for its IPv6 addresses.', { default: false })
  vmtools_v6_enabled?: boolean;
}

@Resource({
  doc: 'How the addresses of workloads are learned.',
  unrealized: { reason: 'Addresses are taken as nodes report them, whatever the profile says. Bind addresses to ports to state them.' },
  feature: 'networking',
  at: [{ parent: Infra, collection: 'ip-discovery-profiles' }],
})
export class IPDiscoveryProfile extends PolicyConfigResource {
  @Field(() => IPv4DiscoveryOptions, 'How IPv4 addresses are learned.')
  ip_v4_discovery_options?: IPv4DiscoveryOptions;

  @Field(() => IPv6DiscoveryOptions, 'How IPv6 addresses are learned.')
  ip_v6_discovery_options?: IPv6DiscoveryOptions;

  @Field('boolean', 'Whether the first address that a port is seen with is kept, whatever comes later.', { default: true })
  tofu_enabled?: boolean;

  @Field('integer', 'How long an address that is no longer seen is kept, in minutes.', { default: 10, min: 5, max: 120 })
  arp_nd_binding_timeout?: number;

  @Field(() => DuplicateIPDetectionOptions, 'What happens when two ports have one address.')
  duplicate_ip_detection?: DuplicateIPDetectionOptions;
}
