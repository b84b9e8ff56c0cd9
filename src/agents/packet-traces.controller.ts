import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Permission } from '../access/permission.js';
import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import { Answers, Takes } from '../operations/described.js';
import { readBody } from '../operations/typed-body.js';
import type { Remote } from '../shared/port-calls.js';
import { FABRIC_CALLS, type FabricCalls } from './fabric-calls.js';
import { fabricRefusal } from './fabric-names.js';
import { PacketTraceRequest, PROTOCOLS, TracedPath } from './packet-trace.js';
import type { TraceHop } from './packet-tracing.js';
import { type Packet, TraceResult_Verdict } from './session.pb.js';

const PROTOCOL_NAMES = new Map(Object.entries(PROTOCOLS).map(([name, number]) => [number, name]));

/** What would become of a packet, asked of the engines that would forward it. */
@ApiTags('Packet traces')
@Controller('heddle/api/v1/packet-traces')
export class PacketTracesController {
  constructor(@Inject(FABRIC_CALLS) private readonly fabric: Remote<FabricCalls>) {}

  @Post()
  @HttpCode(200)
  @Permission('networking', 'read')
  @ApiOperation({ summary: 'Follow a packet from node to node without sending it: where it ends, and which rule or route decided.' })
  @Takes(PacketTraceRequest)
  @Answers(TracedPath, { description: 'What would become of it.' })
  async trace(@Body() body: unknown): Promise<object> {
    const { from_port, from_uplink, packet } = readBody(PacketTraceRequest, body);
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

function packetOf(body: PacketTraceRequest['packet']): Packet {
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
