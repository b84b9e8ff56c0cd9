import { Field } from '../field.js';
import { Resource } from '../resource.js';
import { Domain } from '../root/domain.resource.js';
import { completePolicy, countRules, Policy } from './policy.js';

/** Sections of a gateway's firewall, in the order in which a packet meets them. */
const CATEGORIES = ['Emergency', 'SystemRules', 'SharedPreRules', 'LocalGatewayRules', 'AutoServiceRules', 'Default'] as const;

@Resource<GatewayPolicy>({
  doc: 'A section of the gateway firewall: rules that gateways enforce where traffic enters or leaves them.',
  feature: 'security',
  at: [{ parent: Domain, collection: 'gateway-policies' }],
  actions: ['revise'],
  lockable: true,
  hooks: { complete: completePolicy(CATEGORIES) },
  figures: countRules,
})
export class GatewayPolicy extends Policy {
  @Field('string', 'Section of the gateway firewall that the policy belongs to; sections are evaluated in the order of this list.', {
    enum: CATEGORIES,
    default: 'LocalGatewayRules',
  })
  category!: string;
}
