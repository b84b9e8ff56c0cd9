import type { PolicyObject } from '../../model/policy-object.js';
import type { PolicyContextProfile } from '../../model/security/context-profile.resource.js';
import type { DfwFirewallConfiguration } from '../../model/security/dfw-firewall-configuration.resource.js';
import type { PolicyFirewallScheduler } from '../../model/security/firewall-scheduler.resource.js';
import type { Policy } from '../../model/security/policy.js';
import type { Rule } from '../../model/security/rule.resource.js';
import type { SecurityPolicy } from '../../model/security/security-policy.resource.js';
import type { Alarm } from '../contract.js';
import { versionOf } from '../digest.js';
import { type AddressKind, addressSetKey } from '../groups/address-sets.js';
import { EVERYWHERE } from '../groups/port-groups.js';
import { addressElements } from '../groups/selector.js';
import type { IntentReads } from '../intent.js';
import { bundles, NOTHING, type Output } from '../output.js';
import type { Body } from '../resource-table.js';
import {
  type FirewallRule,
  FirewallRule_Action,
  FirewallRule_Direction,
  FirewallRuleSet_Place,
  type FirewallRuleSet_Schedule,
  ResourceKind,
} from '../resources.pb.js';
import { alarm } from './alarm.js';
import { type GatewayFacts, sharesNoState, sharesTraffic } from './gateway-facts.js';
import { gatewayAbove } from './interfaces.js';
import type { Reads } from './reads.js';
import { serviceMatches } from './services.js';

const DFW_SETTINGS = '/infra/settings/firewall/security';

/** Order of the sections of the distributed firewall. Between them is room for the policies that came with the system, which are last of theirs. */
const CATEGORIES: Readonly<Record<string, number>> = { Ethernet: 10, Emergency: 20, Infrastructure: 30, Environment: 40, Application: 50 };
/** Order of the sections of a gateway's firewall. */
const GATEWAY_CATEGORIES: Readonly<Record<string, number>> = {
  Emergency: 10,
  SystemRules: 20,
  SharedPreRules: 30,
  LocalGatewayRules: 40,
  AutoServiceRules: 50,
  Default: 60,
};
const AFTER_OTHERS = 5;

/** Whether a category of the distributed firewall looks at frames of any kind rather than at IP packets. */
export function isLayer2(category: number): boolean {
  return category < 20;
}
/** What a policy says about traffic that no rule matches comes after all rules and before the rules of the system. */
const PREFERENCES = 54;

/** What of a policy its rules depend on. Computed apart, so that a policy whose description changes moves no rule. */
export interface PolicyFacts {
  readonly path: string;
  readonly place: FirewallRuleSet_Place;
  readonly category: number;
  readonly ethernet: boolean;
  readonly sequence: number;
  readonly stateful: boolean;
  readonly tcpStrict: boolean;
  /** Scope of the policy; undefined: that of each rule. */
  readonly scope: readonly string[] | undefined;
  readonly schedule: FirewallRuleSet_Schedule | undefined;
}

export function policyFacts(reads: Pick<Reads, 'intent'>, path: string): PolicyFacts | undefined {
  const policy = reads.intent.object<SecurityPolicy>(path);
  if (!policy) return undefined;
  const place = policy.resource_type === 'GatewayPolicy' ? FirewallRuleSet_Place.GATEWAY : FirewallRuleSet_Place.DISTRIBUTED;
  const categories = place === FirewallRuleSet_Place.GATEWAY ? GATEWAY_CATEGORIES : CATEGORIES;
  const ethernet = policy.category === 'Ethernet';
  const stateful = !ethernet && policy.stateful !== false;
  return {
    path,
    place,
    category: (categories[policy.category] ?? 50) + (policy.is_default ? AFTER_OTHERS : 0),
    ethernet,
    sequence: policy.sequence_number ?? 0,
    stateful,
    tcpStrict: stateful && policy.tcp_strict === true,
    scope: narrowed(policy.scope),
    schedule: scheduleOf(reads.intent, policy),
  };
}

/** A rule for nothing would be taken for one for everything. */
export const NO_SERVICE = alarm('NOT_SUPPORTED', 'The services that it names have no entries, so it matches nothing. Give them entries, or name none.');

/** A rule becomes an element of the set of those rules of its policy that are applied to the same things. */
export function ruleUnit(reads: Reads, path: string): Output {
  const rule = reads.intent.object<Rule>(path);
  const policy = rule && reads.policy(rule.parent_path);
  if (!rule || !policy || rule.disabled) return NOTHING;
  const services = serviceMatches(reads.intent, rule.services, rule.service_entries);
  if (services?.length === 0) return { ...NOTHING, idle: [NO_SERVICE] };
  const scope = policy.scope ?? narrowed(rule.scope);
  const element = elementOf(rule, policy, services ?? [], attributesOf(reads.intent, rule.profiles));
  if (policy.place === FirewallRuleSet_Place.GATEWAY) return onGateways(reads, policy, scope ?? [], element, rule.is_default);
  return enforced(reads.intent) ? onPorts(policy, scope ?? [EVERYWHERE], [element]) : NOTHING;
}

function elementOf(rule: Rule & PolicyObject, policy: PolicyFacts, services: FirewallRule['services'], attributes: FirewallRule['attributes']): FirewallRule {
  const kind: AddressKind = policy.ethernet ? 'mac' : 'ip';
  const sources = endpoints(rule.source_groups, kind);
  const destinations = endpoints(rule.destination_groups, kind);
  return {
    key: rule.path,
    ruleId: rule.rule_id ?? 0,
    sequence: rule.sequence_number ?? 0,
    action: ACTIONS[rule.action] ?? FirewallRule_Action.DROP,
    direction: DIRECTIONS[rule.direction] ?? FirewallRule_Direction.IN_OUT,
    family: rule.ip_protocol === 'IPV4' ? 4 : rule.ip_protocol === 'IPV6' ? 6 : 0,
    sourceSets: sources.sets,
    sourceAddresses: sources.addresses,
    sourcesExcluded: rule.sources_excluded ?? false,
    destinationSets: destinations.sets,
    destinationAddresses: destinations.addresses,
    destinationsExcluded: rule.destinations_excluded ?? false,
    services,
    attributes,
    logged: rule.logged ?? false,
    logLabel: rule.tag ?? '',
    routerPorts: [],
  };
}

/** The distributed firewall: rules go to the nodes with ports in their scope. */
function onPorts(policy: PolicyFacts, scopes: readonly string[], rules: readonly FirewallRule[]): Output {
  const appliedTo = [...new Set(scopes)].sort();
  const everywhere = appliedTo.length === 1 && appliedTo[0] === EVERYWHERE;
  return { ...inRuleSet(policy, appliedTo, bundles.applied, everywhere, rules), scopes: appliedTo };
}

/**
 * The firewall of gateways: rules go to the edges that may run a service part of a gateway in their scope. A gateway without
 * service parts has no place where its traffic could be looked at. What allows everything by default needs no such place, and no state.
 */
function onGateways(reads: Reads, policy: PolicyFacts, scope: readonly string[], rule: FirewallRule, byDefault: boolean): Output {
  const facts = [...new Set(scope.map((path) => gatewayAbove(path)))].flatMap((path) => reads.gateway(path) ?? []).filter(({ firewallOff }) => !firewallOff);
  const asksNothing = byDefault && rule.action === FirewallRule_Action.ALLOW;
  const problems = asksNothing ? [] : facts.flatMap((gateway) => obstacle(gateway, policy) ?? []);
  const usable = asksNothing ? facts : facts.filter((gateway) => !obstacle(gateway, policy));
  const kept = asksNothing && facts.some(sharesTraffic) ? { ...policy, stateful: false, tcpStrict: false } : policy;
  /** A gateway that the scope names as a whole is meant as a whole, whichever interfaces are named too. */
  const part = ({ path }: GatewayFacts) => !scope.includes(path);
  const outputs = [
    ...onRouters(
      kept,
      usable.filter((gateway) => !part(gateway)),
      [rule],
    ),
    ...onRouters(kept, usable.filter(part), [{ ...rule, routerPorts: scope.filter((path) => path.includes('/interfaces/')).sort() }]),
  ];
  return {
    ...NOTHING,
    contributions: outputs.flatMap(({ contributions }) => contributions),
    links: outputs.flatMap(({ links }) => links),
    addressSets: outputs[0]?.addressSets ?? [],
    problems,
  };
}

function onRouters(policy: PolicyFacts, gateways: readonly GatewayFacts[], rules: readonly FirewallRule[]): Output[] {
  const routers = gateways.flatMap(({ service }) => service.map(({ router }) => router)).sort();
  return routers.length === 0 ? [] : [inRuleSet(policy, routers, bundles.service, false, rules)];
}

/** Why rules of a policy cannot be in force on a gateway. */
function obstacle(gateway: GatewayFacts, { stateful }: PolicyFacts): Alarm | undefined {
  if (!gateway.clustered)
    return alarm('EDGE_CLUSTER_MISSING', `${gateway.path} has no edge cluster, which its firewall needs. Name one in its locale services.`);
  if (!stateful || !sharesTraffic(gateway)) return undefined;
  return alarm('NOT_SUPPORTED', `${sharesNoState(gateway)} Make the policy stateless, or the gateway ACTIVE_STANDBY.`);
}

/** A policy by itself becomes what it says about traffic of its scope that none of its rules matches. */
export function securityPolicyUnit(reads: Reads, path: string): Output {
  const policy = reads.intent.object<SecurityPolicy>(path);
  const facts = reads.policy(path);
  if (!policy || !facts || policy.is_default || !enforced(reads.intent)) return NOTHING;
  if (facts.place === FirewallRuleSet_Place.GATEWAY) return NOTHING;
  const groups = endpoints(facts.scope, facts.ethernet ? 'mac' : 'ip').sets;
  const rules = [...strategiesOf(policy, groups), ...preferencesOf(policy)].map((rule, index) => ({
    ...rule,
    key: `${path}#preference-${index}`,
    sequence: index,
  }));
  return rules.length === 0 ? NOTHING : onPorts({ ...facts, category: PREFERENCES }, facts.scope ?? [EVERYWHERE], rules);
}

/** @param userOf bundle whose nodes are told the set, for each thing that it is applied to */
function inRuleSet(
  policy: PolicyFacts,
  appliedTo: readonly string[],
  userOf: (one: string) => string,
  everywhere: boolean,
  rules: readonly FirewallRule[],
): Output {
  const key = ruleSetKey(policy, everywhere ? [] : appliedTo);
  const body: Body = {
    $case: 'firewallRuleSet',
    value: {
      place: policy.place,
      category: policy.category,
      policySequence: policy.sequence,
      policy: policy.path,
      stateful: policy.stateful,
      tcpStrict: policy.tcpStrict,
      appliedTo,
      rules: [],
      schedule: policy.schedule,
    },
  };
  const bundle = bundles.rules(key);
  const addressSets = [...new Set(rules.flatMap(({ sourceSets, destinationSets }) => [...sourceSets, ...destinationSets]))].sort();
  return {
    ...NOTHING,
    contributions: [{ kind: ResourceKind.FIREWALL_RULE_SET, key, bundle, body, elements: rules.map((rule) => [rule.key, rule] as const), also: [policy.path] }],
    links: [...appliedTo.map((one) => [userOf(one), bundle] as const), ...addressSets.map((set) => [bundle, bundles.addresses(set)] as const)],
    addressSets,
  };
}

/** The policy's path for rules that are applied everywhere; with a hash of the scope for others, which may name a hundred groups. */
function ruleSetKey({ path, category }: PolicyFacts, appliedTo: readonly string[]): string {
  const base = category === PREFERENCES ? `${path}#preference` : path;
  return appliedTo.length === 0 ? base : `${base}#${versionOf(appliedTo.join('\n'))}`;
}

/** A list that names something other than ANY; undefined: it does not narrow. */
export function narrowed(paths: readonly string[] | undefined): readonly string[] | undefined {
  return paths && paths.length > 0 && !paths.includes('ANY') ? paths : undefined;
}

/** Address sets of groups, and literal addresses; both empty: anything. */
export function endpoints(paths: readonly string[] | undefined, kind: AddressKind): { sets: string[]; addresses: string[] } {
  const named = narrowed(paths) ?? [];
  return {
    sets: named
      .filter((path) => path.startsWith('/'))
      .map((path) => addressSetKey(path, kind))
      .sort(),
    addresses: [...new Set(named.filter((path) => !path.startsWith('/')).flatMap(addressElements))].sort(),
  };
}

function enforced(intent: IntentReads): boolean {
  return intent.object<DfwFirewallConfiguration>(DFW_SETTINGS)?.enable_firewall !== false;
}

export const ACTIONS: Readonly<Record<string, FirewallRule_Action>> = {
  ALLOW: FirewallRule_Action.ALLOW,
  DROP: FirewallRule_Action.DROP,
  REJECT: FirewallRule_Action.REJECT,
  JUMP_TO_APPLICATION: FirewallRule_Action.JUMP_TO_APPLICATION,
};

export const DIRECTIONS: Readonly<Record<string, FirewallRule_Direction>> = {
  IN: FirewallRule_Direction.IN,
  OUT: FirewallRule_Direction.OUT,
  IN_OUT: FirewallRule_Direction.IN_OUT,
};

export function attributesOf(intent: IntentReads, profiles: readonly string[] | undefined): FirewallRule['attributes'] {
  const attributes = (narrowed(profiles) ?? []).flatMap((path) => intent.object<PolicyContextProfile>(path)?.attributes ?? []);
  return attributes.map(({ key, value }) => ({ name: key, values: [...value] })).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Matches everything, and lets it pass. */
const ANYTHING: FirewallRule = {
  key: '',
  ruleId: 0,
  sequence: 0,
  action: FirewallRule_Action.ALLOW,
  direction: FirewallRule_Direction.IN_OUT,
  family: 0,
  sourceSets: [],
  sourceAddresses: [],
  sourcesExcluded: false,
  destinationSets: [],
  destinationAddresses: [],
  destinationsExcluded: false,
  services: [],
  attributes: [],
  logged: false,
  logLabel: '',
  routerPorts: [],
};

/** Lists of the allowed drop what is not on them, lists of the denied let it pass. */
function preferencesOf(policy: SecurityPolicy): FirewallRule[] {
  const [, list, logged] = /^(ALLOW|WHITE|DENY|BLACK)LIST(_ENABLE_LOGGING)?$/.exec(policy.connectivity_preference ?? policy.connectivity_strategy ?? '') ?? [];
  if (list === undefined) return [];
  const action = list === 'ALLOW' || list === 'WHITE' ? FirewallRule_Action.DROP : FirewallRule_Action.ALLOW;
  return [{ ...ANYTHING, action, ruleId: policy.default_rule_id ?? 0, logged: logged !== undefined }];
}

function strategiesOf(policy: SecurityPolicy, groups: readonly string[]): FirewallRule[] {
  return (policy.application_connectivity_strategy ?? []).map(
    ({ application_connectivity_strategy: strategy, logging_enabled: logged, default_application_rule_id: id }) => {
      const rule = {
        ...ANYTHING,
        logged: logged ?? false,
        ruleId: id ?? 0,
        action: strategy.startsWith('DROP') ? FirewallRule_Action.DROP : FirewallRule_Action.ALLOW,
      };
      if (strategy === 'ALLOW_INTRA') return { ...rule, sourceSets: groups, destinationSets: groups };
      return { ...rule, direction: strategy.endsWith('INGRESS') ? FirewallRule_Direction.IN : FirewallRule_Direction.OUT };
    },
  );
}

const DAYS = ['SUNDAY', 'MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY'];
const LAST_MINUTE = 24 * 60;

export function scheduleOf(intent: IntentReads, policy: Pick<Policy & PolicyObject, 'scheduler_path'>): FirewallRuleSet_Schedule | undefined {
  const scheduler = intent.object<PolicyFirewallScheduler>(policy.scheduler_path);
  if (!scheduler) return undefined;
  const [interval] = scheduler.time_interval ?? [];
  const [from, to] = scheduler.recurring ? [interval?.start_interval, interval?.end_interval] : [scheduler.start_time, scheduler.end_time];
  return {
    localTime: scheduler.timezone === 'LOCAL',
    firstDay: dayOf(scheduler.start_date),
    lastDay: dayOf(scheduler.end_date),
    days: scheduler.recurring ? (scheduler.days ?? DAYS).map((day) => DAYS.indexOf(day)).sort() : [],
    fromMinute: from === undefined ? 0 : minuteOf(from),
    toMinute: to === undefined ? LAST_MINUTE : minuteOf(to),
  };
}

/** `02/21/2025` becomes `2025-02-21`. */
function dayOf(text: string): string {
  const [month = '', day = '', year = ''] = text.split('/');
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

function minuteOf(text: string): number {
  const [hour = 0, minute = 0] = text.split(':').map(Number);
  return hour * 60 + minute;
}
