import {
  type FirewallRule,
  FirewallRule_Action,
  FirewallRule_Direction,
  type FirewallRuleSet,
  FirewallRuleSet_Place,
  ResourceKind,
} from '../../realization/resources.pb.js';
import { isLayer2 } from '../../realization/units/firewall.js';
import type { Keyed } from '../forwarding-view.js';
import { isInForce } from '../simulated/schedule.js';
import { allBut } from './complement.js';
import { concerns, matchOf } from './match.js';
import { addressSetName, hashOf, portGroupName } from './names.js';
import { priorities } from './priorities.js';
import { References, type WantedRow } from './rows.js';
import type { ZoneDraft } from './zone-draft.js';

/** Priority of what comes before all rules; rules have those below it. */
export const FIRST_PRIORITY = 32_767;
const LONGEST_NAME = 63;
/** A packet of a connection that nobody has seen begin. */
const MIDWAY = 'tcp && ct.new && !(tcp.flags == 0x2/0x12)';

type RuleSet = Keyed<FirewallRuleSet>;

export interface AccessListOptions {
  /** In the order in which they are tried. */
  readonly sets: readonly RuleSet[];
  /** Keys of the port groups that a rule is for. */
  readonly groupsOf: (set: FirewallRuleSet, rule: FirewallRule) => readonly string[];
  /** Key of the port group with all the ports that rules may be for. */
  readonly everywhere: string;
}

/** Sets of rules whose time it is. */
export function setsInForce({ at }: Pick<ZoneDraft, 'at'>, sets: readonly RuleSet[]): RuleSet[] {
  return sets.filter(({ schedule }) => isInForce(schedule, at));
}

/**
 * Writes rules as access lists of port groups, the same for workloads and for gateways. The rules are in one order, which their
 * priorities say; equal rules of several groups have the same one.
 */
export function accessListRows(draft: ZoneDraft, options: AccessListOptions): void {
  new AccessLists(draft, options).write();
}

type Direction = 'from-lport' | 'to-lport';

/** What of a category the rules behind are not to look at any more, for the ports of some groups. */
interface Leaving {
  readonly groups: readonly string[];
  readonly rule: Pick<FirewallRule, 'direction'>;
  readonly match: string;
}

/** An access list of some groups, before its place among the others is a number. */
interface Entry {
  readonly set: RuleSet;
  /** Each group and direction in which it is looked at, with the name of its row and what it is not for there. */
  readonly places: readonly { readonly name: string; readonly group: string; readonly direction: Direction; readonly but: readonly string[] }[];
  readonly match: string;
  readonly columns: WantedRow['columns'];
}

class AccessLists {
  /** In the order in which they are tried. */
  private readonly entries: Entry[] = [];
  /** What leaves the category that is being written, to be looked at by the next one. */
  private leaving: readonly Leaving[] = [];
  private readonly portsOfGroup = new Map<string, ReadonlySet<string>>();

  constructor(
    private readonly draft: ZoneDraft,
    private readonly options: AccessListOptions,
  ) {}

  write(): void {
    const { draft, options } = this;
    const sets = setsInForce(draft, options.sets);
    const strictFrom = this.strictFrom(sets);
    let category: number | undefined;
    for (const [at, set] of sets.entries()) {
      if (set.category !== category) this.leaving = [];
      category = set.category;
      if (at === strictFrom) this.add(set, `${options.everywhere} strict`, [options.everywhere], MIDWAY, BOTH, DROP);
      for (const rule of set.rules) {
        const groups = options.groupsOf(set, rule);
        if (groups.length === 0) continue;
        const match = this.matchOf(set, rule);
        if (leaves(rule, set)) {
          this.leaving = [...this.leaving, { groups, rule, match }];
          continue;
        }
        const strict = at < strictFrom && isStrict(set) && rule.action === FirewallRule_Action.ALLOW;
        if (strict) this.add(set, `${rule.key} strict`, groups, `${match} && ${MIDWAY}`, rule, DROP);
        this.add(set, rule.key, groups, match, rule, columnsOf(rule, set));
      }
    }
    this.writeRows();
  }

  private writeRows(): void {
    const { draft, entries } = this;
    const before = entries.map(({ places }) => places.map(({ name }) => draft.priorities.get(name)).find((priority) => priority !== undefined));
    const found = priorities(before, FIRST_PRIORITY);
    if (!found) {
      const { key } = (entries[FIRST_PRIORITY - 1] as Entry).set;
      return draft.refuse({ kind: ResourceKind.FIREWALL_RULE_SET, key }, `OVN orders no more than ${FIRST_PRIORITY} rules`);
    }
    for (const [at, { set, places, match, columns }] of entries.entries())
      for (const { name, group, direction, but } of places) {
        draft.rows.push({
          table: 'ACL',
          name,
          owner: { kind: ResourceKind.FIREWALL_RULE_SET, key: set.key },
          within: { table: 'Port_Group', name: portGroupName(group), column: 'acls' },
          columns: {
            priority: found[at] as number,
            direction,
            match: matchAt(group, direction, `${match}${but.map((one) => ` && !(${one})`).join('')}`),
            ...columns,
          },
        });
      }
  }

  /**
   * First of the last sets that are all strict and end with a rule for everything: in those nothing that begins midway is let through
   * whatever their rules are, and one access list says so. Other strict sets need one for each rule.
   */
  private strictFrom(sets: readonly RuleSet[]): number {
    const last = sets.at(-1);
    const rule = last?.rules.at(-1);
    const isForAll =
      last &&
      rule?.direction === FirewallRule_Direction.IN_OUT &&
      matchOf(rule, 3) === 'ip' &&
      this.options.groupsOf(last, rule).includes(this.options.everywhere);
    if (!isForAll) return sets.length;
    return sets.findLastIndex((set) => !isStrict(set)) + 1;
  }

  /** What a rule matches. One for all but some addresses is written as one for the others. */
  private matchOf(set: RuleSet, rule: FirewallRule): string {
    const layer = looksAtFrames(set) ? 2 : 3;
    if (rule.attributes.length > 0) this.draft.limits.push(`${rule.key}: OVN does not look into traffic, so the rule is for all of its services`);
    if (layer === 2) return matchOf(rule, layer);
    const sources = rule.sourcesExcluded ? this.others(set, `${rule.key}#sources`, rule.sourceSets, rule.sourceAddresses) : undefined;
    const destinations = rule.destinationsExcluded ? this.others(set, `${rule.key}#destinations`, rule.destinationSets, rule.destinationAddresses) : undefined;
    return matchOf(
      {
        ...rule,
        ...(sources ? { sourceSets: sources, sourceAddresses: [], sourcesExcluded: false } : {}),
        ...(destinations ? { destinationSets: destinations, destinationAddresses: [], destinationsExcluded: false } : {}),
      },
      layer,
    );
  }

  /** @returns key of a set of all other addresses; undefined where none are named, which is any */
  private others(set: RuleSet, key: string, sets: readonly string[], literals: readonly string[]): string[] | undefined {
    if (sets.length === 0 && literals.length === 0) return undefined;
    const listed = sets.map((one) => this.draft.addressSets.get(one) ?? []);
    const named = literals.length === 0 && listed.length === 1 ? (listed[0] as readonly string[]) : [...literals, ...listed.flat()];
    for (const family of [4, 6] as const) {
      const name = addressSetName(key, family);
      const owner = { kind: ResourceKind.FIREWALL_RULE_SET, key: set.key };
      this.draft.rows.push({ table: 'Address_Set', name, owner, columns: { name, addresses: allBut(named, family) } });
    }
    return [key];
  }

  /** Adds an access list of each group and direction, behind all that were added before. */
  private add(
    set: RuleSet,
    name: string,
    groups: readonly string[],
    match: string,
    rule: Pick<FirewallRule, 'direction'>,
    columns: WantedRow['columns'],
  ): void {
    const places = groups.flatMap((group) =>
      (['from-lport', 'to-lport'] as const)
        .filter((direction) => concerns(rule, direction))
        .flatMap((direction) => this.partsOf(group, direction).map((part) => ({ ...part, name: `${name} ${part.group} ${direction}`, direction }))),
    );
    this.entries.push({ set, places, match, columns });
  }

  /**
   * A group as rules are looked at for it in a direction, and what has left. Where something has left for some of its ports only, the
   * group is parted: OVN matches packets of the ports of a group, not of all but some.
   */
  private partsOf(group: string, direction: Direction): { readonly group: string; readonly but: readonly string[] }[] {
    const concerned = this.leaving.filter(({ rule }) => concerns(rule, direction));
    const isForAll = ({ groups }: Leaving): boolean => groups.includes(group) || groups.includes(this.options.everywhere);
    const matches = (some: readonly Leaving[]): string[] => some.map(({ match }) => match);
    if (concerned.every(isForAll)) return [{ group, but: matches(concerned) }];
    const parts = new Map<string, { readonly ports: string[]; readonly but: readonly string[] }>();
    for (const port of this.portsOf(group)) {
      const left = concerned.filter((one) => isForAll(one) || one.groups.some((other) => this.portsOf(other).has(port)));
      const key = left.map((one) => concerned.indexOf(one)).join();
      const part = parts.get(key) ?? { ports: [], but: matches(left) };
      parts.set(key, part);
      part.ports.push(port);
    }
    const [only = { but: matches(concerned.filter(isForAll)) }] = parts.values();
    if (parts.size <= 1) return [{ group, but: only.but }];
    return [...parts.values()].map(({ ports, but }) => ({ group: this.part(group, ports), but }));
  }

  /** @returns key of a group of some of a group's ports */
  private part(group: string, ports: readonly string[]): string {
    const key = `${group}#${hashOf(ports.join(), 12)}`;
    const name = portGroupName(key);
    if (!this.portsOfGroup.has(key)) {
      const owner = { kind: ResourceKind.PORT_GROUP, key: group };
      this.draft.rows.push({ table: 'Port_Group', name, owner, columns: { name, ports: new References('Logical_Switch_Port', ports) } });
    }
    this.portsOfGroup.set(key, new Set(ports));
    return key;
  }

  private portsOf(group: string): ReadonlySet<string> {
    const known = this.portsOfGroup.get(group) ?? new Set(this.draft.localPortsOfGroup(group));
    this.portsOfGroup.set(group, known);
    return known;
  }
}

const BOTH = { direction: FirewallRule_Direction.IN_OUT };
const DROP = { action: 'drop', log: false, severity: [], name: [] };

function looksAtFrames({ place, category }: FirewallRuleSet): boolean {
  return place === FirewallRuleSet_Place.DISTRIBUTED && isLayer2(category);
}

function isStrict({ stateful, tcpStrict }: FirewallRuleSet): boolean {
  return stateful && tcpStrict;
}

/** What an Ethernet rule lets pass is still looked at by the rules for IP; what jumps leaves its category for the next one. */
function leaves({ action }: FirewallRule, set: FirewallRuleSet): boolean {
  return action === FirewallRule_Action.JUMP_TO_APPLICATION || (action === FirewallRule_Action.ALLOW && looksAtFrames(set));
}

/** A match where packets come from ports of a group into the network (`from-lport`), or go to them. */
export function matchAt(group: string, direction: Direction, match: string): string {
  const place = `${direction === 'from-lport' ? 'inport' : 'outport'} == @${portGroupName(group)}`;
  return match === '1' ? place : `${place} && ${match}`;
}

function columnsOf(rule: FirewallRule, set: FirewallRuleSet): WantedRow['columns'] {
  const name = [...(rule.logLabel || String(rule.ruleId))].slice(0, LONGEST_NAME).join('');
  return { action: actionOf(rule, set), log: rule.logged, severity: rule.logged ? ['info'] : [], name: rule.logged ? [name] : [] };
}

function actionOf({ action }: FirewallRule, { stateful }: FirewallRuleSet): string {
  if (action === FirewallRule_Action.REJECT) return 'reject';
  if (action === FirewallRule_Action.DROP) return 'drop';
  return stateful ? 'allow-related' : 'allow-stateless';
}
