import type { DhcpV4StaticBindingConfig } from '../../model/networking/dhcp-v4-static-binding-config.resource.js';
import type { DhcpV6StaticBindingConfig } from '../../model/networking/dhcp-v6-static-binding-config.resource.js';
import type { SegmentPort } from '../../model/networking/segment-port.resource.js';
import type { PolicyObject } from '../../model/policy-object.js';
import { leasedAddresses, leaseQueue } from '../../model/spaces.js';
import { type Family, formatAddress, isWithin, parseAddress } from '../../shared/address.js';
import type { Alarm } from '../contract.js';
import type { PortFacts } from '../groups/membership.js';
import { addressElements, canonicalMac } from '../groups/selector.js';
import type { PortAddress } from '../resources.pb.js';
import { alarm } from './alarm.js';
import type { SubnetDhcp } from './dhcp.js';
import type { Reads } from './reads.js';

type Port = SegmentPort & PolicyObject;
type Binding = Partial<DhcpV4StaticBindingConfig> & Partial<DhcpV6StaticBindingConfig>;

const FAMILIES = [4, 6] as const;

/** Addresses of a port, and what of them DHCP decided. */
export interface AddressesOfPort {
  /** By MAC. The order of those of one MAC is that in which DHCP prefers them: stated, bound, given from ranges, seen. */
  readonly addresses: readonly PortAddress[];
  /** Bound to its MAC address or given from ranges, so that it uses them, or will once it asks. */
  readonly given: readonly string[];
  /** The same, but its workload was seen with others of their network instead: DHCP offers them, and nobody else counts on them. */
  readonly unused: readonly string[];
  /** Why DHCP does not give what it should. */
  readonly lacks: readonly Alarm[];
}

/** Addresses of a port: those stated, those that DHCP gives, and those seen on its interface that are not to be passed over. */
export function portAddresses(reads: Reads, port: Port): AddressesOfPort {
  const seen = reads.place(port.path)?.interface;
  const byMac = new Map<string, Set<string>>();
  const add = (mac: string, ...ips: readonly string[]) => {
    const known = byMac.get(mac) ?? new Set<string>();
    byMac.set(mac, known);
    for (const ip of ips) known.add(ip);
  };
  const interfaceMac = canonicalMac(seen?.mac ?? '');
  if (seen) add(interfaceMac);
  const stated = (port.address_bindings ?? []).map(({ mac_address: mac, ip_address: ip }) => ({ mac: mac ? canonicalMac(mac) : interfaceMac, ip }));
  for (const { mac, ip } of [...stated].sort((a, b) => ((a.ip ?? '') < (b.ip ?? '') ? -1 : 1))) add(mac, ...(ip ? [canonicalAddress(ip)] : []));
  const dhcp = reads.segment(port.parent_path)?.dhcp ?? [];
  const own = new Set(stated.flatMap(({ ip }) => (ip ? canonicalAddress(ip) : [])));
  const bound =
    dhcp.length === 0 ? [] : [...byMac.keys()].flatMap((mac) => boundTo(reads, port, mac, dhcp).flatMap((ip) => (own.has(ip) ? [] : [{ mac, ip }])));
  for (const { mac, ip } of bound) add(mac, ip);
  const leased = FAMILIES.flatMap((family) => (bound.some(({ ip }) => familyOf(ip) === family) ? [] : leaseOf(reads, port, family, dhcp)));
  // Where no node reports the MAC address, one that is stated may ask.
  const asks = interfaceMac || [...byMac.keys()].sort().find((mac) => mac !== '');
  if (asks) add(asks, ...leased);
  const ignored = new Set((port.ignored_address_bindings ?? []).flatMap(({ ip_address: ip }) => (ip ? canonicalAddress(ip) : [])));
  const used = (seen?.addresses ?? []).map(canonicalAddress).filter((ip) => !ignored.has(ip));
  for (const ip of [...used].sort()) add(interfaceMac, ip);
  const given = [...bound.map(({ ip }) => ip), ...(asks ? leased : [])];
  const unused = given.filter(
    (ip) => !used.includes(ip) && dhcp.some(({ network }) => isWithin(ip, network) && used.some((other) => isWithin(other, network))),
  );
  const addresses = [...byMac].sort(([a], [b]) => (a < b ? -1 : 1)).map(([mac, ips]) => ({ mac, ips: [...ips] }));
  const lacks = [...(seen && !asks ? withoutMac(port, leased) : []), ...withoutLease(reads, port, dhcp, addresses)];
  return { addresses, given: given.filter((ip) => !unused.includes(ip)), unused, lacks };
}

/** What groups need to know of a segment port. */
export function portFacts(reads: Reads, port: Port): PortFacts {
  return factsOf(port, reads.place(port.path)?.interface, portAddresses(reads, port));
}

/** The same where its addresses are known. @param seen the interface that is plugged in */
export function factsOf(
  { parent_path: segment }: Port,
  seen: { readonly machine: string; readonly externalId: string } | undefined,
  known: Pick<AddressesOfPort, 'addresses' | 'unused'>,
): PortFacts {
  const addresses = new Set<string>();
  for (const { mac, ips } of known.addresses) {
    if (mac !== '') addresses.add(mac);
    for (const ip of ips) if (!known.unused.includes(ip)) for (const element of addressElements(ip)) addresses.add(element);
  }
  return { segment, machine: seen?.machine || undefined, vif: seen?.externalId, addresses: [...addresses] };
}

/** Addresses that static bindings of the segment give to a MAC address. */
function boundTo({ intent }: Reads, { parent_path: segment }: Port, mac: string, dhcp: readonly SubnetDhcp[]): string[] {
  return intent.bindings(segment, mac).flatMap((path) => {
    const { ip_address: one, ip_addresses: several = [] } = intent.object<Binding>(path) ?? {};
    return [...(one === undefined ? [] : [one]), ...several].map(canonicalAddress).filter((ip) => dhcp.some(({ network }) => isWithin(ip, network)));
  });
}

function leaseOf({ intent }: Reads, { path, parent_path: segment }: Port, family: Family, dhcp: readonly SubnetDhcp[]): string[] {
  if (!dhcp.some((subnet) => subnet.family === family && subnet.gives === 'RANGES')) return [];
  const value = intent.address(leasedAddresses(segment, family), path);
  const lease = value === undefined ? undefined : formatAddress(family, value);
  return lease !== undefined && dhcp.some(({ network }) => isWithin(lease, network)) ? [lease] : [];
}

function withoutMac({ path }: Port, leased: readonly string[]): Alarm[] {
  if (leased.length === 0) return [];
  const reason = `DHCP cannot give ${leased.join(', ')} to ${path}: its node does not report the MAC address of the interface. State it in address_bindings.`;
  return [alarm('ADDRESS_MISSING', reason)];
}

/** A port that uses an address of the network without being given one does not miss it. */
function withoutLease({ intent }: Reads, { path, parent_path: segment }: Port, dhcp: readonly SubnetDhcp[], known: readonly PortAddress[]): Alarm[] {
  return FAMILIES.flatMap((family) => {
    const ranged = dhcp.filter((subnet) => subnet.family === family && subnet.gives === 'RANGES');
    if (ranged.length === 0 || intent.number(leaseQueue(segment, family).space, path) === undefined) return [];
    if (known.some(({ ips }) => ips.some((ip) => ranged.some(({ network }) => isWithin(ip, network))))) return [];
    const networks = ranged.map(({ network }) => network).join(', ');
    const reason = `DHCP has no address for ${path}: all of the ranges in ${networks} are in use. Add to dhcp_ranges of ${segment}, or delete ports that are not needed.`;
    return [alarm('ADDRESS_MISSING', reason)];
  });
}

function familyOf(address: string): Family | undefined {
  return parseAddress(address)?.family;
}

function canonicalAddress(text: string): string {
  const address = parseAddress(text);
  return address ? formatAddress(address.family, address.value) : text;
}
