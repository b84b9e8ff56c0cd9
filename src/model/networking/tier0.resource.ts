import { allocate } from '../allocate.js';
import { Field } from '../field.js';
import type { Hooks } from '../hooks.js';
import { PolicyConfigResource } from '../policy-object.js';
import { fieldProblem, type Problem } from '../problem.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';
import { GATEWAY_BLOCKS } from '../spaces.js';
import { ConnectivityAdvancedConfig, FederationGatewayConfig, IntersiteGatewayConfig } from './connectivity.js';
import { completeIpv6Profiles, createCompanions, removeCompanions } from './gateway-companions.js';
import { blockNetworks, claimNetworks, overlapProblems } from './routing-domain.js';
import { transitProblems } from './transit.js';

class Tier0AdvancedConfig extends ConnectivityAdvancedConfig {
  @Field('integer', 'How long the gateway waits after it came up before it announces routes, in seconds.', { default: 5, min: 0, max: 300 })
  forwarding_up_timer?: number;
}

class Tier0StatefulServicesConfig {
  @Field('boolean', 'Whether an active-active gateway keeps the state of connections.', {
    unrealized: 'Edges that forward at once share no state of connections. Make the gateway ACTIVE_STANDBY, or put stateful services on a tier-1.',
  })
  enabled?: boolean;

  @Field('string', 'By what the edges agree on which of them holds a connection.', { enum: ['IP_HASH', 'NONE', 'SRC_DST_IP_HASH'] })
  redirection_policy?: string;
}

class VrfRouteTargets {
  @Field('string', 'Address family of the targets.', { enum: ['L2VPN_EVPN'], default: 'L2VPN_EVPN' })
  address_family?: string;

  @Field('string', 'Targets that announced routes carry.', { array: true })
  export_route_targets?: string[];

  @Field('string', 'Targets of routes that are taken in.', { array: true })
  import_route_targets?: string[];
}

class VrfL2VniConfig {
  @Field('integer', 'Tunnel key of the layer-2 instance.', { required: true })
  l2_vni!: number;

  @Field('string', 'Route distinguisher of the layer-2 instance.', { required: true })
  route_distinguisher!: string;

  @Field(() => VrfRouteTargets, 'Route targets of the layer-2 instance.', { array: true, required: true, minItems: 1, maxItems: 1 })
  route_targets!: VrfRouteTargets[];
}

class VrfEvpnL2VniConfig {
  @Field('boolean', 'Whether tunnel endpoints that hold the same segment are announced as one group.', { default: false })
  enable_vtep_groups?: boolean;

  @Field(() => VrfL2VniConfig, 'The layer-2 instance of the VRF.', { array: true, required: true, minItems: 1, maxItems: 1 })
  l2_vni_configs!: VrfL2VniConfig[];
}

class Tier0VrfConfig {
  @Field('string', 'Policy path of the tier-0 that carries the VRF.', { required: true, refs: { to: ['Tier0'] } })
  tier0_path!: string;

  @Field('string', 'Distinguisher that keeps routes of the VRF apart from those of others, as `asn:number` or `address:number`.')
  route_distinguisher?: string;

  @Field(() => VrfRouteTargets, 'Route targets of the VRF.', { array: true, minItems: 1, maxItems: 1 })
  route_targets?: VrfRouteTargets[];

  @Field('integer', 'Tunnel key of the VRF towards EVPN peers.', { unrealized: 'EVPN is not put in force. Use BGP neighbours of the VRF.' })
  evpn_transit_vni?: number;

  @Field(() => VrfEvpnL2VniConfig, 'Layer-2 instance that the VRF announces over EVPN.', {
    unrealized: 'EVPN is not put in force. Make a segment of a VLAN transport zone instead.',
  })
  evpn_l2_vni_config?: VrfEvpnL2VniConfig;

  @Field('string', 'Distinguishers that edges take one each of.', { array: true })
  rd_per_edge_pool?: string[];
}

/** Links within the gateway need more addresses where all edges forward at once. */
const INTERNAL_TRANSIT = { ACTIVE_ACTIVE: '169.254.0.0/24', ACTIVE_STANDBY: '169.254.0.0/28' } as const;

const hooks: Hooks<Tier0> = {
  complete(gateway, view) {
    completeIpv6Profiles(view, gateway);
    gateway.internal_transit_subnets ??= [INTERNAL_TRANSIT[gateway.ha_mode === 'ACTIVE_STANDBY' ? 'ACTIVE_STANDBY' : 'ACTIVE_ACTIVE']];
  },
  written(gateway, view, before) {
    allocate(view, GATEWAY_BLOCKS, gateway.path);
    claimNetworks(view, gateway.path, gateway.path, blockNetworks('transit_subnets', gateway.transit_subnets ?? []));
    if (!before) createCompanions(view, 'tier0', gateway);
  },
  check(gateway, view) {
    const problems: Problem[] = [
      ...transitProblems(view, gateway),
      ...overlapProblems(view, gateway.path, gateway.path, blockNetworks('transit_subnets', gateway.transit_subnets ?? [])),
    ];
    const carrier = gateway.vrf_config && view.get<Tier0>(gateway.vrf_config.tier0_path);
    if (carrier && (carrier.path === gateway.path || carrier.vrf_config)) {
      problems.push(fieldProblem('vrf_config.tier0_path', 'must name a tier-0 that is no VRF itself: name the one that carries it.'));
    }
    return problems;
  },
  deleted: (gateway, view) => removeCompanions(view, 'tier0', gateway),
};

@Resource<Tier0>({
  doc: 'The gateway to the world outside: it peers with the physical network and joins the tier-1 gateways.',
  feature: 'networking',
  at: [{ parent: Infra, collection: 'tier-0s' }],
  hooks,
})
export class Tier0 extends PolicyConfigResource {
  @Field('string', 'Whether all its edges forward, or one at a time.', { enum: ['ACTIVE_ACTIVE', 'ACTIVE_STANDBY'], default: 'ACTIVE_ACTIVE' })
  ha_mode?: string;

  @Field('string', 'Whether the preferred edge takes over again once it is back; only in ACTIVE_STANDBY.', {
    enum: ['PREEMPTIVE', 'NON_PREEMPTIVE'],
    default: 'NON_PREEMPTIVE',
  })
  failover_mode?: string;

  @Field('string', 'Blocks that links to tier-1 gateways take their addresses from.', { array: true, format: 'ip-cidr-block', default: ['100.64.0.0/16'] })
  transit_subnets?: string[];

  @Field('string', 'Block that links between the distributed and the service part of the gateway take their addresses from.', {
    array: true,
    maxItems: 1,
    format: 'ip-cidr-block',
  })
  internal_transit_subnets?: string[];

  @Field('string', 'Block that links between this gateway and its VRFs take their addresses from.', {
    array: true,
    maxItems: 1,
    format: 'ip-cidr-block',
    default: ['169.254.2.0/23'],
  })
  vrf_transit_subnets?: string[];

  @Field('string', 'Block that links to transit gateways take their addresses from.', { array: true, maxItems: 1, format: 'ip-cidr-block' })
  tgw_transit_subnets?: string[];

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

  @Field(() => Tier0AdvancedConfig, 'Forwarding as a whole.')
  advanced_config?: Tier0AdvancedConfig;

  @Field(() => Tier0StatefulServicesConfig, 'State of connections where all edges forward.')
  stateful_services?: Tier0StatefulServicesConfig;

  @Field(() => Tier0VrfConfig, 'Makes the gateway a VRF of another tier-0.')
  vrf_config?: Tier0VrfConfig;

  @Field('boolean', 'Whether service parts of different VRFs exchange routes; once on, it stays on.')
  multi_vrf_inter_sr_routing?: boolean;

  @Field('boolean', 'Whether each edge has a route distinguisher of its own.')
  enable_rd_per_edge?: boolean;

  @Field('string', 'Address that generated route distinguishers begin with.', { format: 'ip' })
  rd_admin_field?: string;

  @Field(() => IntersiteGatewayConfig, 'Which site of a federation traffic goes through.')
  intersite_config?: IntersiteGatewayConfig;

  @Field(() => FederationGatewayConfig, 'What a federation allocated for the gateway.', { readOnly: true })
  federation_config?: FederationGatewayConfig;
}
