import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Tier0 } from './tier0.resource.js';

class Tier0SecurityFeature {
  @Field('string', 'Which inspection it is about.', { enum: ['IDFW', 'IDPS'] })
  feature?: string;

  @Field('boolean', 'Whether the inspection is asked for.')
  enable?: boolean;
}

@Resource({
  doc: 'Which inspections of traffic a tier-0 is asked for. It exists with the gateway.',
  unrealized: {
    reason: 'Traffic is not inspected. Use firewall rules by address, service and group.',
    where: ({ features = [] }: Tier0SecurityFeatures) => features.some(({ enable }) => enable === true),
  },
  feature: 'security',
  at: [{ parent: Tier0, singleton: 'security-config' }],
  patchAnswers: true,
  verbs: ['GET', 'PUT', 'PATCH'],
})
export class Tier0SecurityFeatures extends PolicyConfigResource {
  @Field(() => Tier0SecurityFeature, 'The inspections.', { array: true })
  features?: Tier0SecurityFeature[];
}
