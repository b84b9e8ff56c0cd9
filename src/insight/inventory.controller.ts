import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Json } from '../model/body.js';
import { CODES } from '../model/error-codes.js';
import { WorkloadTags, workloadTagsPath } from '../model/fabric/workload-tags.resource.js';
import { PolicyError } from '../model/problem.js';
import type { Registry } from '../model/registry.js';
import { validate } from '../model/validator.js';
import { Answers, AnswersList, AnswersNothing, Asks, Pages, Takes } from '../operations/described.js';
import { INTENT_READER, INTENT_WRITER, type IntentReader, type IntentWriter, REGISTRY } from '../policy/ports.js';
import { prepareObject } from '../policy/prepare.js';
import { included, type ListQuery, listing, pageOf } from '../policy/reading.js';
import { AUTHORIZER, type Authorizer, type KnownRequest } from '../policy/request.js';
import { Inventory } from './inventory.js';
import { VirtualMachine, VirtualMachineTags, VirtualMachineTagsUpdate, VirtualMachineWithInterfaces, VirtualNetworkInterface } from './virtual-machine.js';

type InventoryQuery = ListQuery & Readonly<Record<string, string | undefined>>;

const POLICY = 'policy/api/v1/infra/realized-state';
const TAG_ACTIONS = ['update_tags', 'add_tags', 'remove_tags'];
const BY_POINT = `${POLICY}/enforcement-points/:point`;

/** Workloads that nodes report, and the tags that users put on them, at the paths where NSX-T has them. */
@ApiTags('inventory')
@Controller()
export class InventoryController {
  constructor(
    private readonly inventory: Inventory,
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(INTENT_READER) private readonly reader: IntentReader,
    @Inject(INTENT_WRITER) private readonly writer: IntentWriter,
    @Inject(AUTHORIZER) private readonly authorizer: Authorizer,
  ) {}

  @Get([`${POLICY}/virtual-machines`, `${BY_POINT}/virtual-machines`, 'api/v1/fabric/virtual-machines'])
  @ApiOperation({ summary: 'Virtual machines that nodes report, with their tags' })
  @Asks('external_id', 'Only the machine with this identifier.')
  @Asks('display_name', 'Only machines of this name.')
  @Asks('host_id', 'Only machines that this node reports.')
  @Pages('cursor', 'page_size', 'included_fields')
  @AnswersList(VirtualMachine)
  machines(@Req() request: KnownRequest, @Query() query: InventoryQuery, @Res() reply: FastifyReply): void {
    this.list(request, query, reply, this.inventory.machines(), ['external_id', 'display_name', 'host_id']);
  }

  @Get([`${BY_POINT}/vifs`, 'api/v1/fabric/vifs'])
  @ApiOperation({ summary: 'Interfaces of virtual machines that nodes report' })
  @Asks('lport_attachment_id', 'Only the interface of this attachment.')
  @Asks('owner_vm_id', 'Only interfaces of this machine.')
  @Asks('host_id', 'Only interfaces that this node reports.')
  @Pages('cursor', 'page_size', 'included_fields')
  @AnswersList(VirtualNetworkInterface)
  interfaces(@Req() request: KnownRequest, @Query() query: InventoryQuery, @Res() reply: FastifyReply): void {
    this.list(request, query, reply, this.inventory.interfaces(), ['lport_attachment_id', 'owner_vm_id', 'host_id']);
  }

  @Get(`${BY_POINT}/virtual-machines/:machine/details`)
  @ApiOperation({ summary: 'One virtual machine with its interfaces' })
  @Answers(VirtualMachineWithInterfaces)
  details(@Req() request: KnownRequest, @Param('machine') externalId: string, @Res() reply: FastifyReply): void {
    this.authorizer.require(request.heddle, 'inventory', 'read');
    const machine = this.inventory.machineById(externalId);
    if (!machine) throw unknownMachine(externalId);
    reply.send({ virtual_machine: machine, vifs: this.inventory.interfaces().filter(({ owner_vm_id: owner }) => owner === externalId) });
  }

  @Post([`${BY_POINT}/virtual-machines`, 'api/v1/fabric/virtual-machines'])
  @HttpCode(204)
  @ApiOperation({ summary: 'Changes the tags of a virtual machine' })
  @Asks('action', 'Whether the labels replace those that the machine has, are added or taken away.', { required: true, enum: TAG_ACTIONS })
  @Takes(VirtualMachineTagsUpdate)
  @AnswersNothing({ status: 204 })
  async tag(@Req() request: KnownRequest, @Query('action') action: string | undefined, @Body() body: Json, @Res() reply: FastifyReply): Promise<void> {
    const { virtual_machine_id: machine, external_id: external, tags } = body ?? {};
    await this.setTags(request, String(machine ?? external ?? ''), action ?? '', tags, reply);
  }

  @Post(`${POLICY}/virtual-machines/:machine/tags`)
  @HttpCode(204)
  @ApiOperation({ summary: 'Replaces the tags of a virtual machine' })
  @Takes(VirtualMachineTags)
  @AnswersNothing({ status: 204 })
  async replaceTags(@Req() request: KnownRequest, @Param('machine') externalId: string, @Body() body: Json, @Res() reply: FastifyReply): Promise<void> {
    await this.setTags(request, externalId, 'update_tags', body?.tags, reply);
  }

  private async setTags(request: KnownRequest, externalId: string, action: string, given: unknown, reply: FastifyReply): Promise<void> {
    this.authorizer.require(request.heddle, 'inventory', 'write');
    if (!this.inventory.machineById(externalId)) throw unknownMachine(externalId);
    const path = workloadTagsPath(externalId);
    const located = this.registry.locate(path);
    const [problem, ...more] = validate(WorkloadTags, { tags: given ?? [] });
    if (problem || !located) throw problem ? new PolicyError(problem, ...more) : unknownMachine(externalId);
    const tags = combined(action, this.reader.get(path)?.tags ?? [], (given ?? []) as Tag[]);
    const { writes } = prepareObject(this.registry, 'patch', located, { tags });
    await this.writer.write({ context: request.heddle, writes });
    reply.code(204).send();
  }

  private list(request: KnownRequest, query: InventoryQuery, reply: FastifyReply, items: readonly Json[], filters: readonly string[]): void {
    this.authorizer.require(request.heddle, 'inventory', 'read');
    const page = pageOf(query);
    const found = items.filter((item) => filters.every((name) => query[name] === undefined || item[name] === query[name]));
    const bodies = found.slice(page.offset, page.offset + page.size).map((item) => JSON.stringify(item));
    reply.header('content-type', 'application/json; charset=utf-8').send(listing(included(bodies, query.included_fields), found.length, page));
  }
}

interface Tag {
  readonly scope?: string;
  readonly tag?: string;
}

function combined(action: string, current: readonly Tag[], given: readonly Tag[]): readonly Tag[] {
  const key = ({ scope = '', tag = '' }: Tag): string => JSON.stringify([scope, tag]);
  const named = new Set(given.map(key));
  if (action === 'update_tags') return given;
  if (action === 'add_tags') return [...current.filter((tag) => !named.has(key(tag))), ...given];
  if (action === 'remove_tags') return current.filter((tag) => !named.has(key(tag)));
  throw new PolicyError({ status: 400, code: CODES.field, field: 'action', message: 'Parameter action must be update_tags, add_tags or remove_tags.' });
}

function unknownMachine(externalId: string): PolicyError {
  return new PolicyError({
    status: 404,
    code: CODES.notFound,
    message: `No node reports a virtual machine with the external id ${externalId || '(none given)'}.`,
  });
}
