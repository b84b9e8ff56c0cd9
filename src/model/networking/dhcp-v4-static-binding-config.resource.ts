import { Field } from '../field.js';
import { Resource } from '../resource.js';
import { DhcpV4Options } from './dhcp-options.js';
import { DhcpStaticBindingConfig } from './dhcp-static-binding-config.resource.js';

@Resource({ doc: 'The IPv4 address that DHCP gives to one MAC address.' })
export class DhcpV4StaticBindingConfig extends DhcpStaticBindingConfig {
  @Field('string', 'MAC address of the workload.', { required: true, format: 'mac-address' })
  mac_address!: string;

  @Field('string', 'Address that it is given.', { required: true, format: 'ipv4' })
  ip_address!: string;

  @Field('string', 'Gateway that it is told; that of the segment where none is said.', { format: 'ipv4' })
  gateway_address?: string;

  @Field('string', 'Name that it is told it has.', { maxLength: 63, format: 'hostname-or-ip' })
  host_name?: string;

  @Field('integer', 'How long it keeps the address, in seconds.', { default: 86400, min: 60, max: 4294967295 })
  lease_time?: number;

  @Field(() => DhcpV4Options, 'Further options that it is told.')
  options?: DhcpV4Options;
}
