import { type NatRule, NatRule_Action, ResourceKind } from '../../realization/resources.pb.js';
import { overlaps, parseRange } from '../../shared/address.js';
import type { Keyed } from '../forwarding-view.js';
import { endpoint, MOST_PORTS, portsOf } from './balancer-rows.js';
import { bare, isOneAddress, setRow, translationRow } from './translation-rows.js';
import type { ZoneDraft } from './zone-draft.js';

/** Protocols that have ports, by their numbers, as balancers name them. */
const PROTOCOLS: ReadonlyMap<number, string> = new Map([
  [6, 'tcp'],
  [17, 'udp'],
  [132, 'sctp'],
]);

/** What an earlier rule decides: packets to these addresses, of these services (none: all), from these sources (none: all). */
interface Claim {
  readonly destinations: readonly string[];
  readonly services: ReadonlySet<string>;
  readonly sources: readonly string[];
  readonly exempts: boolean;
}

/**
 * Translation of destinations, rule by rule in their order. Of chosen services it is what a balancer with one member does, which OVN
 * asks before its NAT; so the rules keep their order where what an earlier one decides is left out of those after it, and a rule
 * for which that cannot be said in OVN's words is refused.
 */
export function destinationRows(draft: ZoneDraft, rules: readonly Keyed<NatRule>[]): void {
  const claims: Claim[] = [];
  for (const rule of rules) {
    const reason =
      whyNot(rule) ??
      write(
        draft,
        rule,
        claims.filter(({ destinations }) => meet(destinations, rule.destinations)),
      );
    if (reason !== undefined) draft.refuse({ kind: ResourceKind.NAT_RULE, key: rule.key }, reason);
    else
      claims.push({
        destinations: rule.destinations,
        services: new Set(entriesOf(rule).keys()),
        sources: rule.sources,
        exempts: rule.action === NatRule_Action.NO_DNAT,
      });
  }
}

function whyNot({ action, services, translatedPorts, translated, sources, destinations }: NatRule): string | undefined {
  if (services.some(({ protocol, sourcePorts, destinationPorts }) => !PROTOCOLS.has(protocol) || sourcePorts.length > 0 || destinationPorts.length === 0))
    return 'OVN translates chosen services by their destination ports only';
  if (services.reduce((sum, { destinationPorts }) => sum + destinationPorts.flatMap(portsOf).length, 0) > MOST_PORTS)
    return `OVN translates single ports, and these are more than ${MOST_PORTS}`;
  if (action === NatRule_Action.NO_DNAT) return destinations.length > 0 ? undefined : 'a rule that exempts from translation must name destinations';
  if (services.length === 0 && translatedPorts !== '') return 'a port is translated for chosen services only, and the rule names none';
  if (services.length > 0 && sources.length > 0) return 'OVN translates chosen services for all sources, not for chosen ones';
  const ports = portsOf(translatedPorts || '0').length;
  if (ports > 1 && services.some(({ destinationPorts }) => destinationPorts.flatMap(portsOf).length !== ports))
    return 'the rule translates to another number of ports than its services have';
  return destinations.length === 1 && translated.length === 1 && isOneAddress(destinations[0]) && isOneAddress(translated[0])
    ? undefined
    : 'OVN translates the destination of one address to one address';
}

/** @returns why the rule cannot be in force after those that decide before it */
function write(draft: ZoneDraft, rule: Keyed<NatRule>, claims: readonly Claim[]): string | undefined {
  if (rule.action === NatRule_Action.NO_DNAT) return undefined;
  // What an earlier rule decides for everyone never comes this far.
  if (claims.some(({ services, sources }) => services.size === 0 && sources.length === 0)) return undefined;
  const partly = claims.filter(({ sources }) => sources.length > 0);
  if (rule.services.length > 0) {
    if (partly.length > 0) return 'an earlier rule for the same address is for chosen sources, and OVN would look at this one first';
    serviceRows(draft, rule, new Set(claims.flatMap(({ services }) => [...services])));
    return undefined;
  }
  if (claims.some(({ services, exempts }) => exempts && services.size > 0)) return 'OVN cannot leave single services out of the translation of an address';
  if (partly.some(({ exempts, sources }) => !exempts && (rule.sources.length === 0 || meet(sources, rule.sources))))
    return 'an earlier rule for the same address is for some of its sources, and OVN has no order for them';
  const exempt = partly.filter(({ exempts }) => exempts).flatMap(({ sources }) => sources);
  if (exempt.length > 0 && rule.sources.length > 0) return 'OVN translates for chosen sources, or for all but chosen ones, not both';
  translationRow(draft, rule, rule.key, {
    type: 'dnat',
    external_ip: bare(rule.destinations[0] as string),
    logical_ip: bare(rule.translated[0] as string),
    allowed_ext_ips: setRow(draft, rule, 'sources', rule.sources),
    exempted_ext_ips: setRow(draft, rule, 'exempt', exempt),
  });
  return undefined;
}

/** A balancer a protocol, which leaves the source as it is. */
function serviceRows(draft: ZoneDraft, rule: Keyed<NatRule>, taken: ReadonlySet<string>): void {
  const { key, router, destinations, translated } = rule;
  for (const protocol of PROTOCOLS.values()) {
    const entries = [...entriesOf(rule)].filter(([text, entry]) => entry.protocol === protocol && !taken.has(text));
    if (entries.length === 0) continue;
    const vips = entries.map(([, { from, to }]) => [endpoint(bare(destinations[0] as string), from), endpoint(bare(translated[0] as string), to)] as const);
    const name = `${key} ${protocol}`;
    draft.rows.push({
      table: 'Load_Balancer',
      name,
      owner: { kind: ResourceKind.NAT_RULE, key },
      columns: { name, protocol: [protocol], vips: Object.fromEntries(vips), selection_fields: [], options: { skip_snat: 'true' } },
    });
    draft.balancersAt(router).push(name);
  }
}

interface Entry {
  readonly protocol: string;
  readonly from: number;
  readonly to: number;
}

/** The ports that a rule is for, by protocol and port, and what they become; none where it is for everything. */
function entriesOf({ services, translatedPorts }: NatRule): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  const targets = translatedPorts === '' ? [] : portsOf(translatedPorts);
  for (const { protocol: number, destinationPorts } of services)
    for (const [at, from] of destinationPorts.flatMap(portsOf).entries()) {
      const protocol = PROTOCOLS.get(number) as string;
      entries.set(`${protocol} ${from}`, { protocol, from, to: (targets.length === 1 ? targets[0] : targets[at]) ?? from });
    }
  return entries;
}

function meet(some: readonly string[], others: readonly string[]): boolean {
  return some.some((one) => others.some((other) => overlap(one, other)));
}

function overlap(a: string, b: string): boolean {
  const [one, other] = [parseRange(a), parseRange(b)];
  return one !== undefined && other !== undefined && overlaps(one, other);
}
