import type { ForwardingView } from '../forwarding-view.js';
import type { Learned } from '../known-addresses.js';
import type { OvsdbReplica } from './ovsdb-replica.js';

/**
 * What OVN has learned of a switch: where it saw MAC addresses that no port was told to have, and what its routers there were told when
 * they asked for addresses. @throws Error where the database does not answer
 */
export async function learnedOf(view: ForwardingView, southbound: Pick<OvsdbReplica, 'rows' | 'transact'>, logicalSwitch: string): Promise<Learned> {
  const tunnelKey = view.switches.get(logicalSwitch)?.tunnelKey;
  if (tunnelKey === undefined) return { macs: [], resolutions: [] };
  // Too many to be kept, where nobody asks for them.
  const [answer] = await southbound.transact([{ op: 'select', table: 'FDB', where: [['dp_key', '==', tunnelKey]], columns: ['mac', 'port_key'] }]);
  const gateways = new Set((view.routerPortsOfSwitch.get(logicalSwitch) ?? []).map(({ key }) => key));
  return {
    macs: (answer?.rows ?? []).map(({ mac, port_key: key }) => ({ mac: String(mac), tunnelKey: Number(key) })),
    resolutions: [...southbound.rows('MAC_Binding').values()]
      .filter(({ logical_port: port }) => gateways.has(String(port)))
      .map(({ ip, mac }) => ({ ip: String(ip), mac: String(mac) })),
  };
}
