import { hashOf, INTEGRATION_BRIDGE, OWN_PORT } from './names.js';
import { ownInterfaces, plugIn, unplug } from './open-vswitch.js';
import type { OvsdbReplica } from './ovsdb-replica.js';
import { alone, type RelayLeg } from './site.js';
import type { Cable } from './site-namespace.js';

/** Legs of relays, as interfaces of the machine. */

const PURPOSE = 'relay';

/**
 * The cable of a leg. It has the gateway's addresses without their network, so that only what is sent by it on purpose leaves that way. It
 * answers to nobody who asks for these, since the gateway is elsewhere; and requests are taken that clients send from an address, to which
 * the way back is another.
 */
export function legCable({ key, mac, relays }: RelayLeg): Cable {
  const hash = hashOf(key, 12);
  const inside = `leg${hash}`;
  const four = ['forwarding=0', 'rp_filter=2', 'arp_ignore=8'].map((setting) => `net.ipv4.conf.${inside}.${setting}`);
  const six = ['forwarding=0', 'accept_ra=0', 'accept_dad=0'].map((setting) => `net.ipv6.conf.${inside}.${setting}`);
  return { outside: `hl${hash}`, inside, mac, addresses: relays.map(({ gateway }) => alone(gateway)), gateways: [], settings: [...four, ...six] };
}

export async function plugLegs(ovs: OvsdbReplica, legs: readonly RelayLeg[]): Promise<void> {
  for (const leg of legs) await plugIn(ovs, INTEGRATION_BRIDGE, legCable(leg).outside, { 'iface-id': leg.key, [OWN_PORT]: PURPOSE });
}

/** A cable ends with its namespace, its port in the switch does not. */
export async function unplugOtherLegs(ovs: OvsdbReplica, legs: readonly RelayLeg[]): Promise<void> {
  const wanted = new Set(legs.map((leg) => legCable(leg).outside));
  for (const name of ownInterfaces(ovs, PURPOSE)) if (!wanted.has(name)) await unplug(ovs, name);
}
