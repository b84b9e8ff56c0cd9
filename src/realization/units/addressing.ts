import type { IpAddressAllocation } from '../../model/addressing/ip-address-allocation.resource.js';
import { NOTHING, type Output } from '../output.js';
import type { Reads } from './reads.js';

/** An address of a pool concerns no node: it is realized once the write took it, and in error while the pool has none to give. */
export function ipAddressAllocationUnit(reads: Reads, path: string): Output {
  const allocation = reads.intent.object<IpAddressAllocation>(path);
  if (!allocation) return NOTHING;
  const { allocated_ip: allocated, allocation_ip: wish, parent_path: pool } = allocation;
  if (allocated !== undefined) return { ...NOTHING, attributes: [{ key: 'allocation_ip', values: [allocated] }] };
  const what = wish === undefined ? 'no free address' : `no ${wish} to give: it is outside the subnets of the pool, or another allocation has it`;
  return {
    ...NOTHING,
    problems: [{ code: 'ADDRESS_MISSING', reason: `The pool ${pool} has ${what}. The allocation takes its address when the pool has it.` }],
  };
}
