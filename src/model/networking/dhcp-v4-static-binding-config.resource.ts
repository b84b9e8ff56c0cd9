import { parseAddress, parseBlock } from '../../shared/address.js';
import { Field } from '../field.js';
import type { AddressRange, Hooks } from '../hooks.js';
import { fieldProblem, type Problem } from '../problem.js';
import { Resource } from '../resource.js';
import { boundAddresses } from '../spaces.js';
import { leaseAroundBinding, leaseWithoutBinding } from './dhcp-leases.js';
import { DhcpV4Options } from './dhcp-options.js';
import { DhcpStaticBindingConfig } from './dhcp-static-binding-config.resource.js';
import type { Segment } from './segment.resource.js';

function addressOf({ ip_address: text }: DhcpV4StaticBindingConfig): AddressRange[] {
  const address = parseAddress(text);
  return address ? [{ family: address.family, low: address.value, high: address.value }] : [];
}

const hooks: Hooks<DhcpV4StaticBindingConfig> = {
  written(binding, view, before) {
    view.claim(boundAddresses(binding.parent_path), binding.path, addressOf(binding));
    leaseAroundBinding(binding, view, before);
  },
  check(binding, view) {
    const problems: Problem[] = [];
    for (const address of addressOf(binding)) {
      const other = view.overlap(boundAddresses(binding.parent_path), address, binding.path);
      if (other) problems.push(fieldProblem('ip_address', `is given out by ${other.owner} already: choose another address.`));
      const networks = (view.get<Segment>(binding.parent_path)?.subnets ?? []).flatMap(({ gateway_address: text }) => parseBlock(text ?? '') ?? []);
      const ipv4 = networks.filter(({ family }) => family === 4);
      if (ipv4.length > 0 && !ipv4.some(({ low, high }) => low < address.low && address.low < high)) {
        problems.push(fieldProblem('ip_address', 'lies outside the subnets of the segment: choose an address in one of them.'));
      }
    }
    return problems;
  },
  deleted: leaseWithoutBinding,
};

@Resource<DhcpV4StaticBindingConfig>({ doc: 'The IPv4 address that DHCP gives to one MAC address.', hooks })
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
