import { formatAddress, parseAddress } from '../../shared/address.js';
import { Field } from '../field.js';
import type { WriteView } from '../hooks.js';
import { PolicyConfigResource, type PolicyObject } from '../policy-object.js';
import { Resource } from '../resource.js';
import { poolAddresses, poolQueue } from '../spaces.js';
import { IpAddressPool } from './ip-address-pool.resource.js';
import { allocatableRanges, type PoolSubnet } from './pool-ranges.js';

@Resource<IpAddressAllocation>({
  doc: 'One address of a pool, taken for as long as this object exists.',
  feature: 'addressing',
  at: [{ parent: IpAddressPool, collection: 'ip-allocations' }],
  hooks: { complete: allocate, deleted: (allocation, view) => serveQueue(allocation.parent_path, view) },
})
export class IpAddressAllocation extends PolicyConfigResource {
  @Field('string', 'Address that is wished for; the lowest free one where left out.', { immutable: true, format: 'ip' })
  allocation_ip?: string;

  @Field('string', 'Address that was allocated; absent while the pool has none to give.', { readOnly: true, format: 'ip' })
  allocated_ip?: string;

  @Field('boolean', 'Whether a write is to be realized before it is answered.')
  sync_realization?: boolean;
}

/**
 * Takes the address in the write itself. What the pool cannot give (a wish outside its subnets, one that another allocation has,
 * any when all are taken) is accepted all the same: the allocation is in error until its turn comes, because clients create an
 * allocation beside the subnet that will hold it, in either order.
 */
function allocate(draft: IpAddressAllocation, view: WriteView): void {
  const queue = poolQueue(draft.parent_path);
  draft.allocated_ip ??= take(draft, view);
  if (draft.allocated_ip === undefined) view.take(queue.space, draft.path, queue.low, queue.high);
  else view.release(draft.path, queue.space);
}

function take({ path, parent_path: pool, allocation_ip: wish }: IpAddressAllocation, view: WriteView): string | undefined {
  const wished = wish === undefined ? undefined : parseAddress(wish);
  for (const subnet of view.children<PoolSubnet>(pool, 'IpAddressPoolSubnet')) {
    for (const { family, low, high } of allocatableRanges(subnet)) {
      if (wished && (wished.family !== family || wished.value < low || wished.value > high)) continue;
      const taken = view.take(poolAddresses(pool), path, low, high, wished?.value);
      if (taken !== undefined) return formatAddress(family, taken);
    }
  }
  return undefined;
}

/** Gives addresses of a pool that became free to the allocations that wait for one. */
export function serveQueue(poolPath: string, view: WriteView): void {
  const { space, low, high } = poolQueue(poolPath);
  for (let from = low; ; ) {
    const next = view.overlap(space, { family: 4, low: from, high }, '');
    if (!next) return;
    const waiting = view.get<PolicyObject>(next.owner);
    if (waiting) view.put(next.owner, { ...waiting });
    from = next.high + 1n;
  }
}
