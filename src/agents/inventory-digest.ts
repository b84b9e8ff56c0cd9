import { lanesOf, SetHash } from '../realization/digest.js';
import { Interface, Machine } from './session.pb.js';

/**
 * Digest of a node's whole inventory. Both ends compute it, so that a node whose inventory the manager already knows does not
 * report it again. It is over the serialised messages, which are equal where their content is: they hold no maps.
 */
export function inventoryDigest(machines: Iterable<Machine>, interfaces: Iterable<Interface>, tunnelAddresses: readonly string[]): string {
  const hash = new SetHash();
  for (const machine of machines) hash.add(lanesOf(Machine.encode(machine).finish()));
  for (const entry of interfaces) hash.add(lanesOf(Interface.encode(entry).finish()));
  hash.add(lanesOf(tunnelAddresses.join('\n')));
  return hash.toString();
}
