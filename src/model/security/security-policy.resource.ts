import { Field } from '../field.js';
import { Resource } from '../resource.js';
import { Domain } from '../root/domain.resource.js';
import { completePolicy, countRules, Policy } from './policy.js';

/** Sections of the distributed firewall, in the order in which a packet meets them. */
const CATEGORIES = ['Ethernet', 'Emergency', 'Infrastructure', 'Environment', 'Application'] as const;

class ApplicationConnectivityStrategy {
  @Field('string', "What happens to traffic of the policy's scope that no rule matches.", {
    required: true,
    enum: ['ALLOW_INTRA', 'ALLOW_EGRESS', 'ALLOW_INGRESS', 'DROP_INGRESS', 'DROP_EGRESS'],
  })
  application_connectivity_strategy!: string;

  @Field('boolean', 'Whether such traffic is logged.', { default: false })
  logging_enabled!: boolean;

  @Field('integer', 'Number of the rule that the strategy stands for.', { readOnly: true })
  default_application_rule_id?: number;
}

@Resource<SecurityPolicy>({
  doc: "A section of the distributed firewall: rules that every workload's port enforces.",
  feature: 'security',
  at: [{ parent: Domain, collection: 'security-policies' }],
  actions: ['revise'],
  lockable: true,
  hooks: { complete: completePolicy(CATEGORIES) },
  figures: countRules,
})
export class SecurityPolicy extends Policy {
  @Field('string', 'Section of the distributed firewall that the policy belongs to; sections are evaluated in the order of this list.', {
    enum: CATEGORIES,
    default: 'Application',
  })
  category!: string;

  @Field('string', 'What the distributed firewall does with traffic of the scope that no rule matches.', {
    enum: ['ALLOWLIST', 'DENYLIST', 'ALLOWLIST_ENABLE_LOGGING', 'DENYLIST_ENABLE_LOGGING', 'NONE'],
  })
  connectivity_preference?: string;

  @Field('string', 'Earlier form of `connectivity_preference`.', {
    deprecated: true,
    enum: ['WHITELIST', 'BLACKLIST', 'WHITELIST_ENABLE_LOGGING', 'BLACKLIST_ENABLE_LOGGING', 'NONE'],
  })
  connectivity_strategy?: string;

  @Field(() => ApplicationConnectivityStrategy, 'What happens to traffic of the scope that no rule matches, by direction.', { array: true, maxItems: 2 })
  application_connectivity_strategy?: ApplicationConnectivityStrategy[];

  @Field('boolean', 'Earlier form of logging by `connectivity_preference`.', { deprecated: true, default: false })
  logging_enabled!: boolean;

  @Field('integer', 'Number of the rule that the connectivity preference stands for.', { readOnly: true })
  default_rule_id?: number;
}
