import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

class TrafficRateLimits {
  @Field('integer', 'Most broadcast packets a second towards a workload; 0 for no limit.', { default: 0, min: 0 })
  rx_broadcast?: number;

  @Field('integer', 'Most multicast packets a second towards a workload; 0 for no limit.', { default: 0, min: 0 })
  rx_multicast?: number;

  @Field('integer', 'Most broadcast packets a second from a workload; 0 for no limit.', { default: 0, min: 0 })
  tx_broadcast?: number;

  @Field('integer', 'Most multicast packets a second from a workload; 0 for no limit.', { default: 0, min: 0 })
  tx_multicast?: number;
}

@Resource({
  doc: 'Keeps frames that workloads have no business sending out of a segment.',
  unrealized: { reason: 'Frames are not filtered by the profile. Use rules of an Ethernet policy, and a spoof guard profile for addresses.' },
  feature: 'networking',
  at: [{ parent: Infra, collection: 'segment-security-profiles' }],
})
export class SegmentSecurityProfile extends PolicyConfigResource {
  @Field('boolean', 'Whether spanning tree frames from workloads are dropped.', { default: true })
  bpdu_filter_enable?: boolean;

  @Field('string', 'Destination MAC addresses of spanning tree frames that pass all the same.', { array: true, maxItems: 32, format: 'mac-address' })
  bpdu_filter_allow?: string[];

  @Field('boolean', 'Whether answers of a DHCP server that is a workload are dropped.', { default: true })
  dhcp_server_block_enabled?: boolean;

  @Field('boolean', 'Whether answers of a DHCPv6 server that is a workload are dropped.', { default: true })
  dhcp_server_block_v6_enabled?: boolean;

  @Field('boolean', 'Whether DHCP requests of workloads are dropped.', { default: false })
  dhcp_client_block_enabled?: boolean;

  @Field('boolean', 'Whether DHCPv6 requests of workloads are dropped.', { default: false })
  dhcp_client_block_v6_enabled?: boolean;

  @Field('boolean', 'Whether everything but IP, ARP and spanning tree is dropped.', { default: false })
  non_ip_traffic_block_enabled?: boolean;

  @Field('boolean', 'Whether router advertisements from workloads are dropped.', { default: false })
  ra_guard_enabled?: boolean;

  @Field('boolean', 'Whether `rate_limits` are in force.', { default: false })
  rate_limits_enabled?: boolean;

  @Field(() => TrafficRateLimits, 'Limits on broadcast and multicast.')
  rate_limits?: TrafficRateLimits;
}
