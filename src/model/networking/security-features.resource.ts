import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Tier1 } from './tier1.resource.js';

class SecurityFeature {
  @Field('string', 'Which inspection it is about.', { enum: ['MALWAREPREVENTION', 'IDFW', 'IDPS', 'TLS'] })
  feature?: string;

  @Field('boolean', 'Whether the inspection is asked for.')
  enable?: boolean;
}

@Resource({
  doc: 'Which inspections of traffic a tier-1 is asked for. It exists with the gateway.',
  unrealized: {
    reason: 'Traffic is not inspected. Use firewall rules by address, service and group.',
    where: ({ features = [] }: SecurityFeatures) => features.some(({ enable }) => enable === true),
  },
  feature: 'security',
  at: [{ parent: Tier1, singleton: 'security-config' }],
  patchAnswers: true,
  verbs: ['GET', 'PUT', 'PATCH'],
})
export class SecurityFeatures extends PolicyConfigResource {
  @Field(() => SecurityFeature, 'The inspections.', { array: true })
  features?: SecurityFeature[];
}
