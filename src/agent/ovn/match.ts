import { type FirewallRule, FirewallRule_Direction, type ServiceMatch } from '../../realization/resources.pb.js';
import { parseRange } from '../../shared/address.js';
import { addressSetName, type SetPart } from './names.js';

/** Writes what a firewall rule matches as an expression of OVN. */

/** Which layer a rule looks at: frames of any kind, or IP packets. */
export type Layer = 2 | 3;

/** What a rule matches apart from where it is applied. */
export function matchOf(rule: FirewallRule, layer: Layer): string {
  const terms = [
    family(rule, layer),
    endpoint('src', rule.sourceSets, rule.sourceAddresses, rule.sourcesExcluded, layer),
    endpoint('dst', rule.destinationSets, rule.destinationAddresses, rule.destinationsExcluded, layer),
    anyOf(rule.services.map(serviceMatch)),
  ].filter((term) => term !== '');
  return terms.length === 0 ? '1' : terms.join(' && ');
}

/** Whether a rule counts for packets that go from a port into the network (`from-lport`) or the other way. */
export function concerns({ direction }: FirewallRule, end: 'from-lport' | 'to-lport'): boolean {
  return direction === FirewallRule_Direction.IN_OUT || (direction === FirewallRule_Direction.OUT) === (end === 'from-lport');
}

function family({ family: wanted, services }: FirewallRule, layer: Layer): string {
  if (wanted !== 0) return `ip${wanted}`;
  return layer === 3 && services.every(({ etherType, protocol }) => etherType === 0 && protocol === 0) ? 'ip' : '';
}

function endpoint(end: 'src' | 'dst', sets: readonly string[], literals: readonly string[], excluded: boolean, layer: Layer): string {
  if (sets.length === 0 && literals.length === 0) return '';
  const parts: readonly SetPart[] = layer === 2 ? ['mac'] : [4, 6];
  const terms = parts.flatMap((part) => {
    const elements = [...sets.map((key) => `$${addressSetName(key, part)}`), ...literals.filter((text) => partOf(text) === part)];
    return elements.length === 0 ? [] : [`${FIELDS[part]}.${end} == {${elements.join(', ')}}`];
  });
  const some = anyOf(terms) || '0';
  return excluded ? `!(${some})` : some;
}

const FIELDS: Readonly<Record<SetPart, string>> = { 4: 'ip4', 6: 'ip6', mac: 'eth' };

/** Kind of an address, a block or a MAC address. */
export function partOf(text: string): SetPart {
  return parseRange(text)?.family ?? 'mac';
}

function serviceMatch(service: ServiceMatch): string {
  const { protocol, sourcePorts, destinationPorts, icmpType, icmpCode, etherType, family: wanted } = service;
  if (etherType !== 0) return `eth.type == 0x${etherType.toString(16).padStart(4, '0')}`;
  const name = NAMES.get(protocol);
  const terms = [name ?? (protocol === 0 ? 'ip' : `ip.proto == ${protocol}`)];
  if (wanted !== 0 && !name?.startsWith('icmp')) terms.push(`ip${wanted}`);
  if (name) {
    terms.push(ports(`${name}.src`, sourcePorts), ports(`${name}.dst`, destinationPorts));
    if (icmpType !== undefined) terms.push(`${name}.type == ${icmpType}`);
    if (icmpCode !== undefined) terms.push(`${name}.code == ${icmpCode}`);
  }
  const present = terms.filter((term) => term !== '');
  return present.length === 1 ? (present[0] as string) : `(${present.join(' && ')})`;
}

const NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'icmp4'],
  [6, 'tcp'],
  [17, 'udp'],
  [58, 'icmp6'],
  [132, 'sctp'],
]);

/** `443` and `8000-8080`. */
function ports(field: string, texts: readonly string[]): string {
  const single = texts.filter((text) => !text.includes('-'));
  const ranges = texts.filter((text) => text.includes('-')).map((text) => `${text.split('-')[0]} <= ${field} <= ${text.split('-')[1]}`);
  return anyOf([...(single.length > 0 ? [`${field} == {${single.join(', ')}}`] : []), ...ranges]);
}

function anyOf(terms: readonly string[]): string {
  return terms.length <= 1 ? (terms[0] ?? '') : `(${terms.join(' || ')})`;
}
