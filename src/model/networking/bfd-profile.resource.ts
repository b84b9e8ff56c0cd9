import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

@Resource({
  doc: 'How quickly BFD finds out that a neighbour is gone.',
  feature: 'networking',
  at: [{ parent: Infra, collection: 'bfd-profiles' }],
})
export class BfdProfile extends PolicyConfigResource {
  @Field('integer', 'Time between two signs of life, in milliseconds.', { default: 500, min: 50, max: 60000 })
  interval?: number;

  @Field('integer', 'How many signs of life may be missed.', { default: 3, min: 2, max: 16 })
  multiple?: number;
}
