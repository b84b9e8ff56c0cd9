import { Field } from '../field.js';
import { Resource } from '../resource.js';
import { addressProblems, connectInterface, GatewayInterface } from './gateway-interface.js';
import { LocaleServices } from './locale-services.resource.js';
import { Tier1 } from './tier1.resource.js';

@Resource<Tier1Interface>({
  doc: 'A service interface of a tier-1 on a segment that it is not the gateway of.',
  feature: 'networking',
  at: [{ parent: LocaleServices, collection: 'interfaces', within: Tier1 }],
  hooks: { written: connectInterface, check: addressProblems },
})
export class Tier1Interface extends GatewayInterface {
  @Field('string', 'Policy path of the segment that the interface attaches to.', { required: true, refs: { to: ['Segment'] } })
  segment_path!: string;
}
