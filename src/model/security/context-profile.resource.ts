import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';
import { opensFurtherConnections } from './known-attributes.js';
import { ContextProfileAttributesMetadata, PolicySubAttributes, TRAFFIC_PROPERTIES } from './traffic-attributes.js';

class PolicyAttributes {
  @Field('string', 'Property of the traffic that is compared.', { required: true, enum: TRAFFIC_PROPERTIES })
  key!: string;

  @Field('string', 'Type of the values.', { required: true, enum: ['STRING'] })
  datatype!: string;

  @Field('string', 'Values of which one must be found.', { array: true, required: true, minItems: 1 })
  value!: string[];

  @Field('string', 'Whether the values come from the list of the system or from a user.', { enum: ['SYSTEM', 'CUSTOM'], default: 'SYSTEM' })
  attribute_source!: string;

  @Field('boolean', 'Whether a part of a URL is enough for a match.')
  custom_url_partial_match?: boolean;

  @Field('string', 'Free text.')
  description?: string;

  @Field('boolean', 'Whether the application opens further connections that are followed.')
  isALGType?: boolean;

  @Field(() => ContextProfileAttributesMetadata, 'Remarks about the values.', { array: true })
  metadata?: ContextProfileAttributesMetadata[];

  @Field(() => PolicySubAttributes, 'Narrower properties of one application.', { array: true })
  sub_attributes?: PolicySubAttributes[];
}

@Resource<PolicyContextProfile>({
  doc: 'What the payload of a connection must be for a rule to match: an application, a domain name, a kind of URL.',
  feature: 'security',
  at: [{ parent: Infra, collection: 'context-profiles' }],
  hooks: { complete },
})
export class PolicyContextProfile extends PolicyConfigResource {
  @Field(() => PolicyAttributes, 'Properties that must all be true.', { array: true, required: true })
  attributes!: PolicyAttributes[];
}

function complete(draft: PolicyContextProfile): void {
  for (const attribute of draft.attributes) {
    if (attribute.key === 'APP_ID') attribute.isALGType ??= attribute.value.some(opensFurtherConnections);
  }
}
