import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

@Resource({
  doc: 'Settings of the distributed firewall as a whole.',
  feature: 'security',
  at: [{ parent: Infra, singleton: 'settings/firewall/security' }],
  verbs: ['GET', 'PUT', 'PATCH'],
})
export class DfwFirewallConfiguration extends PolicyConfigResource {
  @Field('boolean', 'Whether the distributed firewall enforces its policies.', { default: true })
  enable_firewall!: boolean;

  @Field('boolean', 'Whether no drafts are kept when policies change.', { default: false })
  disable_auto_drafts!: boolean;

  @Field('boolean', 'Whether groups may hold users.', { default: false })
  idfw_enabled!: boolean;

  @Field('boolean', 'Whether log-ins are read from event logs.')
  idfw_event_log_scraper_enabled?: boolean;

  @Field('boolean', 'Whether log-ins are read from a log collector.')
  idfw_loginsight_enabled?: boolean;

  @Field('boolean', 'Whether address sets are kept once for the network rather than once a node.')
  global_addrset_mode_enabled?: boolean;

  @Field('boolean', 'Whether sets of MAC addresses are kept once for the network rather than once a node.')
  global_macset_optimization_mode_enabled?: boolean;
}
