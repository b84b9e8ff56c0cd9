import { Field } from '../field.js';
import type { FiguresView } from '../hooks.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';
import { poolAddresses, poolQueue } from '../spaces.js';
import { allocatableRanges, type PoolSubnet } from './pool-ranges.js';

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

@Resource<IpAddressPool>({
  doc: 'A stock of addresses, in subnets, from which single ones are allocated.',
  feature: 'addressing',
  at: [{ parent: Infra, collection: 'ip-pools' }],
  figures: ({ path }, view) => ({ pool_usage: usage(path, view) }),
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

function usage(path: string, view: FiguresView): PolicyPoolUsage {
  const ranges = view.children<PoolSubnet>(path, 'IpAddressPoolSubnet').flatMap(allocatableRanges);
  const total = ranges.reduce((sum, { low, high }) => sum + high - low + 1n, 0n);
  const requested = view.count(path, 'IpAddressAllocation');
  return {
    total_ips: Number(total),
    available_ips: Number(total - view.claimed(poolAddresses(path))),
    requested_ip_allocations: requested,
    allocated_ip_allocations: requested - Number(view.claimed(poolQueue(path).space)),
  };
}
