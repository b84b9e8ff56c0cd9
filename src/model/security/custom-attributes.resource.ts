import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';
import { ContextProfileAttributesMetadata, PolicySubAttributes } from './traffic-attributes.js';

/** Properties of traffic to whose values users can add. */
export const EXTENSIBLE_PROPERTIES = ['DOMAIN_NAME', 'CUSTOM_URL'] as const;

/** One object a property; its id is the property's name. Clients add and remove values by actions, not by writing the object. */
@Resource({
  doc: 'Values that users added to those that context profiles can match.',
  feature: 'security',
  at: [{ parent: Infra, collection: 'context-profiles/custom-attributes' }],
  fixedIds: EXTENSIBLE_PROPERTIES,
  internal: true,
})
export class PolicyCustomAttributes extends PolicyConfigResource {
  @Field('string', 'Property of the traffic that is compared.', { required: true, enum: EXTENSIBLE_PROPERTIES })
  key!: string;

  @Field('string', 'Type of the values.', { enum: ['STRING'], default: 'STRING' })
  datatype!: string;

  @Field('string', 'Values that were added; none are left once all are removed.', { array: true, required: true })
  value!: string[];

  @Field('string', 'Where the values come from: always from users.', { enum: ['CUSTOM', 'SYSTEM'], default: 'CUSTOM' })
  attribute_source!: string;

  @Field(() => ContextProfileAttributesMetadata, 'Remarks about the values.', { array: true })
  metadata?: ContextProfileAttributesMetadata[];

  @Field(() => PolicySubAttributes, 'Narrower properties.', { array: true })
  sub_attributes?: PolicySubAttributes[];
}

/** Where the values that users added to a property are kept. */
export function customAttributesPath(key: string): string {
  return `/infra/context-profiles/custom-attributes/${key}`;
}
