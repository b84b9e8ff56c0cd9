import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Permission } from '../access/permission.js';
import { CODES } from '../model/error-codes.js';
import { Field } from '../model/field.js';
import { PolicyError } from '../model/problem.js';
import { readBody } from '../operations/typed-body.js';
import type { Remote } from '../shared/port-calls.js';
import { FABRIC_CALLS, type FabricCalls } from './fabric-calls.js';
import { fabricRefusal } from './fabric-names.js';
import type { TraceHop } from './packet-tracing.js';
import { type Packet, TraceResult_Verdict } from './session.pb.js';

const PROTOCOLS: Readonly<Record<string, number>> = { ICMPV4: 1, TCP: 6, UDP: 17, ICMPV6: 58 };
const PROTOCOL_NAMES = new Map(Object.entries(PROTOCOLS).map(([name, number]) => [number, name]));

class PacketBody {
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

class TraceBody {
  @Field('string', 'Policy path of the segment port that sends the packet.', { maxLength: 2048 })
  from_port?: string;

  @Field('string', 'Policy path of the tier-0 interface over which the packet comes from the physical network.', { maxLength: 2048 })
  from_uplink?: string;

  @Field(() => PacketBody, 'The packet.', { required: true })
  packet!: PacketBody;
}

/** What would become of a packet, asked of the engines that would forward it. */
@ApiTags('Packet traces')
@Controller('heddle/api/v1/packet-traces')
export class PacketTracesController {
  constructor(@Inject(FABRIC_CALLS) private readonly fabric: Remote<FabricCalls>) {}

  @Post()
  @HttpCode(200)
  @Permission('networking', 'read')
  @ApiOperation({ summary: 'Follow a packet from node to node without sending it: where it ends, and which rule or route decided.' })
  async trace(@Body() body: unknown): Promise<object> {
    const { from_port, from_uplink, packet } = readBody(TraceBody, body);
    if ((from_port === undefined) === (from_uplink === undefined)) {
      throw new PolicyError({
        status: 400,
        code: CODES.field,
        field: 'from_port',
        message: 'Either from_port or from_uplink must say where the packet begins.',
      });
    }
    const start = from_port === undefined ? { uplink: from_uplink ?? '' } : { port: from_port };
    const { verdict, hops } = await this.fabric.trace(start, packetOf(packet)).catch((error: unknown) => Promise.reject(fabricRefusal(error)));
    return { verdict, hops: hops.map(hopBody) };
  }
}

function packetOf(body: PacketBody): Packet {
  return {
    sourceMac: body.source_mac?.toLowerCase() ?? '',
    destinationMac: body.destination_mac?.toLowerCase() ?? '',
    sourceAddress: body.source_address,
    destinationAddress: body.destination_address,
    protocol: PROTOCOLS[body.protocol] ?? 0,
    sourcePort: body.source_port,
    destinationPort: body.destination_port,
    icmpType: body.icmp_type,
    icmpCode: body.icmp_code,
    hopLimit: 0,
  };
}

function hopBody({ node, result, error }: TraceHop): object {
  return {
    node_id: node,
    ...(result
      ? {
          verdict: TraceResult_Verdict[result.verdict],
          steps: result.steps.map(({ kind, resource, detail, packet }) => ({ kind, resource, detail, packet: packet && packetBody(packet) })),
        }
      : {}),
    ...(error === undefined ? {} : { error }),
  };
}

function packetBody(packet: Packet): object {
  return {
    source_mac: packet.sourceMac,
    destination_mac: packet.destinationMac,
    source_address: packet.sourceAddress,
    destination_address: packet.destinationAddress,
    protocol: PROTOCOL_NAMES.get(packet.protocol) ?? String(packet.protocol),
    source_port: packet.sourcePort,
    destination_port: packet.destinationPort,
    hop_limit: packet.hopLimit,
  };
}
