import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

@Resource({
  doc: 'Limits traffic between a tier-1 and its tier-0.',
  feature: 'networking',
  at: [{ parent: Infra, collection: 'gateway-qos-profiles' }],
})
export class GatewayQosProfile extends PolicyConfigResource {
  @Field('integer', 'Rate in the long run, in Mbit/s.', { default: 1, min: 1 })
  committed_bandwidth?: number;

  @Field('integer', 'Earlier spelling of `committed_bandwidth`.', { deprecated: true, min: 1 })
  committed_bandwitdth?: number;

  @Field('integer', 'Most bytes that may come at once.', { default: 1, min: 1 })
  burst_size?: number;

  @Field('string', 'What happens to traffic above the limit.', { enum: ['DROP'] })
  excess_action?: string;
}
