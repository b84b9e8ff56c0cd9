import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Tier0 } from './tier0.resource.js';

const FILTER = { array: true, refs: { to: ['PrefixList', 'Tier0RouteMap'] } } as const;

class BgpRouteLeaking {
  @Field('string', 'Address family of the routes.', { enum: ['IPV4', 'IPV6'] })
  address_family?: string;

  @Field('string', 'Policy path of the filter for routes that come from the other gateway.', FILTER)
  in_filter?: string[];

  @Field('string', 'Policy path of the filter for routes that go to the other gateway.', FILTER)
  out_filter?: string[];
}

class PolicyRouteAdvertisementRule {
  @Field('string', 'Name for people.')
  name?: string;

  @Field('string', 'Whether the other gateway learns the matching routes.', { enum: ['PERMIT', 'DENY'] })
  action?: string;

  @Field('string', 'Networks that the rule is about.', { array: true, format: 'ip-cidr-block' })
  subnets?: string[];

  @Field('string', 'Whether parts of these networks match too (GE), or only the networks as they are (EQ).', { enum: ['GE', 'EQ'] })
  prefix_operator?: string;

  @Field('string', 'Kinds of routes that the rule is about; all where none are named.', {
    array: true,
    enum: [
      'TIER0_STATIC',
      'TIER0_CONNECTED',
      'TIER0_NAT',
      'TIER0_DNS_FORWARDER_IP',
      'TIER0_IPSEC_LOCAL_ENDPOINT',
      'TIER1_STATIC',
      'TIER1_CONNECTED',
      'TIER1_LB_SNAT',
      'TIER1_LB_VIP',
      'TIER1_NAT',
      'TIER1_DNS_FORWARDER_IP',
      'TIER1_IPSEC_LOCAL_ENDPOINT',
    ],
  })
  route_advertisement_types?: string[];
}

class PolicyStaticRouteAdvertisement {
  @Field(() => PolicyRouteAdvertisementRule, 'Which routes the other gateway learns, the first match decides.', { array: true })
  advertisement_rules?: PolicyRouteAdvertisementRule[];

  // Soft, because clients also name lists here that other managers bring along with every tier-0 and that nobody wrote.
  @Field('string', 'Policy paths of the networks that are taken from the other gateway.', { array: true, refs: { to: ['PrefixList'], soft: true } })
  in_filter_prefix_list?: string[];
}

@Resource({
  doc: 'Routes that a tier-0 and a VRF, or two VRFs of one tier-0, exchange without leaving the edges.',
  unrealized: { reason: 'Gateways and VRFs exchange no routes by themselves. Use static routes, or let them peer through the physical network.' },
  feature: 'networking',
  at: [{ parent: Tier0, collection: 'inter-vrf-routing' }],
})
export class PolicyInterVrfRoutingConfig extends PolicyConfigResource {
  @Field('string', 'Policy path of the other tier-0 or VRF.', { refs: { to: ['Tier0'] } })
  target_path?: string;

  @Field(() => BgpRouteLeaking, 'BGP routes that are exchanged, by address family.', { array: true, maxItems: 2 })
  bgp_route_leaking?: BgpRouteLeaking[];

  @Field(() => PolicyStaticRouteAdvertisement, 'Other routes that are exchanged.')
  static_route_advertisement?: PolicyStaticRouteAdvertisement;
}
