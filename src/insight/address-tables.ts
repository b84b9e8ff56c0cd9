import type { Said } from '../agents/node-answer.js';
import type { KnownAddresses } from '../agents/session.pb.js';
import { Field } from '../model/field.js';
import { PolicyError } from '../model/problem.js';
import type { PageRequest } from '../policy/ports.js';
import { parseAddress } from '../shared/address.js';
import { ENFORCEMENT_POINT } from './enforcement-point.js';

/** Tables of the addresses that nodes know of the workloads of a segment, as NSX-T shows them. */

abstract class AddressList {
  @Field('integer', 'How many there are in all.', { required: true })
  result_count!: number;

  @Field('string', 'Where the next page begins; absent on the last one.')
  cursor?: string;

  @Field('integer', 'When the nodes were asked, in milliseconds since 1970.', { required: true })
  last_update_timestamp!: number;
}

class MacTableEntry {
  @Field('string', 'MAC address of a workload.', { required: true, format: 'mac-address' })
  mac_address!: string;

  @Field('string', 'Underlay address of the node that it is on.', { format: 'ip' })
  vtep_ip?: string;
}

class SegmentPortMacTableEntry {
  @Field('string', 'MAC address.', { required: true, format: 'mac-address' })
  mac_address!: string;

  @Field('string', 'LEARNED: it was seen at the port. STATIC: the node was told it.', { required: true, enum: ['STATIC', 'LEARNED'] })
  mac_type!: string;
}

class InterfaceArpEntry {
  @Field('string', 'Address.', { required: true, format: 'ip' })
  ip!: string;

  @Field('string', 'MAC address that it is at.', { required: true, format: 'mac-address' })
  mac_address!: string;
}

export class SegmentMacAddressListResult extends AddressList {
  @Field(() => MacTableEntry, 'MAC addresses of the segment, each with where it is.', { required: true, array: true })
  results!: MacTableEntry[];
}

export class SegmentPortMacAddressListResult extends AddressList {
  @Field(() => SegmentPortMacTableEntry, 'MAC addresses of the port.', { required: true, array: true })
  results!: SegmentPortMacTableEntry[];
}

export class InterfaceArpTable extends AddressList {
  @Field('string', 'Policy path of the segment whose gateway it is.', { required: true })
  interface_path!: string;

  @Field('string', 'Path of the enforcement point.', { required: true })
  enforcement_point_path!: string;

  @Field(() => InterfaceArpEntry, 'What the gateway resolves addresses to.', { required: true, array: true })
  results!: InterfaceArpEntry[];
}

/** What nodes said of a segment, and when they were asked, in milliseconds since 1970. */
export interface AskedAddresses {
  readonly at: number;
  readonly said: readonly Said<KnownAddresses>[];
}

/** @param tunnelAddress where tunnels to a node end */
export function macTable({ at, said }: AskedAddresses, tunnelAddress: (node: string) => string | undefined, page: PageRequest): SegmentMacAddressListResult {
  const entries = said.flatMap(({ node, value }) =>
    (value?.macs ?? []).map(({ mac }) => {
      const address = tunnelAddress(node);
      return { mac_address: mac, ...(address === undefined ? {} : { vtep_ip: address }) };
    }),
  );
  return { last_update_timestamp: at, ...partOf(entries, ({ mac_address: mac }) => mac, page) };
}

export function portMacTable({ at, said }: AskedAddresses, port: string, page: PageRequest): SegmentPortMacAddressListResult {
  const entries = said
    .flatMap(({ value }) => value?.macs ?? [])
    .filter((one) => one.port === port)
    .map(({ mac, learned }) => ({ mac_address: mac, mac_type: learned ? 'LEARNED' : 'STATIC' }));
  return { last_update_timestamp: at, ...partOf(entries, ({ mac_address: mac }) => mac, page) };
}

export function arpTable(segment: string, { at, said }: AskedAddresses, page: PageRequest): InterfaceArpTable {
  const entries = new Map(said.flatMap(({ value }) => value?.resolutions ?? []).map(({ ip, mac }) => [`${ip} ${mac}`, { ip, mac_address: mac }]));
  const rows = partOf([...entries.values()], ({ ip }) => inOrder(ip), page);
  return { interface_path: segment, enforcement_point_path: ENFORCEMENT_POINT, last_update_timestamp: at, ...rows };
}

/** @throws PolicyError 503 where nodes were asked and none answered */
export function requireAnswers(segment: string, { said }: AskedAddresses): void {
  if (said.length === 0 || said.some(({ value }) => value)) return;
  const reasons = [...new Set(said.map(({ error }) => error))].join('; ');
  throw new PolicyError({ status: 503, code: 503, path: segment, message: `No node of the segment answers: ${reasons}.` });
}

function partOf<T>(entries: readonly T[], order: (entry: T) => string, { offset, size }: PageRequest): { results: T[]; result_count: number; cursor?: string } {
  const sorted = entries
    .map((entry) => [order(entry), entry] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, entry]) => entry);
  const next = offset + size;
  return { results: sorted.slice(offset, next), result_count: sorted.length, ...(next < sorted.length ? { cursor: String(next) } : {}) };
}

/** A text that sorts addresses as numbers, those of IPv4 first. */
function inOrder(ip: string): string {
  const address = parseAddress(ip);
  return address ? `${address.family} ${address.value.toString(16).padStart(32, '0')}` : ip;
}
