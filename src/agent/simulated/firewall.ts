import type { Packet } from '../../agents/session.pb.js';
import { type FirewallRule, FirewallRule_Action, FirewallRule_Direction, type FirewallRuleSet } from '../../realization/resources.pb.js';
import { AddressMatcher } from '../address-matcher.js';
import type { ForwardingView, Keyed } from '../forwarding-view.js';
import { familyOf, matchesServices } from './packet-matching.js';
import { isInForce } from './schedule.js';

/** What the firewall says of a packet, and which rule said it. */
export interface Decision {
  readonly action: 'ALLOW' | 'DROP' | 'REJECT';
  /** Key of the rule; undefined where none matched, which allows. */
  readonly rule: string | undefined;
}

/** A packet on its way through a place where rules apply. */
export interface FirewallQuestion {
  readonly packet: Packet;
  readonly direction: FirewallRule_Direction.IN | FirewallRule_Direction.OUT;
  /** Router ports that a gateway rule may be for. */
  readonly routerPorts?: readonly string[];
}

/** What the distributed firewall says at a switch port. */
export function decideAtPort(view: ForwardingView, port: string, question: FirewallQuestion): Decision {
  return decide(
    view.distributedRules.filter(({ appliedTo }) => appliedTo.some((group) => view.portGroups.get(group)?.has(port))),
    view,
    question,
  );
}

/** What the gateway firewall says in a router. */
export function decideAtRouter(view: ForwardingView, router: string, question: FirewallQuestion): Decision {
  return decide(
    view.gatewayRules.filter(({ appliedTo }) => appliedTo.includes(router)),
    view,
    question,
  );
}

/** The first rule that matches decides; sets come in the order of precedence. */
function decide(sets: readonly Keyed<FirewallRuleSet>[], view: ForwardingView, question: FirewallQuestion): Decision {
  let leftCategory: number | undefined;
  const now = new Date();
  for (const { category, rules, schedule } of sets) {
    if (category === leftCategory || !isInForce(schedule, now)) continue;
    for (const rule of rules) {
      if (!matches(rule, view, question)) continue;
      if (rule.action === FirewallRule_Action.JUMP_TO_APPLICATION) {
        leftCategory = category;
        break;
      }
      return { action: ACTIONS[rule.action], rule: rule.key };
    }
  }
  return { action: 'ALLOW', rule: undefined };
}

const ACTIONS: Readonly<Record<Exclude<FirewallRule_Action, FirewallRule_Action.JUMP_TO_APPLICATION>, Decision['action']>> = {
  [FirewallRule_Action.ALLOW]: 'ALLOW',
  [FirewallRule_Action.DROP]: 'DROP',
  [FirewallRule_Action.REJECT]: 'REJECT',
};

/** Attributes of applications are not looked at: the first packet of a connection does not show them. */
function matches(rule: FirewallRule, view: ForwardingView, { packet, direction, routerPorts = [] }: FirewallQuestion): boolean {
  if (rule.direction !== FirewallRule_Direction.IN_OUT && rule.direction !== direction) return false;
  if (rule.family !== 0 && rule.family !== familyOf(packet)) return false;
  if (rule.routerPorts.length > 0 && !rule.routerPorts.some((port) => routerPorts.includes(port))) return false;
  return (
    matchesEnd(view, rule.sourceSets, rule.sourceAddresses, rule.sourcesExcluded, packet.sourceAddress, packet.sourceMac) &&
    matchesEnd(view, rule.destinationSets, rule.destinationAddresses, rule.destinationsExcluded, packet.destinationAddress, packet.destinationMac) &&
    matchesServices(rule.services, packet)
  );
}

function matchesEnd(view: ForwardingView, sets: readonly string[], literals: readonly string[], excluded: boolean, address: string, mac: string): boolean {
  if (sets.length === 0 && literals.length === 0) return true;
  const has = (matcher: AddressMatcher | undefined): boolean => matcher !== undefined && (matcher.hasAddress(address) || matcher.hasMac(mac));
  const found = sets.some((key) => has(view.addressSet(key))) || has(new AddressMatcher(literals));
  return found !== excluded;
}
