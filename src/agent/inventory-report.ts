import type { DeadMember, Interface, InventoryReport, Machine } from '../agents/session.pb.js';
import type { EngineInventory } from './engine.js';

/** A report of everything. */
export function wholeInventory({ machines, interfaces, deadMembers, tunnelAddresses }: EngineInventory): InventoryReport {
  return {
    full: true,
    machines: [...machines],
    machinesGone: [],
    interfaces: [...interfaces],
    interfacesGone: [],
    deadMembers: [...deadMembers],
    deadMembersGone: [],
    tunnelAddresses: [...tunnelAddresses],
  };
}

/** What changed from one inventory to the next; undefined: nothing. */
export function inventoryDifference(before: EngineInventory, now: EngineInventory): InventoryReport | undefined {
  const machines = changedIn<Machine>(before.machines, now.machines);
  const interfaces = changedIn<Interface>(before.interfaces, now.interfaces);
  const deadMembers = changedIn<DeadMember>(before.deadMembers, now.deadMembers);
  const sameTunnels = before.tunnelAddresses.join() === now.tunnelAddresses.join();
  if (sameTunnels && [machines, interfaces, deadMembers].every(({ changed, gone }) => changed.length + gone.length === 0)) return undefined;
  return {
    full: false,
    machines: machines.changed,
    machinesGone: machines.gone,
    interfaces: interfaces.changed,
    interfacesGone: interfaces.gone,
    deadMembers: deadMembers.changed,
    deadMembersGone: deadMembers.gone,
    tunnelAddresses: [...now.tunnelAddresses],
  };
}

function changedIn<T extends { readonly externalId: string }>(before: readonly T[], now: readonly T[]): { changed: T[]; gone: string[] } {
  const known = new Map(before.map((entry) => [entry.externalId, entry]));
  const changed = now.filter((entry) => JSON.stringify(known.get(entry.externalId)) !== JSON.stringify(entry));
  for (const { externalId } of now) known.delete(externalId);
  return { changed, gone: [...known.keys()] };
}
