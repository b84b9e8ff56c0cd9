import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

class PolicyPoolUsage {
  @Field('integer', 'Addresses in all subnets of the pool.', { readOnly: true })
  total_ips?: number;

  @Field('integer', 'Addresses that can still be allocated.', { readOnly: true })
  available_ips?: number;

  @Field('integer', 'Allocations that have their address.', { readOnly: true })
  allocated_ip_allocations?: number;

  @Field('integer', 'Allocations that were asked for.', { readOnly: true })
  requested_ip_allocations?: number;
}

@Resource({
  doc: 'A stock of addresses, in subnets, from which single ones are allocated.',
  feature: 'addressing',
  at: [{ parent: Infra, collection: 'ip-pools' }],
})
export class IpAddressPool extends PolicyConfigResource {
  @Field('boolean', 'Whether subnets of this pool must not overlap with those of other pools.', { default: false })
  check_overlap_with_existing_pools!: boolean;

  @Field('string', 'Versions of IP that the subnets have.', { readOnly: true, enum: ['IPV4', 'IPV6', 'DUAL'] })
  ip_address_type?: string;

  @Field('integer', 'How long a released address is not given to anyone else, in seconds.')
  ip_release_delay?: number;

  @Field(() => PolicyPoolUsage, 'How much of the pool is in use.', { readOnly: true })
  pool_usage?: PolicyPoolUsage;

  @Field('boolean', 'Whether a write is to be realized before it is answered.', { default: false })
  sync_realization!: boolean;

  @Field('string', 'Who may allocate: everyone, or only the owner.', { enum: ['PRIVATE', 'PUBLIC'] })
  visibility?: string;
}
