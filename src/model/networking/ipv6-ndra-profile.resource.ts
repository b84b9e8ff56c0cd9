import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

class RAConfig {
  @Field('integer', 'Time between two advertisements, in seconds.', { default: 600, min: 4, max: 1800 })
  ra_interval?: number;

  @Field('integer', 'How many hops workloads let their packets travel.', { default: 64, min: 0, max: 255 })
  hop_limit?: number;

  @Field('integer', 'How long the gateway is the way to everywhere, in seconds; 0 for never.', { default: 1800, min: 0, max: 65520 })
  router_lifetime?: number;

  @Field('string', 'How much the gateway is preferred to others on the segment.', { enum: ['LOW', 'MEDIUM', 'HIGH', 'RESERVED'] })
  router_preference?: string;

  @Field('integer', 'How long addresses of the prefix stay valid, in seconds.', { default: 2592000, min: 0, max: 4294967295 })
  prefix_lifetime?: number;

  @Field('integer', 'How long such addresses are used for new connections, in seconds.', { default: 604800, min: 0, max: 4294967295 })
  prefix_preferred_time?: number;
}

class RaDNSConfig {
  @Field('string', 'Name servers that advertisements carry.', { array: true, maxItems: 8, format: 'ipv6' })
  dns_server?: string[];

  @Field('integer', 'How long they may be used, in milliseconds.', { default: 1800000, min: 0, max: 4294967295 })
  dns_server_lifetime?: number;

  @Field('string', 'Domains that workloads search names in.', { array: true, maxItems: 8, format: 'hostname' })
  domain_name?: string[];

  @Field('integer', 'How long they may be used, in milliseconds.', { default: 1800000, min: 0, max: 4294967295 })
  domain_name_lifetime?: number;
}

class NDRAAdvertisedRoute {
  @Field('string', 'Network that the gateway is the way to.', { format: 'ipv6-cidr-block' })
  subnet?: string;

  @Field('integer', 'How long the route may be used, in seconds.', { min: 0, max: 4294967295 })
  route_lifetime?: number;

  @Field('string', 'How much the route is preferred to the same one of another router.', { enum: ['LOW', 'MEDIUM', 'HIGH', 'RESERVED'] })
  route_preference?: string;
}

@Resource({
  doc: 'What a gateway tells IPv6 workloads: how they get addresses and names, and that it is their router.',
  feature: 'networking',
  at: [{ parent: Infra, collection: 'ipv6-ndra-profiles' }],
})
export class Ipv6NdraProfile extends PolicyConfigResource {
  @Field('string', 'Whether addresses and name servers come from advertisements or from DHCP.', {
    required: true,
    enum: ['DISABLED', 'SLAAC_DNS_THROUGH_RA', 'SLAAC_DNS_THROUGH_DHCP', 'DHCP_ADDRESS_AND_DNS_THROUGH_DHCP', 'SLAAC_AND_ADDRESS_DNS_THROUGH_DHCP'],
  })
  ra_mode!: string;

  @Field(() => RAConfig, 'What advertisements say about the gateway and its prefix.', { required: true })
  ra_config!: RAConfig;

  @Field(() => RaDNSConfig, 'What advertisements say about names.')
  dns_config?: RaDNSConfig;

  @Field(() => NDRAAdvertisedRoute, 'Further networks that the gateway is the way to.', { array: true })
  ndra_advertised_route?: NDRAAdvertisedRoute[];

  @Field('integer', 'How long a neighbour counts as reachable once it answered, in milliseconds; 0 leaves it to the workload.', {
    default: 0,
    min: 0,
    max: 3600000,
  })
  reachable_timer?: number;

  @Field('integer', 'Time between two questions for a neighbour, in milliseconds.', { default: 1000, min: 0, max: 4294967295 })
  retransmit_interval?: number;
}
