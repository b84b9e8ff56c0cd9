import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';
import { ContextProfileAttributesMetadata, PolicySubAttributes, TRAFFIC_PROPERTIES } from './traffic-attributes.js';

const ACTIONS = ['ALLOW', 'REJECT', 'REJECT_WITH_RESPONSE'] as const;

@Resource<L7AccessProfile>({
  doc: 'What a gateway does with connections by their payload: entries, and an action for the rest.',
  unrealized: { reason: 'Gateways do not look into connections. Use rules by address and service, or rules of an HTTP virtual server.' },
  feature: 'security',
  at: [{ parent: Infra, collection: 'l7-access-profiles' }],
  patchAnswers: true,
  figures: ({ path }, view) => ({ entry_count: view.count(path, 'L7AccessEntry') }),
})
export class L7AccessProfile extends PolicyConfigResource {
  @Field('string', 'What becomes of traffic that no entry matches.', { enum: ACTIONS })
  default_action?: string;

  @Field('boolean', 'Whether such traffic is logged.')
  default_action_logged?: boolean;

  @Field('integer', 'Number of entries.', { readOnly: true })
  entry_count?: number;
}

class L7AccessAttributes {
  @Field('string', 'Property of the traffic that is compared.', { enum: TRAFFIC_PROPERTIES })
  key?: string;

  @Field('string', 'Type of the values.', { enum: ['STRING'] })
  datatype?: string;

  @Field('string', 'Values of which one must be found.', { array: true })
  value?: string[];

  @Field('string', 'Whether the values come from the list of the system or from a user.', { enum: ['SYSTEM', 'CUSTOM'] })
  attribute_source?: string;

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

@Resource({
  doc: 'One line of a layer-7 access profile: what the payload is, and what becomes of the connection.',
  feature: 'security',
  at: [{ parent: L7AccessProfile, collection: 'entries' }],
  patchAnswers: true,
  inline: { field: 'l7_access_entries', orderBy: 'sequence_number' },
})
export class L7AccessEntry extends PolicyConfigResource {
  @Field('string', 'What becomes of the connection.', { enum: ACTIONS })
  action?: string;

  @Field(() => L7AccessAttributes, 'Properties that must all be true.', { array: true })
  attributes?: L7AccessAttributes[];

  @Field('boolean', 'Whether the entry is skipped.')
  disabled?: boolean;

  @Field('boolean', 'Whether matches are logged.')
  logged?: boolean;

  @Field('integer', 'Order within the profile: the lowest number is looked at first.', { default: 0 })
  sequence_number!: number;
}
