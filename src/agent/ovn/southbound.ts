import type { OvsdbOperation } from './ovsdb-client.js';
import { asMap, asSet, encodeMap, encodeSet, encodeUuid, entryOf } from './ovsdb-values.js';
import type { PresentRows } from './row-difference.js';
import type { Zone } from './zone.js';

/**
 * The southbound database belongs to OVN, except for what lies beyond the zone, which nothing in the zone can know: which other
 * nodes there are, and which of them hold the ports that are remote. The other nodes become chassis before a port names them, and
 * go after the last one that does.
 */

export const SOUTHBOUND_TABLES = ['Chassis', 'Chassis_Private', 'Encap', 'Port_Binding', 'MAC_Binding'] as const;

/** Says in `external_ids` of a chassis that it is one of ours. */
const PEER = 'heddle-peer';

/** What makes the nodes of a zone known that are not, or are at another address than before. */
export function newPeers(southbound: PresentRows, { peers }: Pick<Zone, 'peers'>, node: string): OvsdbOperation[] {
  const own = [...southbound.rows('Chassis').values()].find(({ name }) => name === node);
  if (!own) return [];
  // What this node's OVN can do is taken as what the others can: northd uses only what all chassis of its zone can.
  const abilities = asMap(own.other_config);
  const known = peerChassis(southbound);
  const operations: OvsdbOperation[] = [];
  for (const [name, address] of peers) {
    const present = known.get(name);
    if (present?.address === address && sameMap(present.abilities, abilities)) continue;
    if (present) operations.push(removal(present.uuid));
    const encap = `encap${operations.length}`;
    operations.push(
      { op: 'insert', table: 'Encap', 'uuid-name': encap, row: { type: 'geneve', ip: address, chassis_name: name, options: encodeMap([['csum', 'true']]) } },
      {
        op: 'insert',
        table: 'Chassis',
        row: { name, encaps: encodeSet([['named-uuid', encap]]), other_config: encodeMap(abilities), external_ids: encodeMap([[PEER, 'true']]) },
      },
    );
  }
  return operations;
}

/**
 * What binds remote ports to the nodes that hold them, and forgets nodes that are no longer of the zone. ovn-northd knows which
 * chassis was asked for, but up to OVN 23.03 does not bind the port, so that nothing would be sent there.
 */
export function bindings(southbound: PresentRows, { peers, remotePorts }: Pick<Zone, 'peers' | 'remotePorts'>): OvsdbOperation[] {
  const known = peerChassis(southbound);
  const operations: OvsdbOperation[] = [];
  for (const [uuid, row] of southbound.rows('Port_Binding')) {
    const node = remotePorts.get(String(row.logical_port));
    const chassis = node === undefined ? undefined : known.get(node)?.uuid;
    if (chassis === undefined || asSet(row.chassis)[0] === chassis) continue;
    operations.push({ op: 'update', table: 'Port_Binding', where: [['_uuid', '==', encodeUuid(uuid)]], row: { chassis: encodeSet([encodeUuid(chassis)]) } });
  }
  for (const [name, { uuid }] of known) if (!peers.has(name)) operations.push(removal(uuid));
  return operations;
}

interface PeerChassis {
  readonly uuid: string;
  readonly address: string | undefined;
  readonly abilities: ReadonlyMap<string, unknown>;
}

function peerChassis(southbound: PresentRows): Map<string, PeerChassis> {
  const known = new Map<string, PeerChassis>();
  for (const [uuid, row] of southbound.rows('Chassis')) {
    if (entryOf(row.external_ids, PEER) === undefined) continue;
    const encap = southbound.rows('Encap').get(String(asSet(row.encaps)[0]));
    known.set(String(row.name), { uuid, address: encap && String(encap.ip), abilities: asMap(row.other_config) });
  }
  return known;
}

function removal(uuid: string): OvsdbOperation {
  return { op: 'delete', table: 'Chassis', where: [['_uuid', '==', encodeUuid(uuid)]] };
}

function sameMap(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}
