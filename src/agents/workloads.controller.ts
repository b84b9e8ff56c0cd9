import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Permission } from '../access/permission.js';
import { AUDIT_SINK, type AuditSink } from '../audit/audit-sink.js';
import { CODES } from '../model/error-codes.js';
import { Field } from '../model/field.js';
import { PolicyError } from '../model/problem.js';
import { Answers, AnswersList, AnswersNothing, Takes } from '../operations/described.js';
import { type Listing, listing } from '../operations/listing.js';
import { readBody } from '../operations/typed-body.js';
import type { Remote } from '../shared/port-calls.js';
import { FABRIC_CALLS, type FabricCalls } from './fabric-calls.js';
import { FabricNames, fabricRefusal } from './fabric-names.js';
import type { Workload } from './session.pb.js';

const EXTERNAL_ID = '^[^\\s/]{1,255}$';

class WorkloadInterface {
  @Field('string', 'Identifier of the interface, unique among all nodes.', { required: true, pattern: EXTERNAL_ID })
  external_id!: string;

  @Field('string', 'What the attachment of a segment port names; the interface is plugged into nothing where left out.', { maxLength: 255 })
  attachment_id?: string;

  @Field('string', 'Address of the interface.', { required: true, format: 'mac-address' })
  mac!: string;

  @Field('string', 'IP addresses that the workload uses.', { array: true, format: 'ip', maxItems: 256 })
  addresses?: string[];
}

class PluggedWorkload {
  @Field('string', 'Policy path of the simulated node.', { required: true, maxLength: 2048 })
  node_path!: string;

  @Field('string', 'Identifier of the machine; it keeps it when it moves.', { required: true, pattern: EXTERNAL_ID })
  external_id!: string;

  @Field('string', 'Name of the machine; its identifier where left out.', { maxLength: 255 })
  display_name?: string;

  @Field('string', 'Name that the machine calls itself.', { maxLength: 255 })
  computer_name?: string;

  @Field('string', 'Operating system of the machine.', { maxLength: 255 })
  os_name?: string;

  @Field('boolean', 'Whether the machine runs.', { default: true })
  powered_on!: boolean;

  @Field(() => WorkloadInterface, 'Interfaces of the machine.', { array: true, required: true, maxItems: 32 })
  interfaces!: WorkloadInterface[];
}

class WorkloadMove {
  @Field('string', 'Policy path of the simulated node that the machine moves to.', { required: true, maxLength: 2048 })
  node_path!: string;
}

/** Machines on nodes; those of simulated nodes can be plugged, moved and unplugged. */
@ApiTags('Workloads')
@Controller('heddle/api/v1/workloads')
export class WorkloadsController {
  constructor(
    @Inject(FABRIC_CALLS) private readonly fabric: Remote<FabricCalls>,
    @Inject(AUDIT_SINK) private readonly audit: AuditSink,
    private readonly names: FabricNames,
  ) {}

  @Get()
  @Permission('inventory', 'read')
  @ApiOperation({ summary: 'List the machines that nodes report, with their interfaces.' })
  @AnswersList(PluggedWorkload)
  async list(): Promise<Listing<object>> {
    return listing(await this.all());
  }

  @Get(':machine')
  @Permission('inventory', 'read')
  @ApiOperation({ summary: 'Read a machine with its interfaces and the node it is on.' })
  @Answers(PluggedWorkload)
  async get(@Param('machine') id: string): Promise<object> {
    const found = (await this.all()).find(({ external_id }) => external_id === id);
    if (!found) throw new PolicyError({ status: 404, code: CODES.notFound, message: `No node reports a machine ${id}.` });
    return found;
  }

  @Post()
  @HttpCode(201)
  @Permission('fabric', 'write')
  @ApiOperation({ summary: 'Plug a machine into a simulated node. One with the same identifier on that node is replaced.' })
  @Takes(PluggedWorkload)
  @Answers(PluggedWorkload, { status: 201 })
  async plug(@Body() body: unknown, @Req() request: FastifyRequest): Promise<object> {
    const given = readBody(PluggedWorkload, body);
    const node = this.names.nodeId(given.node_path);
    const workload = workloadOf(given);
    await this.change(request, 201, () => this.fabric.plug(node, workload));
    return workloadBody(given.node_path, workload);
  }

  @Post(':machine/move')
  @HttpCode(200)
  @Permission('fabric', 'write')
  @ApiOperation({ summary: 'Move a machine to another simulated node.' })
  @Takes(WorkloadMove)
  @Answers(PluggedWorkload)
  async move(@Param('machine') id: string, @Body() body: unknown, @Req() request: FastifyRequest): Promise<object> {
    const { node_path } = readBody(WorkloadMove, body);
    const node = this.names.nodeId(node_path);
    const { workload } = await this.change(request, 200, () => this.fabric.move(id, node));
    return workloadBody(node_path, workload);
  }

  @Delete(':machine')
  @HttpCode(200)
  @Permission('fabric', 'write')
  @ApiOperation({ summary: 'Unplug a machine from its simulated node.' })
  @AnswersNothing()
  async unplug(@Param('machine') id: string, @Req() request: FastifyRequest): Promise<void> {
    await this.change(request, 200, () => this.fabric.unplug(id));
  }

  private async all(): Promise<WorkloadFacts[]> {
    const nodes = await this.fabric.nodes();
    const inventories = await Promise.all(nodes.map(({ nodeId }) => this.fabric.inventoryOf(nodeId)));
    return inventories.flatMap((inventory) =>
      [...(inventory?.machines.values() ?? [])].map((machine) => {
        const interfaces = [...(inventory?.interfaces.values() ?? [])].filter((entry) => entry.machine === machine.externalId);
        return workloadBody(inventory?.identity.path ?? '', { machine, interfaces });
      }),
    );
  }

  private async change<T>(request: FastifyRequest, status: number, change: () => Promise<T>): Promise<T> {
    const result = await change().catch((error: unknown) => Promise.reject(fabricRefusal(error)));
    await this.audit.record({ context: request.heddle, status });
    return result;
  }
}

interface WorkloadFacts {
  readonly external_id: string;
  readonly display_name: string | undefined;
  readonly computer_name: string | undefined;
  readonly os_name: string | undefined;
  readonly powered_on: boolean | undefined;
  readonly node_path: string;
  readonly interfaces: readonly { readonly external_id: string; readonly attachment_id: string; readonly mac: string; readonly addresses: readonly string[] }[];
}

function workloadOf({
  external_id,
  display_name = external_id,
  computer_name = display_name,
  os_name = '',
  powered_on,
  interfaces,
}: PluggedWorkload): Workload {
  return {
    machine: { externalId: external_id, displayName: display_name, computerName: computer_name, osName: os_name, poweredOn: powered_on },
    interfaces: interfaces.map(({ external_id: id, attachment_id = '', mac, addresses = [] }) => ({
      externalId: id,
      attachmentId: attachment_id,
      machine: external_id,
      mac: mac.toLowerCase(),
      addresses,
    })),
  };
}

function workloadBody(nodePath: string, { machine, interfaces }: Workload): WorkloadFacts {
  return {
    external_id: machine?.externalId ?? '',
    display_name: machine?.displayName,
    computer_name: machine?.computerName,
    os_name: machine?.osName,
    powered_on: machine?.poweredOn,
    node_path: nodePath,
    interfaces: interfaces.map(({ externalId, attachmentId, mac, addresses }) => ({ external_id: externalId, attachment_id: attachmentId, mac, addresses })),
  };
}
