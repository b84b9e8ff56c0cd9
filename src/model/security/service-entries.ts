import { Field, type StructClass, Variant } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';

/**
 * What a service matches in a packet. Entries stand inside a service or directly in a rule; each carries the fields of a
 * resource, because clients name them and send back what they read.
 */
abstract class ServiceEntry extends PolicyConfigResource {}

@Variant('L4PortSetServiceEntry')
export class L4PortSetServiceEntry extends ServiceEntry {
  @Field('string', 'Transport protocol.', { required: true, enum: ['TCP', 'UDP'] })
  l4_protocol!: string;

  @Field('string', 'Destination ports or ranges; all ports where left out.', { array: true, maxItems: 15, format: 'port-or-range' })
  destination_ports?: string[];

  @Field('string', 'Source ports or ranges; all ports where left out.', { array: true, maxItems: 15, format: 'port-or-range' })
  source_ports?: string[];
}

@Variant('ICMPTypeServiceEntry')
export class ICMPTypeServiceEntry extends ServiceEntry {
  @Field('string', 'Version of ICMP.', { required: true, enum: ['ICMPv4', 'ICMPv6'] })
  protocol!: string;

  @Field('integer', 'Type of the message; all types where left out.', { min: 0, max: 255 })
  icmp_type?: number;

  @Field('integer', 'Code of the message within its type; all codes where left out.', { min: 0, max: 255 })
  icmp_code?: number;
}

@Variant('IPProtocolServiceEntry')
export class IPProtocolServiceEntry extends ServiceEntry {
  @Field('integer', 'Number of the protocol above IP, such as 47 for GRE.', { required: true, min: 0, max: 255 })
  protocol_number!: number;
}

@Variant('IGMPTypeServiceEntry')
export class IGMPTypeServiceEntry extends ServiceEntry {}

@Variant('ALGTypeServiceEntry')
export class ALGTypeServiceEntry extends ServiceEntry {
  @Field('string', 'Protocol whose control connection is followed, so that the data connections it announces pass too.', {
    required: true,
    enum: ['ORACLE_TNS', 'FTP', 'SUN_RPC_TCP', 'SUN_RPC_UDP', 'MS_RPC_TCP', 'MS_RPC_UDP', 'NBNS_BROADCAST', 'NBDG_BROADCAST', 'TFTP'],
  })
  alg!: string;

  @Field('string', 'Destination ports of the control connection.', { array: true, required: true, minItems: 1, maxItems: 15, format: 'port-or-range' })
  destination_ports!: string[];

  @Field('string', 'Source ports of the control connection; all ports where left out.', { array: true, maxItems: 15, format: 'port-or-range' })
  source_ports?: string[];
}

@Variant('EtherTypeServiceEntry')
export class EtherTypeServiceEntry extends ServiceEntry {
  @Field('integer', 'EtherType of the frame, such as 2054 for ARP.', { required: true, min: 0, max: 65535 })
  ether_type!: number;
}

@Variant('NestedServiceServiceEntry')
export class NestedServiceServiceEntry extends ServiceEntry {
  @Field('string', "Another service whose entries count as this one's.", { required: true, refs: { to: ['Service'] } })
  nested_service_path!: string;
}

export type AnyServiceEntry =
  | IPProtocolServiceEntry
  | IGMPTypeServiceEntry
  | ICMPTypeServiceEntry
  | ALGTypeServiceEntry
  | L4PortSetServiceEntry
  | EtherTypeServiceEntry
  | NestedServiceServiceEntry;

/** Every kind of entry. */
export const SERVICE_ENTRIES: readonly StructClass[] = [
  IPProtocolServiceEntry,
  IGMPTypeServiceEntry,
  ICMPTypeServiceEntry,
  ALGTypeServiceEntry,
  L4PortSetServiceEntry,
  EtherTypeServiceEntry,
  NestedServiceServiceEntry,
];
