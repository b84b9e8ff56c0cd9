import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

@Resource({
  doc: 'Settings that virtual switches of many nodes share.',
  unrealized: { reason: 'Network cards and uplinks of a node are not set up from here. Set them up on the node; its agent uses them as they are.' },
  feature: 'fabric',
  abstract: true,
  at: [{ parent: Infra, collection: 'host-switch-profiles' }],
  patchAnswers: true,
})
export abstract class PolicyBaseHostSwitchProfile extends PolicyConfigResource {
  @Field('string', 'What a node must be able to do to use the profile.', { array: true })
  required_capabilities?: string[];
}
