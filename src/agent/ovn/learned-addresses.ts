import type { PresentRows } from './row-difference.js';
import type { ZoneDraft } from './zone-draft.js';

/**
 * Addresses of workloads that nobody stated. A workload that looks for its gateway tells it where it is, and the distributed router of
 * its node notes that; the routers of other nodes would ask for it in vain, because what one zone has learned no other knows. So it is
 * reported as an address of the interface, and comes back as one of the port, to every node.
 */

/** Interfaces of this node by the router port that they have as gateway and their MAC address. */
export type NeighbourNames = ReadonlyMap<string, string>;

export function neighbourNames({ view, node }: Pick<ZoneDraft, 'view' | 'node'>): NeighbourNames {
  const names = new Map<string, string>();
  for (const port of view.ports.values()) {
    if (port.node !== node) continue;
    for (const gateway of view.routerPortsOfSwitch.get(port.logicalSwitch) ?? [])
      for (const { mac } of port.addresses) names.set(nameOf(gateway.key, mac), port.attachmentId);
  }
  return names;
}

/** What the routers of this node have learned, by the interface's attachment. */
export function learnedAddresses(southbound: PresentRows, names: NeighbourNames): ReadonlyMap<string, readonly string[]> {
  const learned = new Map<string, string[]>();
  for (const { logical_port: routerPort, mac, ip } of southbound.rows('MAC_Binding').values()) {
    const attachment = names.get(nameOf(String(routerPort), String(mac)));
    if (attachment === undefined || isLinkLocal(String(ip))) continue;
    learned.set(attachment, [...(learned.get(attachment) ?? []), String(ip)]);
  }
  for (const addresses of learned.values()) addresses.sort();
  return learned;
}

function nameOf(routerPort: string, mac: string): string {
  return `${routerPort} ${mac.toLowerCase()}`;
}

/** These are the same on every link, and say nothing. */
function isLinkLocal(address: string): boolean {
  return address.toLowerCase().startsWith('fe80:');
}
