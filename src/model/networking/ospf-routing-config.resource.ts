import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { LocaleServices } from './locale-services.resource.js';
import { Tier0 } from './tier0.resource.js';

class OspfSummaryAddressConfig {
  @Field('string', 'Network that stands for all its parts.', { required: true, format: 'ip-cidr-block' })
  prefix!: string;

  @Field('boolean', 'Whether the network is announced, or hidden with its parts.', { default: true })
  advertise?: boolean;
}

@Resource({
  doc: 'OSPF of a tier-0. It exists with the locale services and cannot be deleted, only turned off.',
  unrealized: {
    reason: 'OSPF does not run. Use BGP or static routes towards the physical network.',
    where: ({ enabled }: OspfRoutingConfig) => enabled === true,
  },
  feature: 'networking',
  at: [{ parent: LocaleServices, singleton: 'ospf', within: Tier0 }],
  patchAnswers: true,
  verbs: ['GET', 'PUT', 'PATCH'],
})
export class OspfRoutingConfig extends PolicyConfigResource {
  @Field('boolean', 'Whether OSPF runs.', { default: false })
  enabled?: boolean;

  @Field('boolean', 'Whether several equally good ways are used at once.', { default: true })
  ecmp?: boolean;

  @Field('boolean', 'Whether the gateway announces itself as the way to everywhere.', { default: false })
  default_originate?: boolean;

  @Field('string', 'Whether forwarding goes on while a neighbour restarts.', { enum: ['DISABLE', 'HELPER_ONLY'], default: 'HELPER_ONLY' })
  graceful_restart_mode?: string;

  @Field(() => OspfSummaryAddressConfig, 'Networks that are announced as a whole.', { array: true, maxItems: 1000 })
  summary_addresses?: OspfSummaryAddressConfig[];
}
