import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

@Resource({
  doc: 'Name servers that are asked for some domains, or for all.',
  feature: 'networking',
  at: [{ parent: Infra, collection: 'dns-forwarder-zones' }],
})
export class PolicyDnsForwarderZone extends PolicyConfigResource {
  @Field('string', 'Domains that these servers are asked for; none for a default zone.', { array: true, format: 'hostname' })
  dns_domain_names?: string[];

  @Field('string', 'The name servers, in order of preference.', { array: true, required: true, maxItems: 3, format: 'ipv4' })
  upstream_servers!: string[];

  @Field('string', 'Address that they are asked from; that of the listener where none is said.', { format: 'ipv4' })
  source_ip?: string;
}
