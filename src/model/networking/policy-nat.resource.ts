import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Tier0 } from './tier0.resource.js';
import { Tier1 } from './tier1.resource.js';

@Resource({
  doc: 'A section of NAT rules of a gateway. The sections exist with the gateway; INTERNAL comes before USER, and DEFAULT last.',
  feature: 'networking',
  at: [
    { parent: Tier0, collection: 'nat' },
    { parent: Tier1, collection: 'nat' },
  ],
  verbs: ['GET', 'LIST'],
  fixedIds: ['INTERNAL', 'USER', 'DEFAULT', 'NAT64'],
})
export class PolicyNat extends PolicyConfigResource {
  @Field('string', 'Which section it is; the same as its identifier.', { enum: ['INTERNAL', 'USER', 'DEFAULT', 'NAT64'] })
  nat_type?: string;
}
