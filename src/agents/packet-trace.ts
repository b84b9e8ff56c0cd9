import { Field } from '../model/field.js';
import { TraceResult_Verdict } from './session.pb.js';

/** Questions after a packet, and what the nodes answer. */

export const PROTOCOLS: Readonly<Record<string, number>> = { ICMPV4: 1, TCP: 6, UDP: 17, ICMPV6: 58 };

/** The values of an enumeration of the agents' protocol that mean something. */
const VERDICTS = Object.values(TraceResult_Verdict).filter((name): name is string => typeof name === 'string' && name !== 'VERDICT_UNSPECIFIED');

class TracedPacket {
  @Field('string', 'Source address; needed for IP.', { required: true, format: 'ip' })
  source_address!: string;

  @Field('string', 'Destination address.', { required: true, format: 'ip' })
  destination_address!: string;

  @Field('string', 'Protocol.', { enum: Object.keys(PROTOCOLS), default: 'TCP' })
  protocol!: string;

  @Field('integer', 'Source port of TCP and UDP.', { min: 0, max: 65_535, default: 49_152 })
  source_port!: number;

  @Field('integer', 'Destination port of TCP and UDP.', { min: 0, max: 65_535, default: 0 })
  destination_port!: number;

  @Field('integer', 'ICMP type.', { min: 0, max: 255, default: 8 })
  icmp_type!: number;

  @Field('integer', 'ICMP code.', { min: 0, max: 255, default: 0 })
  icmp_code!: number;

  @Field('string', 'Source MAC address; the one of the port where left out.', { format: 'mac-address' })
  source_mac?: string;

  @Field('string', 'Destination MAC address; what the sender would find by asking where left out.', { format: 'mac-address' })
  destination_mac?: string;
}

export class PacketTraceRequest {
  @Field('string', 'Policy path of the segment port that sends the packet.', { maxLength: 2048 })
  from_port?: string;

  @Field('string', 'Policy path of the tier-0 interface over which the packet comes from the physical network.', { maxLength: 2048 })
  from_uplink?: string;

  @Field(() => TracedPacket, 'The packet.', { required: true })
  packet!: TracedPacket;
}

/** A packet as an engine has it: addresses are empty where it has none. */
class SeenPacket {
  @Field('string', 'Source MAC address.', { required: true })
  source_mac!: string;

  @Field('string', 'Destination MAC address.', { required: true })
  destination_mac!: string;

  @Field('string', 'Source address.', { required: true })
  source_address!: string;

  @Field('string', 'Destination address.', { required: true })
  destination_address!: string;

  @Field('string', 'Protocol, by name or number.', { required: true })
  protocol!: string;

  @Field('integer', 'Source port.', { required: true })
  source_port!: number;

  @Field('integer', 'Destination port.', { required: true })
  destination_port!: number;

  @Field('integer', 'Hops that the packet has left.', { required: true })
  hop_limit!: number;
}

class TraceStep {
  @Field('string', 'What was done, such as FIREWALL, ROUTE or NAT.', { required: true })
  kind!: string;

  @Field('string', 'Resource that decided; empty where none did.', { required: true })
  resource!: string;

  @Field('string', 'What it decided, for people.', { required: true })
  detail!: string;

  @Field(() => SeenPacket, 'The packet after the step.')
  packet?: SeenPacket;
}

class TracedHop {
  @Field('string', 'Node that was asked.', { required: true })
  node_id!: string;

  @Field('string', 'What became of the packet there; absent where the node could not be asked.', { enum: VERDICTS })
  verdict?: string;

  @Field(() => TraceStep, 'What was done with the packet, in order; absent where the node could not be asked.', { array: true })
  steps?: TraceStep[];

  @Field('string', 'Why the node could not be asked.')
  error?: string;
}

export class TracedPath {
  @Field('string', 'Where the packet ends; UNKNOWN where a node on its way could not be asked.', {
    required: true,
    enum: ['DELIVERED', 'UPLINK', 'DROPPED', 'REJECTED', 'ANSWERED', 'UNKNOWN'],
  })
  verdict!: string;

  @Field(() => TracedHop, 'Nodes that the packet crosses, in order.', { required: true, array: true })
  hops!: TracedHop[];
}
