import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';
import { Tier0 } from './tier0.resource.js';

class PrefixEntry {
  @Field('string', 'Network that routes are compared with, or ANY.', { required: true, format: 'ip-cidr-block-or-any' })
  network!: string;

  @Field('string', 'Whether a match counts as permitted.', { enum: ['PERMIT', 'DENY'], default: 'PERMIT' })
  action?: string;

  @Field('integer', 'Shortest prefix within the network that matches, in bits.', { min: 1, max: 128 })
  ge?: number;

  @Field('integer', 'Longest prefix within the network that matches, in bits.', { min: 1, max: 128 })
  le?: number;
}

@Resource({
  doc: 'Networks that route maps, filters and other parts of routing match; the first matching entry decides.',
  feature: 'networking',
  at: [
    { parent: Tier0, collection: 'prefix-lists' },
    { parent: Infra, collection: 'routing-config/prefix-lists' },
  ],
})
export class PrefixList extends PolicyConfigResource {
  @Field(() => PrefixEntry, 'Entries in the order in which they are tried.', { array: true, required: true, minItems: 1 })
  prefixes!: PrefixEntry[];
}
