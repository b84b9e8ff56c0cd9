import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { fieldProblem } from '../problem.js';
import { Resource } from '../resource.js';
import { LocaleServices } from './locale-services.resource.js';
import { gatewayOf } from './routing-domain.js';
import { Tier0 } from './tier0.resource.js';

class BgpGracefulRestartTimer {
  @Field('integer', 'How long neighbours wait for the gateway to come back, in seconds.', { default: 180, min: 1, max: 3600 })
  restart_timer?: number;

  @Field('integer', 'How long routes of a neighbour that restarts are kept, in seconds.', { default: 600, min: 1, max: 3600 })
  stale_route_timer?: number;
}

class BgpGracefulRestartConfig {
  @Field('string', 'Whether forwarding goes on while the gateway restarts, or only while a neighbour does.', {
    enum: ['DISABLE', 'GR_AND_HELPER', 'HELPER_ONLY'],
    default: 'HELPER_ONLY',
  })
  mode?: string;

  @Field(() => BgpGracefulRestartTimer, 'How long either end is waited for.')
  timer?: BgpGracefulRestartTimer;
}

class RouteAggregationEntry {
  @Field('string', 'Network that stands for all its parts.', { required: true, format: 'ip-cidr-block' })
  prefix!: string;

  @Field('boolean', 'Whether only the whole is announced, not its parts.', { default: true })
  summary_only?: boolean;
}

@Resource<BgpRoutingConfig>({
  doc: 'BGP of a tier-0. It exists with the locale services and cannot be deleted, only turned off.',
  feature: 'networking',
  at: [{ parent: LocaleServices, singleton: 'bgp', within: Tier0 }],
  verbs: ['GET', 'PUT', 'PATCH'],
  hooks: {
    complete(config) {
      config.enabled ??= config.local_as_num !== undefined;
    },
    check(config, view) {
      if (!config.enabled || config.local_as_num !== undefined || view.get<Tier0>(gatewayOf(config.path))?.vrf_config) return [];
      return [fieldProblem('local_as_num', 'is needed where BGP is enabled: add the AS number of the gateway.')];
    },
  },
})
export class BgpRoutingConfig extends PolicyConfigResource {
  @Field('boolean', 'Whether BGP runs; where not said, it runs once there is an AS number.')
  enabled?: boolean;

  @Field('string', 'AS number of the gateway; a VRF has that of the tier-0 which carries it.', { format: 'autonomous-system' })
  local_as_num?: string;

  @Field('boolean', 'Whether several equally good ways are used at once.', { default: true })
  ecmp?: boolean;

  @Field('boolean', 'Whether ways through different neighbouring ASes count as equally good.', { default: true })
  multipath_relax?: boolean;

  @Field('boolean', 'Whether the edges of the gateway exchange routes among themselves.')
  inter_sr_ibgp?: boolean;

  @Field(() => BgpGracefulRestartConfig, 'Forwarding while either end restarts.')
  graceful_restart_config?: BgpGracefulRestartConfig;

  @Field('boolean', 'Whether forwarding goes on while the gateway restarts; `graceful_restart_config` replaces it.', { deprecated: true })
  graceful_restart?: boolean;

  @Field(() => RouteAggregationEntry, 'Networks that are announced as a whole.', { array: true, maxItems: 1000 })
  route_aggregations?: RouteAggregationEntry[];

  @Field('integer', 'Preference of routes from other ASes; the lowest wins.', { min: 1, max: 255 })
  ebgp_admin_distance?: number;

  @Field('integer', 'Preference of routes from the same AS; the lowest wins.', { min: 1, max: 255 })
  ibgp_admin_distance?: number;
}
