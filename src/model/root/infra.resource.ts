import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';

class FederationConnectivityConfig {
  @Field('string', 'Identifier of the global manager; empty here.')
  global_manager_id?: string;
}

@Resource({
  doc: 'The root of all policy intent of this manager.',
  feature: 'system',
  at: [{ root: 'infra' }],
  verbs: ['GET', 'PATCH', 'PUT'],
})
export class Infra extends PolicyConfigResource {
  @Field('string', 'Domain that connects to other sites.')
  domain?: string;

  @Field(() => FederationConnectivityConfig, 'How this manager takes part in a federation.')
  federation_config?: FederationConnectivityConfig;
}
