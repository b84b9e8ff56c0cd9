import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { BgpRoutingConfig } from './bgp-routing-config.resource.js';

const FILTER = { array: true, maxItems: 1, refs: { to: ['PrefixList', 'Tier0RouteMap'] } } as const;

class BgpBfdConfig {
  @Field('boolean', 'Whether BFD watches the neighbour.', { default: false })
  enabled?: boolean;

  @Field('integer', 'Time between two signs of life, in milliseconds.', { default: 500, min: 50, max: 60000 })
  interval?: number;

  @Field('integer', 'How many signs of life may be missed.', { default: 3, min: 2, max: 16 })
  multiple?: number;
}

class BgpNeighborLocalAsConfig {
  @Field('string', 'AS number that the neighbour sees instead of the one of the gateway.', { format: 'autonomous-system' })
  local_as_num?: string;

  @Field('string', 'Which of the two numbers AS paths show; both where none is said.', { enum: ['NO_PREPEND', 'NO_PREPEND_REPLACE_AS'] })
  as_path_modifier_type?: string;
}

class BgpRouteFiltering {
  @Field('string', 'Address family that the filters are for; that of the neighbour where none is said.', { enum: ['IPV4', 'IPV6', 'L2VPN_EVPN'] })
  address_family?: string;

  @Field('boolean', 'Whether routes of the family are exchanged.', { default: true })
  enabled?: boolean;

  @Field('string', 'Policy path of the prefix list or route map for routes that come in.', FILTER)
  in_route_filters?: string[];

  @Field('string', 'Policy path of the prefix list or route map for routes that go out.', FILTER)
  out_route_filters?: string[];

  @Field('integer', 'Most routes of the family that are taken from the neighbour.', { min: 1, max: 1000000 })
  maximum_routes?: number;
}

@Resource({
  doc: 'A router that a tier-0 exchanges routes with.',
  feature: 'networking',
  at: [{ parent: BgpRoutingConfig, collection: 'neighbors' }],
})
export class BgpNeighborConfig extends PolicyConfigResource {
  @Field('string', 'Address of the neighbour.', { required: true, format: 'ip' })
  neighbor_address!: string;

  @Field('string', 'AS number of the neighbour.', { required: true, format: 'autonomous-system' })
  remote_as_num!: string;

  @Field('boolean', 'Whether the session is kept up.', { default: true })
  enabled?: boolean;

  @Field('string', 'Addresses of the gateway that sessions start from; needed where the neighbour is more than one hop away.', {
    array: true,
    maxItems: 8,
    format: 'ip',
  })
  source_addresses?: string[];

  @Field('integer', 'Time between two signs of life, in seconds.', { default: 60, min: 1, max: 65535 })
  keep_alive_time?: number;

  @Field('integer', 'How long the neighbour counts as there after its last sign of life, in seconds.', { default: 180, min: 1, max: 65535 })
  hold_down_time?: number;

  @Field('integer', 'How many hops away the neighbour may be.', { default: 1, min: 1, max: 255 })
  maximum_hop_limit?: number;

  @Field('boolean', 'Whether routes are taken that have the AS number of the gateway in their path.', { default: false })
  allow_as_in?: boolean;

  @Field('string', 'Secret that both ends sign their packets with.', { secret: true, maxLength: 32, pattern: '^[\\x21-\\x7e]*$' })
  password?: string;

  @Field(() => BgpBfdConfig, 'How BFD watches the neighbour.')
  bfd?: BgpBfdConfig;

  @Field('string', 'Whether forwarding goes on while either end restarts.', { enum: ['DISABLE', 'GR_AND_HELPER', 'HELPER_ONLY'] })
  graceful_restart_mode?: string;

  @Field(() => BgpRouteFiltering, 'Address families that are exchanged, and filters for each.', { array: true, maxItems: 2 })
  route_filtering?: BgpRouteFiltering[];

  @Field(() => BgpNeighborLocalAsConfig, 'Another AS number towards this neighbour.')
  neighbor_local_as_config?: BgpNeighborLocalAsConfig;

  @Field('string', 'Policy path of the filter for routes that come in; `route_filtering` replaces it.', { ...FILTER, deprecated: true })
  in_route_filters?: string[];

  @Field('string', 'Policy path of the filter for routes that go out; `route_filtering` replaces it.', { ...FILTER, deprecated: true })
  out_route_filters?: string[];
}
