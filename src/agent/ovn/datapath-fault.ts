import type { OvsdbOperation } from './ovsdb-client.js';
import { encodeUuid, entryOf, putEntries } from './ovsdb-values.js';
import type { PresentRows } from './row-difference.js';

/**
 * The datapath in userspace of some releases of Open vSwitch fails (`conn_update_state`, an assertion) when a connection without translation
 * uses the ports of one that has expired and is not swept away yet. Such connections are entered twice only where ovn-controller commits them
 * with "all-zero" source translation, which it does where the datapath says that it can. It can do without, and so the datapath is made to say
 * that it cannot, each time that the switch was started. Fixed by "conntrack: Remove nat_conn introducing key directionality".
 */
export function faultyDatapathAvoided(openVSwitch: PresentRows): OvsdbOperation[] {
  const [root] = openVSwitch.rows('Open_vSwitch').values();
  const userspace = entryOf(root?.datapaths, 'netdev');
  if (userspace === undefined || !isFaulty(String(root?.ovs_version ?? ''))) return [];
  if (entryOf(openVSwitch.rows('Datapath').get(userspace)?.capabilities, CAPABILITY) !== 'true') return [];
  return [{ op: 'mutate', table: 'Datapath', where: [['_uuid', '==', encodeUuid(userspace)]], mutations: putEntries('capabilities', [[CAPABILITY, 'false']]) }];
}

const CAPABILITY = 'ct_zero_snat';

/** First releases without the fault, by their series; older series have it, newer ones never had. */
const REPAIRED: ReadonlyMap<string, number> = new Map([
  ['2.17', 8],
  ['3.0', 5],
  ['3.1', 3],
  ['3.2', 3],
]);

function isFaulty(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  const repaired = REPAIRED.get(`${major}.${minor}`);
  return repaired === undefined ? major < 3 : patch < repaired;
}
