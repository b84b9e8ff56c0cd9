import { Field } from '../field.js';
import type { Hooks, WriteView } from '../hooks.js';
import { PolicyConfigResource } from '../policy-object.js';
import { fieldProblem } from '../problem.js';
import { Resource } from '../resource.js';
import { InterfaceSubnet } from './connectivity.js';
import { REDISTRIBUTED_SOURCES } from './route-sources.js';
import { Tier0 } from './tier0.resource.js';
import { Tier1 } from './tier1.resource.js';

class Tier0HaVipConfig {
  @Field('boolean', 'Whether the address is held by the active edge.', { default: true })
  enabled?: boolean;

  @Field('string', 'Policy paths of the uplink interfaces that share the address, on different edges.', {
    array: true,
    required: true,
    minItems: 2,
    refs: { to: ['Tier0Interface'] },
  })
  external_interface_paths!: string[];

  @Field(() => InterfaceSubnet, 'The shared addresses, one an address family.', { array: true, required: true, minItems: 1, maxItems: 2 })
  vip_subnets!: InterfaceSubnet[];
}

class Tier0RouteRedistributionRule {
  @Field('string', 'Name for people.')
  name?: string;

  @Field('string', 'Kinds of routes that are handed on.', { array: true, required: true, enum: REDISTRIBUTED_SOURCES })
  route_redistribution_types!: string[];

  @Field('string', 'Policy path of a route map that filters and changes them.', { refs: { to: ['Tier0RouteMap'] } })
  route_map_path?: string;

  @Field('string', 'Protocols that the routes are handed to; BGP where none is named.', { array: true, enum: ['BGP', 'OSPF'] })
  destinations?: string[];
}

class Tier0RouteRedistributionConfig {
  @Field('boolean', 'Whether routes are handed to BGP.', { default: true })
  bgp_enabled?: boolean;

  @Field('boolean', 'Whether routes are handed to OSPF.', { default: false })
  ospf_enabled?: boolean;

  @Field(() => Tier0RouteRedistributionRule, 'What is handed on, and to which protocol.', { array: true, minItems: 0, maxItems: 5 })
  redistribution_rules?: Tier0RouteRedistributionRule[];
}

/** AS number of a tier-0 whose edges all forward, until it is given one. */
const DEFAULT_AS = '65000';

/** Routing protocols of a tier-0 exist with its locale services. BGP is on where all edges forward, as they need it to share routes. */
function createRouting(view: WriteView, path: string, gateway: Tier0): void {
  const active = gateway.ha_mode === 'ACTIVE_ACTIVE';
  const own = gateway.vrf_config ? {} : { ...(active ? { local_as_num: DEFAULT_AS } : {}), graceful_restart_config: { timer: {} } };
  view.put(`${path}/bgp`, { enabled: active, inter_sr_ibgp: active, ...own });
  view.put(`${path}/ospf`, {});
}

const hooks: Hooks<LocaleServices> = {
  written(services, view, before) {
    const gateway = view.get<Tier0 | Tier1>(services.parent_path);
    if (gateway?.resource_type === 'Tier0' && !before) createRouting(view, services.path, gateway as Tier0);
    // A tier-1 gets its mode with its first edges, see there.
    if (gateway?.resource_type === 'Tier1' && services.edge_cluster_path !== undefined && gateway.ha_mode === undefined) view.put(gateway.path, { ...gateway });
  },
  check: ({ edge_cluster_path: cluster, preferred_edge_paths: edges = [] }) =>
    edges.flatMap((edge, at) =>
      cluster === undefined || edge.startsWith(`${cluster}/`)
        ? []
        : [fieldProblem(`preferred_edge_paths[${at}]`, `must name a member of ${cluster}: choose another edge, or another edge cluster.`)],
    ),
};

@Resource<LocaleServices>({
  doc: 'Where a gateway runs its service part: the edge cluster, the preferred edges, and what depends on the place.',
  feature: 'networking',
  at: [
    { parent: Tier0, collection: 'locale-services' },
    { parent: Tier1, collection: 'locale-services' },
  ],
  hooks,
})
export class LocaleServices extends PolicyConfigResource {
  @Field('string', 'Policy path of the edge cluster that the service part runs on.', {
    sticky: 'alone',
    refs: { to: ['PolicyEdgeCluster'] },
  })
  edge_cluster_path?: string;

  @Field('string', 'Policy paths of the edges that the service part runs on, the most preferred first.', {
    array: true,
    maxItems: 2,
    sticky: 'alone',
    refs: { to: ['PolicyEdgeNode'] },
  })
  preferred_edge_paths?: string[];

  @Field('string', 'Policy path of the BFD profile of static routes of the gateway.', { sticky: 'alone', refs: { to: ['BfdProfile'] } })
  bfd_profile_path?: string;

  @Field(() => Tier0HaVipConfig, 'Addresses that the active edge of a tier-0 holds.', {
    array: true,
    sticky: 'alone',
    unrealized: 'No edge holds the shared address. Let the physical network reach the uplink addresses by BGP, or by static routes with BFD.',
  })
  ha_vip_configs?: Tier0HaVipConfig[];

  @Field(() => Tier0RouteRedistributionConfig, 'Routes that a tier-0 hands to its routing protocols.', { sticky: 'alone' })
  route_redistribution_config?: Tier0RouteRedistributionConfig;

  @Field('string', 'Kinds of routes that are handed to BGP; `route_redistribution_config` replaces it.', {
    array: true,
    deprecated: true,
    enum: REDISTRIBUTED_SOURCES,
  })
  route_redistribution_types?: string[];
}
