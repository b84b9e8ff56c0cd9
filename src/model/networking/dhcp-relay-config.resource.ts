import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

@Resource({
  doc: 'DHCP servers outside that requests of workloads are handed to.',
  feature: 'networking',
  at: [{ parent: Infra, collection: 'dhcp-relay-configs' }],
})
export class DhcpRelayConfig extends PolicyConfigResource {
  @Field('string', 'Addresses of the servers.', { array: true, required: true, maxItems: 8, format: 'ip' })
  server_addresses!: string[];
}
