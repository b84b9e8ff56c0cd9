import { allocate } from '../allocate.js';
import { Field } from '../field.js';
import type { Hooks, WriteView } from '../hooks.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';
import { GATEWAY_BLOCKS } from '../spaces.js';
import { FederationGatewayConfig, IntersiteGatewayConfig } from './connectivity.js';
import { completeIpv6Profiles, createCompanions, removeCompanions } from './gateway-companions.js';
import { TIER1_ADVERTISEMENTS } from './route-sources.js';
import { claimNetworks, connectedTo, moveProblems, networksOf } from './routing-domain.js';
import { takeTransitSlice } from './transit.js';

class GatewayQosProfileConfig {
  @Field('string', 'Policy path of the limit on traffic that enters the gateway from its tier-0.', { refs: { to: ['GatewayQosProfile'] } })
  ingress_qos_profile_path?: string;

  @Field('string', 'Policy path of the limit on traffic that leaves the gateway towards its tier-0.', { refs: { to: ['GatewayQosProfile'] } })
  egress_qos_profile_path?: string;
}

class RouteAdvertisementRule {
  @Field('string', 'Name for people.', { required: true })
  name!: string;

  @Field('string', 'Whether the tier-0 learns the matching routes.', { required: true, enum: ['PERMIT', 'DENY'], default: 'PERMIT' })
  action!: string;

  @Field('string', 'Networks that the rule is about.', { array: true, format: 'ip-cidr-block' })
  subnets?: string[];

  @Field('string', 'Whether parts of these networks match too (GE), or only the networks as they are (EQ).', { enum: ['GE', 'EQ'], default: 'GE' })
  prefix_operator?: string;

  @Field('string', 'Kinds of routes that the rule is about; all where none are named.', { array: true, enum: TIER1_ADVERTISEMENTS })
  route_advertisement_types?: string[];
}

const hooks: Hooks<Tier1> = {
  complete(gateway, view) {
    completeIpv6Profiles(view, gateway);
    if (gateway.ha_mode === undefined && hasEdges(view, gateway.path)) gateway.ha_mode = 'ACTIVE_STANDBY';
  },
  written(gateway, view, before) {
    allocate(view, GATEWAY_BLOCKS, gateway.path);
    if (!before) createCompanions(view, 'tier1', gateway);
    if (before?.tier0_path === gateway.tier0_path) return;
    takeTransitSlice(view, gateway.path, gateway.tier0_path);
    for (const connected of connectedTo(view, gateway.path)) claimNetworks(view, connected.path, gateway.path, networksOf(connected));
  },
  check: (gateway, view, before) => (before?.tier0_path === gateway.tier0_path ? [] : moveProblems(view, gateway.path)),
  deleted: (gateway, view) => removeCompanions(view, 'tier1', gateway),
};

/** Whether the gateway has a service part, which needs a mode. */
function hasEdges(view: WriteView, path: string): boolean {
  return view.children<{ edge_cluster_path?: string }>(path, 'LocaleServices').some((services) => services.edge_cluster_path !== undefined);
}

@Resource<Tier1>({
  doc: 'The gateway of a tenant or an application: it joins segments, and reaches the world through its tier-0.',
  feature: 'networking',
  at: [{ parent: Infra, collection: 'tier-1s' }],
  hooks,
})
export class Tier1 extends PolicyConfigResource {
  @Field('string', 'Policy path of the tier-0 behind the gateway; without one it is cut off from outside.', { refs: { to: ['Tier0'] } })
  tier0_path?: string;

  @Field('string', 'Kinds of routes that the tier-0 learns.', { array: true, enum: TIER1_ADVERTISEMENTS, default: ['TIER1_IPSEC_LOCAL_ENDPOINT'] })
  route_advertisement_types?: string[];

  @Field(() => RouteAdvertisementRule, 'Rules that narrow down what the tier-0 learns, the first match decides.', { array: true })
  route_advertisement_rules?: RouteAdvertisementRule[];

  @Field('string', 'Whether its edges forward one at a time or all; one at a time where nothing is said, absent while it has no edge.', {
    enum: ['ACTIVE_STANDBY', 'ACTIVE_ACTIVE'],
  })
  ha_mode?: string;

  @Field('string', 'Whether the preferred edge takes over again once it is back.', {
    enum: ['PREEMPTIVE', 'NON_PREEMPTIVE'],
    default: 'NON_PREEMPTIVE',
  })
  failover_mode?: string;

  @Field('boolean', 'Whether another edge takes the place of a standby that failed.', { default: false })
  enable_standby_relocation?: boolean;

  @Field('string', 'Size of the share of an edge that the gateway takes.', {
    enum: ['ROUTING', 'LB_SMALL', 'LB_MEDIUM', 'LB_LARGE', 'LB_XLARGE'],
    default: 'ROUTING',
  })
  pool_allocation?: string;

  @Field('string', 'How the gateway reaches the outside: routed, behind NAT, or not at all.', { enum: ['ROUTED', 'ISOLATED', 'NATTED'] })
  type?: string;

  @Field(() => GatewayQosProfileConfig, 'Limits on traffic to and from the tier-0.', {
    unrealized: 'Traffic to and from the tier-0 is not limited. Limit it on the physical network.',
  })
  qos_profile?: GatewayQosProfileConfig;

  @Field('string', 'Policy path of the DHCP server or relay of segments that name none.', {
    array: true,
    minItems: 0,
    maxItems: 1,
    refs: { to: ['DhcpServerConfig', 'DhcpRelayConfig'] },
  })
  dhcp_config_paths?: string[];

  @Field('string', 'Policy paths of the router advertisement profile, the duplicate address detection profile, or both.', {
    array: true,
    minItems: 0,
    maxItems: 2,
    refs: { to: ['Ipv6NdraProfile', 'Ipv6DadProfile'] },
  })
  ipv6_profile_paths?: string[];

  @Field('boolean', 'Whether the firewall of the gateway is off.', { default: false })
  disable_firewall?: boolean;

  @Field('boolean', 'Whether the default rule logs what it allows; the default gateway policy decides today.', { deprecated: true, default: false })
  default_rule_logging?: boolean;

  @Field('boolean', 'Whether the default rule drops; the default gateway policy decides today.', { deprecated: true, default: false })
  force_whitelisting?: boolean;

  @Field('integer', 'Most neighbour entries that a node keeps for the gateway.', { min: 5000, max: 50000 })
  arp_limit?: number;

  @Field(() => IntersiteGatewayConfig, 'Which site of a federation traffic goes through.')
  intersite_config?: IntersiteGatewayConfig;

  @Field(() => FederationGatewayConfig, 'What a federation allocated for the gateway.', { readOnly: true })
  federation_config?: FederationGatewayConfig;
}
