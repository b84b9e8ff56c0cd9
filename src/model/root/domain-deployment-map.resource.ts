import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Domain } from './domain.resource.js';

@Resource({
  doc: 'Says that a domain is enforced at an enforcement point.',
  feature: 'security',
  at: [{ parent: Domain, collection: 'domain-deployment-maps' }],
})
export class DomainDeploymentMap extends PolicyConfigResource {
  @Field('string', 'Policy path of the enforcement point.', { required: true, refs: { to: ['EnforcementPoint'] } })
  enforcement_point_path!: string;
}
