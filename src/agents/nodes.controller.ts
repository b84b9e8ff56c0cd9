import { Body, Controller, Get, HttpCode, Inject, Param, Post, Put, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Permission } from '../access/permission.js';
import { AUDIT_SINK, type AuditSink } from '../audit/audit-sink.js';
import { CODES } from '../model/error-codes.js';
import { Field } from '../model/field.js';
import { PolicyError } from '../model/problem.js';
import { Answers, AnswersList, Takes } from '../operations/described.js';
import { type Listing, listing } from '../operations/listing.js';
import { readBody } from '../operations/typed-body.js';
import { ResourceKind } from '../realization/resources.pb.js';
import type { Remote } from '../shared/port-calls.js';
import { EnrolmentService } from './enrolment/enrolment.service.js';
import { FABRIC_CALLS, type FabricCalls } from './fabric-calls.js';
import { fabricRefusal } from './fabric-names.js';
import type { NodeFacts } from './realization-host.js';
import type { Counters, EngineHealth } from './session.pb.js';
import { TransportNode } from './transport-node.js';

const KINDS = Object.values(ResourceKind).filter((kind) => typeof kind === 'string' && kind !== 'RESOURCE_KIND_UNSPECIFIED') as string[];

class Misbehaviour {
  @Field('string', 'Kind of resource; any where left out.', { enum: KINDS })
  kind?: keyof typeof ResourceKind;

  @Field('string', 'Only resources whose key contains this.', { maxLength: 2048 })
  key_contains?: string;

  @Field('string', 'Refuse them, with this reason.', { maxLength: 1024 })
  refuse_with?: string;

  @Field('boolean', 'Refuse the whole transaction without saying which resource it was.', { default: false })
  silent!: boolean;

  @Field('integer', 'Confirm them only after so many milliseconds.', { min: 0, max: 600_000 })
  delay_milliseconds?: number;
}

class Misbehaviours {
  @Field(() => Misbehaviour, 'Rules, instead of those set before; none: the engine behaves.', { array: true, required: true, maxItems: 100 })
  rules!: Misbehaviour[];
}

/** Transport nodes as they are now: who is connected, with what, and how far behind. */
@ApiTags('Nodes')
@Controller('heddle/api/v1/nodes')
export class NodesController {
  constructor(
    @Inject(FABRIC_CALLS) private readonly fabric: Remote<FabricCalls>,
    @Inject(AUDIT_SINK) private readonly audit: AuditSink,
    private readonly enrolment: EnrolmentService,
  ) {}

  @Get()
  @Permission('fabric', 'read')
  @ApiOperation({ summary: 'List the transport nodes with their sessions.' })
  @AnswersList(TransportNode)
  async list(): Promise<Listing<object>> {
    return listing((await this.fabric.nodes()).map(nodeBody));
  }

  @Get(':node')
  @Permission('fabric', 'read')
  @ApiOperation({ summary: 'Read a transport node with its session, the health of its engine and its counters.' })
  @Answers(TransportNode)
  async get(@Param('node') id: string): Promise<object> {
    const node = await this.find(id);
    const counters = (await this.fabric.engineCounters()).find((one) => one.node === node.nodeId)?.counters;
    return { ...nodeBody(node), ...(counters ? { counters: countersBody(counters) } : {}) };
  }

  @Post(':node/revocation')
  @HttpCode(200)
  @Permission('fabric', 'write')
  @ApiOperation({ summary: 'Revoke the certificates of a node: its stream is cut, and it has to be enrolled anew.' })
  @Answers(TransportNode)
  async revoke(@Param('node') id: string, @Req() request: FastifyRequest): Promise<object> {
    const node = await this.find(id);
    await this.enrolment.revoke(node.nodeId, request.heddle);
    await this.fabric.revokedAnew();
    return this.get(id);
  }

  @Put(':node/misbehaviour')
  @Permission('fabric', 'write')
  @ApiOperation({ summary: 'Make the engine of a simulated node refuse or delay resources, to see what becomes of it.' })
  @Takes(Misbehaviours)
  @Answers(Misbehaviours, { description: 'The rules, as they count from now on.' })
  async misbehave(@Param('node') id: string, @Body() body: unknown, @Req() request: FastifyRequest): Promise<object> {
    const { rules } = readBody(Misbehaviours, body);
    const node = await this.find(id);
    const given = rules.map(({ kind, key_contains = '', refuse_with = '', delay_milliseconds = 0, silent }) => ({
      kind: kind === undefined ? ResourceKind.RESOURCE_KIND_UNSPECIFIED : ResourceKind[kind],
      keyContains: key_contains,
      refuseWith: refuse_with,
      delayMilliseconds: delay_milliseconds,
      silent,
    }));
    await this.fabric.misbehave(node.nodeId, given).catch((error: unknown) => Promise.reject(fabricRefusal(error)));
    await this.audit.record({ context: request.heddle, status: 200 });
    return { rules };
  }

  private async find(id: string): Promise<NodeFacts> {
    const node = (await this.fabric.nodes()).find(({ nodeId }) => nodeId === id);
    if (node) return node;
    throw new PolicyError({ status: 404, code: CODES.notFound, message: `There is no transport node with the id ${id}: GET /heddle/api/v1/nodes lists them.` });
  }
}

function nodeBody({ nodeId, path, type, displayName, session, health }: NodeFacts): object {
  return {
    id: nodeId,
    path,
    node_type: type,
    display_name: displayName,
    connected: session !== undefined,
    ...(session
      ? {
          session: {
            peer: session.peer,
            since: session.since,
            last_heard: session.lastHeard,
            in_sync: session.inSync,
            applied_sequence: session.appliedSequence,
            software_version: session.softwareVersion,
            engine: session.engine,
            engine_version: session.engineVersion,
            certificate_serial: session.certificateSerial,
            certificate_not_after: session.certificateNotAfter,
            waiting_changes: session.waitingChanges,
            unacknowledged_deltas: session.unacknowledgedDeltas,
          },
        }
      : {}),
    ...(health ? { health: healthBody(health) } : {}),
  };
}

function healthBody({ healthy, detail, bgpSessions, tunnelsUp, tunnelsDown, membersUp, membersDown }: EngineHealth): object {
  return {
    healthy,
    detail,
    bgp_sessions: bgpSessions.map(({ instance, neighbor, state, establishedSeconds, prefixesReceived, prefixesSent }) => ({
      instance,
      neighbor,
      state,
      established_seconds: establishedSeconds,
      prefixes_received: prefixesReceived,
      prefixes_sent: prefixesSent,
    })),
    tunnels_up: tunnelsUp,
    tunnels_down: tunnelsDown,
    balancer_members_up: membersUp,
    balancer_members_down: membersDown,
  };
}

function countersBody({ since, rules, ports }: Counters): object {
  return {
    since,
    rules,
    ports: ports.map(({ port, packetsIn, packetsOut, packetsInDropped, packetsOutDropped, bytesIn, bytesOut }) => ({
      port,
      packets_in: packetsIn,
      packets_out: packetsOut,
      packets_in_dropped: packetsInDropped,
      packets_out_dropped: packetsOutDropped,
      bytes_in: bytesIn,
      bytes_out: bytesOut,
    })),
  };
}
