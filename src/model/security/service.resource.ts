import { cycleThrough } from '../../shared/cycle.js';
import { CODES } from '../error-codes.js';
import { Field } from '../field.js';
import type { IntentView } from '../hooks.js';
import { PolicyConfigResource } from '../policy-object.js';
import type { Problem } from '../problem.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';
import { type AnyServiceEntry, SERVICE_ENTRIES } from './service-entries.js';

@Resource<Service>({
  doc: 'A named set of protocols and ports that rules match.',
  feature: 'services',
  at: [{ parent: Infra, collection: 'services' }],
  hooks: { check },
})
export class Service extends PolicyConfigResource {
  @Field({ oneOf: () => SERVICE_ENTRIES }, 'What the service matches: any one of the entries is enough.', { array: true, maxItems: 50 })
  service_entries?: AnyServiceEntry[];

  @Field('string', 'Whether the entries are of layer 2 (`ETHER`) or above (`NON_ETHER`).')
  service_type?: string;

  @Field('boolean', 'Whether the service came with the system.', { readOnly: true, default: false })
  is_default!: boolean;
}

/** A service must not nest itself, however far down. */
function check(service: Service, view: IntentView): readonly Problem[] {
  const circle = cycleThrough(service.path, (path) => nestedIn(view.get<Service>(path)));
  if (!circle) return [];
  const message = `${service.path} would nest itself: ${circle.join(' has ')}. Take one of these out.`;
  return [{ status: 400, code: CODES.conflict, field: 'service_entries', message }];
}

function nestedIn(service: Service | undefined): string[] {
  return (service?.service_entries ?? []).flatMap((entry) => ('nested_service_path' in entry ? entry.nested_service_path : []));
}
