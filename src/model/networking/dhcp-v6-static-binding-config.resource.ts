import { Field } from '../field.js';
import { Resource } from '../resource.js';
import { leaseAroundBinding, leaseWithoutBinding } from './dhcp-leases.js';
import { DhcpStaticBindingConfig } from './dhcp-static-binding-config.resource.js';

@Resource<DhcpV6StaticBindingConfig>({
  doc: 'What DHCPv6 gives to one MAC address.',
  hooks: { written: leaseAroundBinding, deleted: leaseWithoutBinding },
})
export class DhcpV6StaticBindingConfig extends DhcpStaticBindingConfig {
  @Field('string', 'MAC address of the workload.', { required: true, format: 'mac-address' })
  mac_address!: string;

  @Field('string', 'Address that it is given.', { array: true, maxItems: 1, format: 'ipv6' })
  ip_addresses?: string[];

  @Field('integer', 'How long it keeps the address, in seconds.', { default: 86400, min: 60, max: 4294967295 })
  lease_time?: number;

  @Field('integer', 'How long the address is preferred for new connections, in seconds.', { min: 48, max: 4294967295 })
  preferred_time?: number;

  @Field('string', 'Name servers that it is told.', { array: true, maxItems: 2, format: 'ip' })
  dns_nameservers?: string[];

  @Field('string', 'Domains that it searches names in.', { array: true, format: 'hostname' })
  domain_names?: string[];

  @Field('string', 'Time servers that it is told.', { array: true, maxItems: 2, format: 'ipv6' })
  sntp_servers?: string[];
}
