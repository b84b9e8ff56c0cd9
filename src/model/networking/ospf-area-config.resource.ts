import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { OspfRoutingConfig } from './ospf-routing-config.resource.js';

class OspfAuthenticationConfig {
  @Field('string', 'How neighbours prove that they belong here.', { enum: ['NONE', 'PASSWORD', 'MD5'], default: 'NONE' })
  mode?: string;

  @Field('string', 'Secret that they share.', { secret: true, maxLength: 16, pattern: '^[\\x21-\\x7e]*$' })
  secret_key?: string;

  @Field('integer', 'Number of the secret, for MD5.', { min: 1, max: 255 })
  key_id?: number;
}

@Resource({
  doc: 'An area of OSPF that uplinks of a tier-0 belong to.',
  unrealized: { reason: 'OSPF does not run. Use BGP or static routes towards the physical network.' },
  feature: 'networking',
  at: [{ parent: OspfRoutingConfig, collection: 'areas' }],
  patchAnswers: true,
})
export class OspfAreaConfig extends PolicyConfigResource {
  @Field('string', 'Number of the area, plain or dotted.', { required: true, pattern: '^(\\d{1,10}|\\d{1,3}(\\.\\d{1,3}){3})$' })
  area_id!: string;

  @Field('string', 'Whether the area takes in all routes or keeps external ones out.', { enum: ['NORMAL', 'NSSA'], default: 'NORMAL' })
  area_type?: string;

  @Field(() => OspfAuthenticationConfig, 'How neighbours in the area prove that they belong here.')
  authentication?: OspfAuthenticationConfig;
}
