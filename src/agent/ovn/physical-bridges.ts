import { hashOf, OWN_PORT } from './names.js';
import type { OvsdbOperation } from './ovsdb-client.js';
import { asSet, encodeMap, encodeSet, encodeUuid, entryOf } from './ovsdb-values.js';
import type { PresentRows } from './row-difference.js';
import { portJoined, portMade, portsGone } from './switch-ports.js';

/**
 * Between OVN's bridge and that of a physical network there is one of ours, because OVN cannot leave packets to an address of its router
 * ports to anyone else: here they are taken out on the way (`bgp-flows.ts`). On a bridge that is not ours there is but the end of a patch.
 */

/** Says in `external_ids` of a bridge that it is ours, and which transport zone it is for. */
const ZONE = 'heddle-zone';

/** Names of the bridge of a transport zone, and of the port through which it reaches the physical network. */
export function physicalBridge(zone: string): { readonly name: string; readonly outside: string } {
  const name = `heddle-${hashOf(zone, 8)}`;
  return { name, outside: `${name}-outside` };
}

/**
 * What leads from the bridges of ours that are there to those that are to be there.
 * @param bridges bridges to physical networks, by transport zone; all of them are there
 */
export function physicalBridgeOperations(present: PresentRows, bridges: ReadonlyMap<string, string>): OvsdbOperation[] {
  const rows = [...present.rows('Bridge')];
  const ours = new Map(rows.flatMap(([uuid, row]) => (entryOf(row.external_ids, ZONE) === undefined ? [] : [[String(row.name), uuid] as const])));
  const wanted = new Map([...bridges].map(([zone, bridge]) => [physicalBridge(zone).name, { zone, bridge }]));
  const operations: OvsdbOperation[] = [];
  for (const [name, uuid] of ours) {
    if (wanted.has(name)) continue;
    operations.push({ op: 'mutate', table: 'Open_vSwitch', where: [], mutations: [['bridges', 'delete', encodeSet([encodeUuid(uuid)])]] });
    operations.push(...portsGone(present, new Set([`${name}-inside`])));
  }
  let number = 0;
  for (const [name, { zone, bridge }] of wanted) {
    number += 1;
    const [inside, outside] = [`${name}-inside`, physicalBridge(zone).outside];
    const ends = portNames(present, bridge);
    if (ours.has(name) && ends.has(inside)) continue;
    const patch = (end: string, peer: string, id: string): OvsdbOperation[] =>
      portMade(id, { name: end, type: 'patch', options: encodeMap([['peer', peer]]), external_ids: encodeMap([[OWN_PORT, 'patch']]) });
    // The administrator's bridge may be another one by now.
    operations.push(...portsGone(present, new Set([inside])), ...patch(inside, outside, `inside${number}`), portJoined(bridge, `inside${number}`));
    if (ours.has(name)) continue;
    const datapath = String(rows.find(([, row]) => row.name === bridge)?.[1].datapath_type ?? '');
    operations.push(...patch(outside, inside, `outside${number}`), ...portMade(`local${number}`, { name, type: 'internal' }), {
      op: 'insert',
      table: 'Bridge',
      'uuid-name': `bridge${number}`,
      row: {
        name,
        datapath_type: datapath,
        external_ids: encodeMap([[ZONE, zone]]),
        ports: encodeSet([
          ['named-uuid', `portoutside${number}`],
          ['named-uuid', `portlocal${number}`],
        ]),
      },
    });
    operations.push({ op: 'mutate', table: 'Open_vSwitch', where: [], mutations: [['bridges', 'insert', encodeSet([['named-uuid', `bridge${number}`]])]] });
  }
  // ovs-vswitchd looks at what is new when this number is.
  return operations.length === 0 ? [] : [...operations, { op: 'mutate', table: 'Open_vSwitch', where: [], mutations: [['next_cfg', '+=', 1]] }];
}

function portNames(present: PresentRows, bridge: string): Set<string> {
  const row = [...present.rows('Bridge').values()].find(({ name }) => name === bridge);
  return new Set(asSet(row?.ports).map((uuid) => String(present.rows('Port').get(String(uuid))?.name)));
}
