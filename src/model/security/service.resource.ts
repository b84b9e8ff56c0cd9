import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';
import { type AnyServiceEntry, SERVICE_ENTRIES } from './service-entries.js';

@Resource({
  doc: 'A named set of protocols and ports that rules match.',
  feature: 'services',
  at: [{ parent: Infra, collection: 'services' }],
})
export class Service extends PolicyConfigResource {
  @Field({ oneOf: () => SERVICE_ENTRIES }, 'What the service matches: any one of the entries is enough.', { array: true, maxItems: 50 })
  service_entries?: AnyServiceEntry[];

  @Field('string', 'Whether the entries are of layer 2 (`ETHER`) or above (`NON_ETHER`).')
  service_type?: string;

  @Field('boolean', 'Whether the service came with the system.', { readOnly: true, default: false })
  is_default!: boolean;
}
