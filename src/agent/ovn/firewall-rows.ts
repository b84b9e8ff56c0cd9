import { EVERYWHERE } from '../../realization/groups/port-groups.js';
import { ResourceKind } from '../../realization/resources.pb.js';
import { accessListRows, FIRST_PRIORITY } from './access-lists.js';
import { partOf } from './match.js';
import { addressSetName, portGroupName, type SetPart } from './names.js';
import { References, type WantedRow } from './rows.js';
import { WATCHER } from './site.js';
import type { ZoneDraft } from './zone-draft.js';

/** The distributed firewall: address sets, the node's own ports of each group, and the rules as access lists of these groups. */
export function firewallRows(draft: ZoneDraft): void {
  for (const { key, body } of draft.resources) {
    if (body?.$case === 'addressSet') addressSetRows(draft, key, body.value.addresses);
    if (body?.$case === 'portGroup') portGroupRow(draft, key);
  }
  accessListRows(draft, {
    sets: draft.view.distributedRules,
    groupsOf: ({ appliedTo }) => appliedTo.filter((group) => draft.view.portGroups.has(group)),
    everywhere: EVERYWHERE,
  });
  watcherRows(draft);
}

/** The node's own monitors come through, as they would if OVN did it itself: a rule that stops them would make every member a dead one. */
function watcherRows(draft: ZoneDraft): void {
  const [balancer] = draft.watchedPorts.values();
  if (balancer === undefined || draft.view.distributedRules.length === 0) return;
  const owner = { kind: ResourceKind.LAYER4_BALANCER, key: balancer };
  const name = portGroupName(WATCHED);
  draft.rows.push(
    { table: 'Port_Group', name, owner, columns: { name, ports: new References('Logical_Switch_Port', [...draft.watchedPorts.keys()].sort()) } },
    ...([4, 6] as const).map((family): WantedRow => {
      const match = `outport == @${name} && tcp && ip${family}.src == ${WATCHER[family]}`;
      return {
        table: 'ACL',
        name: `${WATCHED} ${family}`,
        owner,
        within: { table: 'Port_Group', name, column: 'acls' },
        columns: { priority: FIRST_PRIORITY, direction: 'to-lport', match, action: 'allow-related', log: false, severity: [], name: [] },
      };
    }),
  );
}

/** Names what lets monitors through. */
const WATCHED = '#watched';

/** A set is there in both families also where it has addresses of one only, so that rules need not change when it gets some. */
function addressSetRows(draft: ZoneDraft, key: string, addresses: readonly string[]): void {
  const parts = new Map<SetPart, string[]>([
    [4, []],
    [6, []],
    ['mac', []],
  ]);
  for (const address of addresses) parts.get(partOf(address))?.push(address);
  for (const [part, elements] of parts) {
    const name = addressSetName(key, part);
    draft.rows.push({ table: 'Address_Set', name, owner: { kind: ResourceKind.ADDRESS_SET, key }, columns: { name, addresses: elements } });
  }
}

function portGroupRow(draft: ZoneDraft, key: string): void {
  const name = portGroupName(key);
  const members = draft.localPortsOfGroup(key);
  draft.rows.push({
    table: 'Port_Group',
    name,
    owner: { kind: ResourceKind.PORT_GROUP, key },
    columns: { name, ports: new References('Logical_Switch_Port', members) },
  });
}
