import { type FirewallRule, FirewallRule_Direction, type ServiceMatch } from '../../realization/resources.pb.js';
import { type Family, parseRange } from '../../shared/address.js';
import { addressSetName, type SetPart } from './names.js';

/** Writes what a firewall rule matches as an expression of OVN. */

/** Which layer a rule looks at: frames of any kind, or IP packets. */
export type Layer = 2 | 3;

/**
 * What a rule matches apart from where it is applied. Alternatives of different fields stand outermost: within each, every field has
 * one set of values, and OVN makes flows for the sum of the sets. For alternatives further in it would make them for the product.
 */
export function matchOf(rule: FirewallRule, layer: Layer): string {
  const services: readonly (ServiceMatch | undefined)[] = rule.services.length > 0 ? rule.services : [undefined];
  const branches = partsOf(rule, layer).flatMap((part) =>
    services.filter((service) => !service || isOf(service, part)).map((service) => branch(rule, part, layer, service)),
  );
  return anyOf([...new Set(branches)]) || '0';
}

/** Kinds of addresses that a rule is written for one by one; undefined: none of its own. */
function partsOf(
  { family, sourceSets, sourceAddresses, sourcesExcluded, destinationSets, destinationAddresses, destinationsExcluded }: FirewallRule,
  layer: Layer,
) {
  if (layer === 2) return ['mac'] as const;
  const ends = [
    { sets: sourceSets, literals: sourceAddresses, excluded: sourcesExcluded },
    { sets: destinationSets, literals: destinationAddresses, excluded: destinationsExcluded },
  ].filter(({ sets, literals }) => sets.length + literals.length > 0);
  if (ends.length === 0) return family === 0 ? [undefined] : [family as Family];
  const possible = (part: Family): boolean =>
    ends.every(({ sets, literals, excluded }) => excluded || sets.length > 0 || literals.some((text) => partOf(text) === part));
  return ([4, 6] as const).filter((part) => (family === 0 || family === part) && possible(part));
}

/** Whether a service can be that of a packet with such addresses. */
function isOf({ protocol, family }: ServiceMatch, part: SetPart | undefined): boolean {
  if (part === undefined || part === 'mac') return true;
  return (family === 0 || family === part) && protocol !== (part === 4 ? ICMP6 : ICMP4);
}

function branch(rule: FirewallRule, part: SetPart | undefined, layer: Layer, service: ServiceMatch | undefined): string {
  const bare = !service || (service.etherType === 0 && service.protocol === 0);
  const family = part === 4 || part === 6 ? `ip${part}` : layer === 3 && bare ? 'ip' : '';
  const terms = [
    family,
    ...(part === undefined
      ? []
      : [
          endpoint('src', part, rule.sourceSets, rule.sourceAddresses, rule.sourcesExcluded),
          endpoint('dst', part, rule.destinationSets, rule.destinationAddresses, rule.destinationsExcluded),
        ]),
    ...(service ? serviceTerms(service, family) : []),
  ].filter((term) => term !== '');
  return terms.length === 0 ? '1' : terms.join(' && ');
}

/** Whether a rule counts for packets that go from a port into the network (`from-lport`) or the other way. */
export function concerns({ direction }: Pick<FirewallRule, 'direction'>, end: 'from-lport' | 'to-lport'): boolean {
  return direction === FirewallRule_Direction.IN_OUT || (direction === FirewallRule_Direction.OUT) === (end === 'from-lport');
}

function endpoint(end: 'src' | 'dst', part: SetPart, sets: readonly string[], literals: readonly string[], excluded: boolean): string {
  const elements = [...sets.map((key) => `$${addressSetName(key, part)}`), ...literals.filter((text) => partOf(text) === part)];
  if (elements.length === 0) return sets.length + literals.length > 0 && !excluded ? '0' : '';
  const some = `${FIELDS[part]}.${end} == {${elements.join(', ')}}`;
  return excluded ? `!(${some})` : some;
}

const FIELDS: Readonly<Record<SetPart, string>> = { 4: 'ip4', 6: 'ip6', mac: 'eth' };

/** Kind of an address, a block or a MAC address. */
export function partOf(text: string): SetPart {
  return parseRange(text)?.family ?? 'mac';
}

/** @param said what is said of the family already */
function serviceTerms(service: ServiceMatch, said: string): string[] {
  const { protocol, sourcePorts, destinationPorts, icmpType, icmpCode, etherType, family } = service;
  if (etherType !== 0) return [`eth.type == 0x${etherType.toString(16).padStart(4, '0')}`];
  const name = NAMES.get(protocol);
  const terms = protocol === 0 ? [said === '' ? 'ip' : ''] : [name ?? `ip.proto == ${protocol}`];
  if (family !== 0 && !name?.startsWith('icmp') && said !== `ip${family}`) terms.push(`ip${family}`);
  if (name) {
    terms.push(ports(`${name}.src`, sourcePorts), ports(`${name}.dst`, destinationPorts));
    if (icmpType !== undefined) terms.push(`${name}.type == ${icmpType}`);
    if (icmpCode !== undefined) terms.push(`${name}.code == ${icmpCode}`);
  }
  return terms;
}

const ICMP4 = 1;
const ICMP6 = 58;

const NAMES: ReadonlyMap<number, string> = new Map([
  [ICMP4, 'icmp4'],
  [6, 'tcp'],
  [17, 'udp'],
  [ICMP6, 'icmp6'],
  [132, 'sctp'],
]);

/** `443` and `8000-8080`. */
function ports(field: string, texts: readonly string[]): string {
  const single = texts.filter((text) => !text.includes('-'));
  const ranges = texts.filter((text) => text.includes('-')).map((text) => `${text.split('-')[0]} <= ${field} <= ${text.split('-')[1]}`);
  return anyOf([...(single.length > 0 ? [`${field} == {${single.join(', ')}}`] : []), ...ranges]);
}

function anyOf(terms: readonly string[]): string {
  return terms.length <= 1 ? (terms[0] ?? '') : `(${terms.map((term) => (term.includes(' && ') ? `(${term})` : term)).join(' || ')})`;
}
