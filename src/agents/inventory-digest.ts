import { lanesOf, SetHash } from '../realization/digest.js';
import { DeadMember, Interface, Machine } from './session.pb.js';

export interface DigestedInventory {
  readonly machines: Iterable<Machine>;
  readonly interfaces: Iterable<Interface>;
  readonly deadMembers: Iterable<DeadMember>;
  readonly tunnelAddresses: readonly string[];
}

/**
 * Digest of a node's whole inventory. Both ends compute it, so that a node whose inventory the manager already knows does not
 * report it again. It is over the serialised messages, which are equal where their content is: they hold no maps.
 */
export function inventoryDigest({ machines, interfaces, deadMembers, tunnelAddresses }: DigestedInventory): string {
  const hash = new SetHash();
  for (const machine of machines) hash.add(lanesOf(Machine.encode(machine).finish()));
  for (const entry of interfaces) hash.add(lanesOf(Interface.encode(entry).finish()));
  for (const member of deadMembers) hash.add(lanesOf(DeadMember.encode(member).finish()));
  hash.add(lanesOf(tunnelAddresses.join('\n')));
  return hash.toString();
}
