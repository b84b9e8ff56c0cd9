import { type FirewallRule, FirewallRule_Action, type FirewallRuleSet, ResourceKind } from '../../realization/resources.pb.js';
import { isLayer2 } from '../../realization/units/firewall.js';
import type { Keyed } from '../forwarding-view.js';
import { isInForce } from '../simulated/schedule.js';
import { concerns, matchOf, partOf } from './match.js';
import { addressSetName, portGroupName, type SetPart } from './names.js';
import { References, type WantedRow } from './rows.js';
import { WATCHER } from './site.js';
import type { ZoneDraft } from './zone-draft.js';

/** Rules that a zone has priorities for. */
const PRIORITIES = 32_767;
const LONGEST_NAME = 63;

/**
 * The distributed firewall: address sets, the node's own ports of each group, and the rules as access lists of these groups. All
 * rules of a node are in one order, which their priorities say; equal rules of several groups have the same one.
 */
export function firewallRows(draft: ZoneDraft): void {
  for (const { key, body } of draft.resources) {
    if (body?.$case === 'addressSet') addressSetRows(draft, key, body.value.addresses);
    if (body?.$case === 'portGroup') portGroupRow(draft, key, body.value.ports);
  }
  for (const { key, rules } of draft.view.gatewayRules) {
    if (rules.some(({ action }) => action !== FirewallRule_Action.ALLOW)) {
      draft.refuse({ kind: ResourceKind.FIREWALL_RULE_SET, key }, 'this engine has no firewall on gateways yet: its rules can only allow');
    }
  }
  ruleRows(draft);
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
        columns: { priority: PRIORITIES, direction: 'to-lport', match, action: 'allow-related', log: false, severity: [], name: [] },
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

function portGroupRow(draft: ZoneDraft, key: string, ports: readonly string[]): void {
  const name = portGroupName(key);
  const members = ports.filter((port) => draft.view.ports.get(port)?.node === draft.node);
  draft.rows.push({
    table: 'Port_Group',
    name,
    owner: { kind: ResourceKind.PORT_GROUP, key },
    columns: { name, ports: new References('Logical_Switch_Port', members) },
  });
}

function ruleRows(draft: ZoneDraft): void {
  const inForce = draft.view.distributedRules.filter(({ schedule }) => isInForce(schedule, draft.at));
  let priority = PRIORITIES;
  /** What leaves the category that is being written, to be looked at by the next one. */
  let leaving: string[] = [];
  let category: number | undefined;
  for (const set of inForce) {
    if (set.category !== category) leaving = [];
    category = set.category;
    for (const rule of set.rules) {
      if (rule.attributes.length > 0) draft.limits.push(`${rule.key}: OVN does not look into traffic, so the rule is for all of its services`);
      const match = matchOf(rule, isLayer2(set.category) ? 2 : 3);
      if (leaves(rule, set)) {
        leaving = [...leaving, match];
        continue;
      }
      priority -= 1;
      if (priority <= 0) return draft.refuse({ kind: ResourceKind.FIREWALL_RULE_SET, key: set.key }, `OVN orders no more than ${PRIORITIES} rules`);
      const staying = leaving.map((one) => ` && !(${one})`).join('');
      for (const group of set.appliedTo) if (draft.view.portGroups.has(group)) accessRows(draft, set, rule, group, `${match}${staying}`, priority);
    }
  }
}

/** What an Ethernet rule lets pass is still looked at by the rules for IP; what jumps leaves its category for the next one. */
function leaves({ action }: FirewallRule, { category }: FirewallRuleSet): boolean {
  return action === FirewallRule_Action.JUMP_TO_APPLICATION || (action === FirewallRule_Action.ALLOW && isLayer2(category));
}

function accessRows(draft: ZoneDraft, set: Keyed<FirewallRuleSet>, rule: FirewallRule, group: string, match: string, priority: number): void {
  const groupName = portGroupName(group);
  for (const direction of ['from-lport', 'to-lport'] as const) {
    if (!concerns(rule, direction)) continue;
    const place = direction === 'from-lport' ? 'inport' : 'outport';
    draft.rows.push({
      table: 'ACL',
      name: `${rule.key} ${group} ${direction}`,
      owner: { kind: ResourceKind.FIREWALL_RULE_SET, key: set.key },
      within: { table: 'Port_Group', name: groupName, column: 'acls' },
      columns: {
        priority,
        direction,
        match: match === '1' ? `${place} == @${groupName}` : `${place} == @${groupName} && ${match}`,
        action: actionOf(rule, set),
        log: rule.logged,
        severity: rule.logged ? ['info'] : [],
        name: rule.logged ? [(rule.logLabel || String(rule.ruleId)).slice(0, LONGEST_NAME)] : [],
      },
    });
  }
}

function actionOf({ action }: FirewallRule, { stateful }: FirewallRuleSet): string {
  if (action === FirewallRule_Action.REJECT) return 'reject';
  if (action === FirewallRule_Action.DROP) return 'drop';
  return stateful ? 'allow-related' : 'allow-stateless';
}
