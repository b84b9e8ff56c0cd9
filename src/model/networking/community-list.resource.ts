import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Tier0 } from './tier0.resource.js';

@Resource({
  doc: 'BGP communities that route maps match.',
  feature: 'networking',
  at: [{ parent: Tier0, collection: 'community-lists' }],
})
export class CommunityList extends PolicyConfigResource {
  @Field('string', 'Communities: two numbers, three numbers, or NO_EXPORT, NO_ADVERTISE or NO_EXPORT_SUBCONFED.', {
    array: true,
    required: true,
    minItems: 1,
    format: 'bgp-community',
  })
  communities!: string[];
}
