import { type FirewallRule, FirewallRule_Action, type FirewallRuleSet, FirewallRuleSet_Place, ResourceKind } from '../../realization/resources.pb.js';
import { isLayer2 } from '../../realization/units/firewall.js';
import type { Keyed } from '../forwarding-view.js';
import { isInForce } from '../simulated/schedule.js';
import { concerns, matchOf } from './match.js';
import { portGroupName } from './names.js';
import type { ZoneDraft } from './zone-draft.js';

/** Priority of what comes before all rules; rules have those below it. */
export const FIRST_PRIORITY = 32_767;
const LONGEST_NAME = 63;

/** Sets of rules whose time it is, in the order in which they are tried. */
export function setsInForce({ at }: Pick<ZoneDraft, 'at'>, sets: readonly Keyed<FirewallRuleSet>[]): Keyed<FirewallRuleSet>[] {
  return sets.filter(({ schedule }) => isInForce(schedule, at));
}

/**
 * Writes rules as access lists of port groups, the same for workloads and for gateways. The rules are in one order, which their
 * priorities say; equal rules of several groups have the same one.
 * @param groupsOf keys of the port groups that a rule is for
 */
export function accessListRows(
  draft: ZoneDraft,
  sets: readonly Keyed<FirewallRuleSet>[],
  groupsOf: (set: FirewallRuleSet, rule: FirewallRule) => readonly string[],
): void {
  let priority = FIRST_PRIORITY;
  /** What leaves the category that is being written, to be looked at by the next one. */
  let leaving: string[] = [];
  let category: number | undefined;
  for (const set of setsInForce(draft, sets)) {
    if (set.category !== category) leaving = [];
    category = set.category;
    for (const rule of set.rules) {
      const groups = groupsOf(set, rule);
      if (groups.length === 0) continue;
      if (rule.attributes.length > 0) draft.limits.push(`${rule.key}: OVN does not look into traffic, so the rule is for all of its services`);
      const match = matchOf(rule, looksAtFrames(set) ? 2 : 3);
      if (leaves(rule, set)) {
        leaving = [...leaving, match];
        continue;
      }
      priority -= 1;
      if (priority <= 0) return draft.refuse({ kind: ResourceKind.FIREWALL_RULE_SET, key: set.key }, `OVN orders no more than ${FIRST_PRIORITY} rules`);
      const staying = leaving.map((one) => ` && !(${one})`).join('');
      for (const group of groups) accessRows(draft, set, rule, group, `${match}${staying}`, priority);
    }
  }
}

function looksAtFrames({ place, category }: FirewallRuleSet): boolean {
  return place === FirewallRuleSet_Place.DISTRIBUTED && isLayer2(category);
}

/** What an Ethernet rule lets pass is still looked at by the rules for IP; what jumps leaves its category for the next one. */
function leaves({ action }: FirewallRule, set: FirewallRuleSet): boolean {
  return action === FirewallRule_Action.JUMP_TO_APPLICATION || (action === FirewallRule_Action.ALLOW && looksAtFrames(set));
}

function accessRows(draft: ZoneDraft, set: Keyed<FirewallRuleSet>, rule: FirewallRule, group: string, match: string, priority: number): void {
  for (const direction of ['from-lport', 'to-lport'] as const) {
    if (!concerns(rule, direction)) continue;
    draft.rows.push({
      table: 'ACL',
      name: `${rule.key} ${group} ${direction}`,
      owner: { kind: ResourceKind.FIREWALL_RULE_SET, key: set.key },
      within: { table: 'Port_Group', name: portGroupName(group), column: 'acls' },
      columns: {
        priority,
        direction,
        match: matchAt(group, direction, match),
        action: actionOf(rule, set),
        log: rule.logged,
        severity: rule.logged ? ['info'] : [],
        name: rule.logged ? [(rule.logLabel || String(rule.ruleId)).slice(0, LONGEST_NAME)] : [],
      },
    });
  }
}

/** A match where packets come from ports of a group into the network (`from-lport`), or go to them. */
export function matchAt(group: string, direction: 'from-lport' | 'to-lport', match: string): string {
  const place = `${direction === 'from-lport' ? 'inport' : 'outport'} == @${portGroupName(group)}`;
  return match === '1' ? place : `${place} && ${match}`;
}

function actionOf({ action }: FirewallRule, { stateful }: FirewallRuleSet): string {
  if (action === FirewallRule_Action.REJECT) return 'reject';
  if (action === FirewallRule_Action.DROP) return 'drop';
  return stateful ? 'allow-related' : 'allow-stateless';
}
