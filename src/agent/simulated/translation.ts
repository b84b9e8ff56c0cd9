import type { Packet } from '../../agents/session.pb.js';
import { type NatRule, NatRule_Action } from '../../realization/resources.pb.js';
import { formatAddress, parseAddress, parseRange } from '../../shared/address.js';
import { AddressMatcher } from '../address-matcher.js';
import type { Keyed } from '../forwarding-view.js';
import { inPorts, matchesServices } from './packet-matching.js';

/** A packet after a NAT rule, and the rule. */
export interface Translation {
  readonly rule: Keyed<NatRule>;
  readonly packet: Packet;
}

/** What becomes of the destination of a packet that comes in through a router port from outside. */
export function translateDestination(rules: readonly Keyed<NatRule>[], port: string, packet: Packet): Translation | undefined {
  for (const rule of rules) {
    if (!isFor(rule, port)) continue;
    if (rule.action === NatRule_Action.DNAT || rule.action === NatRule_Action.NO_DNAT) {
      if (!isAmong(rule.sources, packet.sourceAddress) || !isAmong(rule.destinations, packet.destinationAddress) || !matchesServices(rule.services, packet))
        continue;
      if (rule.action === NatRule_Action.NO_DNAT) return { rule, packet };
      const destinationAddress = counterpart(rule.destinations, rule.translated, packet.destinationAddress);
      return { rule, packet: { ...packet, destinationAddress, destinationPort: translatedPort(rule, packet) } };
    }
    // One to one: what is outside under the translated address is inside the source.
    if (rule.action === NatRule_Action.REFLEXIVE && isAmong(rule.translated, packet.destinationAddress)) {
      return { rule, packet: { ...packet, destinationAddress: counterpart(rule.translated, rule.sources, packet.destinationAddress) } };
    }
  }
  return undefined;
}

/** What becomes of the source of a packet that leaves through a router port to the outside. */
export function translateSource(rules: readonly Keyed<NatRule>[], port: string, packet: Packet): Translation | undefined {
  for (const rule of rules) {
    if (!isFor(rule, port)) continue;
    const { action } = rule;
    if (action !== NatRule_Action.SNAT && action !== NatRule_Action.NO_SNAT && action !== NatRule_Action.REFLEXIVE) continue;
    if (!isAmong(rule.sources, packet.sourceAddress) || !isAmong(rule.destinations, packet.destinationAddress) || !matchesServices(rule.services, packet))
      continue;
    return {
      rule,
      packet: action === NatRule_Action.NO_SNAT ? packet : { ...packet, sourceAddress: counterpart(rule.sources, rule.translated, packet.sourceAddress) },
    };
  }
  return undefined;
}

function isFor(rule: NatRule, port: string): boolean {
  return rule.routerPorts.length === 0 || rule.routerPorts.includes(port);
}

/** An empty match is any. */
function isAmong(addresses: readonly string[], address: string): boolean {
  return addresses.length === 0 || new AddressMatcher(addresses).hasAddress(address);
}

/** The address at the same place in the translated range; where that is shorter, its addresses are used in turn. */
function counterpart(from: readonly string[], to: readonly string[], address: string): string {
  const target = parseRange(to[0] ?? '');
  if (!target) return address;
  const original = parseAddress(address);
  const range = from
    .map(parseRange)
    .find((one) => one && original && one.family === original.family && one.low <= original.value && original.value <= one.high);
  const offset = range && original ? original.value - range.low : 0n;
  return formatAddress(target.family, target.low + (offset % (target.high - target.low + 1n)));
}

function translatedPort({ translatedPorts }: NatRule, { destinationPort }: Packet): number {
  if (translatedPorts === '' || inPorts([translatedPorts], destinationPort)) return destinationPort;
  return Number(translatedPorts.split('-')[0]);
}
