import { INTEGRATION_BRIDGE, OWN_PORT } from './names.js';
import type { OvsdbOperation } from './ovsdb-client.js';
import { encodeMap, encodeUuid, entryOf } from './ovsdb-values.js';
import type { PresentRows } from './row-difference.js';
import { portJoined, portMade, portsGone } from './switch-ports.js';

/** Cables between two switch ports of the zone, as pairs of ports of the integration bridge: what goes into one comes out of the other. */

export interface Cable {
  /** Up to 13 characters, unique on the machine. */
  readonly name: string;
  /** The switch ports that it joins. */
  readonly ends: readonly [string, string];
}

const KIND = 'cable';

/** What lays the cables that are not there, in the database of Open vSwitch. */
export function layCables(openVSwitch: PresentRows, cables: readonly Cable[]): OvsdbOperation[] {
  const present = new Map([...openVSwitch.rows('Interface')].map(([uuid, row]) => [String(row.name), { uuid, row }]));
  const operations: OvsdbOperation[] = [];
  for (const { name, ends } of cables)
    for (const [at, end] of ends.entries()) {
      const [device, peer] = at === 0 ? [`${name}-0`, `${name}-1`] : [`${name}-1`, `${name}-0`];
      const found = present.get(device);
      const ids: [string, string][] = [
        ['iface-id', end],
        [OWN_PORT, KIND],
      ];
      if (found && entryOf(found.row.external_ids, 'iface-id') === end && entryOf(found.row.options, 'peer') === peer) continue;
      const row = { type: 'patch', options: encodeMap([['peer', peer]]), external_ids: encodeMap(ids) };
      if (found) {
        operations.push({ op: 'update', table: 'Interface', where: [['_uuid', '==', encodeUuid(found.uuid)]], row });
        continue;
      }
      const id = operations.length;
      operations.push(...portMade(id, { name: device, ...row }), portJoined(INTEGRATION_BRIDGE, id));
    }
  return operations;
}

/** What takes up the cables of ours that are no longer wanted. */
export function takeUpCables(openVSwitch: PresentRows, cables: readonly Cable[]): OvsdbOperation[] {
  const wanted = new Set(cables.flatMap(({ name }) => [`${name}-0`, `${name}-1`]));
  const stale = new Set<string>();
  for (const { name, external_ids: ids } of openVSwitch.rows('Interface').values())
    if (entryOf(ids, OWN_PORT) === KIND && !wanted.has(String(name))) stale.add(String(name));
  return portsGone(openVSwitch, stale);
}
