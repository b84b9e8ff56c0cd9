import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Json } from '../model/body.js';
import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import { Answers, AnswersList, Asks, Pages } from '../operations/described.js';
import { INTENT_READER, type IntentReader } from '../policy/ports.js';
import { type ListQuery, listing, pageOf } from '../policy/reading.js';
import { AUTHORIZER, type Authorizer, type KnownRequest } from '../policy/request.js';
import type { MemberKind } from '../realization/contract.js';
import { GroupAddressPage, GroupMember, GroupReference } from './group-member.js';
import { Inventory } from './inventory.js';
import { REALIZATION_QUERIES, type RealizationQueries } from './ports.js';
import { VirtualMachine, VirtualNetworkInterface } from './virtual-machine.js';

const MEMBERS = 'domains/:domain/groups/:group/members';
const OF_PAGE = Pages('cursor', 'page_size');

/** Group and domain of a request. */
type GroupParams = Readonly<Record<'domain' | 'group', string>>;

/** What a group resolves to now. */
@ApiTags('security')
@Controller('policy/api/v1/infra')
export class MembersController {
  constructor(
    private readonly inventory: Inventory,
    @Inject(INTENT_READER) private readonly reader: IntentReader,
    @Inject(REALIZATION_QUERIES) private readonly realization: RealizationQueries,
    @Inject(AUTHORIZER) private readonly authorizer: Authorizer,
  ) {}

  @Get(`${MEMBERS}/virtual-machines`)
  @ApiOperation({ summary: 'Virtual machines in a group' })
  @OF_PAGE
  @AnswersList(VirtualMachine)
  machines(@Req() request: KnownRequest, @Param() group: GroupParams, @Query() query: ListQuery, @Res() reply: FastifyReply): Promise<void> {
    return this.list('VirtualMachine', request, group, query, reply);
  }

  @Get(`${MEMBERS}/vifs`)
  @ApiOperation({ summary: 'Interfaces of virtual machines in a group' })
  @OF_PAGE
  @AnswersList(VirtualNetworkInterface)
  interfaces(@Req() request: KnownRequest, @Param() group: GroupParams, @Query() query: ListQuery, @Res() reply: FastifyReply): Promise<void> {
    return this.list('VirtualNetworkInterface', request, group, query, reply);
  }

  @Get([`${MEMBERS}/segments`, `${MEMBERS}/logical-switches`])
  @ApiOperation({ summary: 'Segments in a group' })
  @OF_PAGE
  @AnswersList(GroupMember)
  segments(@Req() request: KnownRequest, @Param() group: GroupParams, @Query() query: ListQuery, @Res() reply: FastifyReply): Promise<void> {
    return this.list('Segment', request, group, query, reply);
  }

  @Get([`${MEMBERS}/segment-ports`, `${MEMBERS}/logical-ports`])
  @ApiOperation({ summary: 'Segment ports in a group' })
  @OF_PAGE
  @AnswersList(GroupMember)
  ports(@Req() request: KnownRequest, @Param() group: GroupParams, @Query() query: ListQuery, @Res() reply: FastifyReply): Promise<void> {
    return this.list('SegmentPort', request, group, query, reply);
  }

  @Get(`${MEMBERS}/ip-groups`)
  @ApiOperation({ summary: 'Groups of addresses in a group' })
  @OF_PAGE
  @AnswersList(GroupMember)
  groups(@Req() request: KnownRequest, @Param() group: GroupParams, @Query() query: ListQuery, @Res() reply: FastifyReply): Promise<void> {
    return this.list('Group', request, group, query, reply);
  }

  @Get([`${MEMBERS}/ip-addresses`, `${MEMBERS}/consolidated-effective-ip-addresses`])
  @ApiOperation({ summary: 'IP addresses of everything in a group' })
  @OF_PAGE
  @Answers(GroupAddressPage, { description: 'A page of them.' })
  addresses(@Req() request: KnownRequest, @Param() group: GroupParams, @Query() query: ListQuery, @Res() reply: FastifyReply): Promise<void> {
    return this.list('IPAddress', request, group, query, reply);
  }

  @Get(`${MEMBERS}/mac-addresses`)
  @ApiOperation({ summary: 'MAC addresses of everything in a group' })
  @OF_PAGE
  @Answers(GroupAddressPage, { description: 'A page of them.' })
  macAddresses(@Req() request: KnownRequest, @Param() group: GroupParams, @Query() query: ListQuery, @Res() reply: FastifyReply): Promise<void> {
    return this.list('MACAddress', request, group, query, reply);
  }

  @Get('group-associations')
  @ApiOperation({ summary: 'Groups that an object is a member of' })
  @Asks('intent_path', 'Policy path of a segment, a segment port or a group.', { required: true })
  @OF_PAGE
  @AnswersList(GroupReference)
  async associations(@Req() request: KnownRequest, @Query() query: ListQuery & { intent_path?: string }, @Res() reply: FastifyReply): Promise<void> {
    this.authorizer.require(request.heddle, 'security', 'read');
    const { intent_path: path } = query;
    const object = path === undefined ? undefined : this.reader.get(path);
    if (!object)
      throw new PolicyError({
        status: 400,
        code: CODES.field,
        field: 'intent_path',
        message: 'Parameter intent_path must be the policy path of a segment, a segment port or a group.',
      });
    const groups = await this.realization.groupsOf(object.resource_type as MemberKind, object.path, this.reader.sequence());
    const page = pageOf(query);
    const shown = groups
      .slice(page.offset, page.offset + page.size)
      .map((group) =>
        JSON.stringify({ target_type: 'Group', path: group, target_display_name: this.reader.get(group)?.display_name ?? group, is_valid: true }),
      );
    reply.header('content-type', 'application/json; charset=utf-8').send(listing(shown, groups.length, page));
  }
  private async list(kind: MemberKind, request: KnownRequest, { domain, group }: GroupParams, query: ListQuery, reply: FastifyReply): Promise<void> {
    this.authorizer.require(request.heddle, 'security', 'read');
    const path = `/infra/domains/${domain}/groups/${group}`;
    const members = this.reader.exists(path) ? await this.realization.members(path, kind, this.reader.sequence()) : undefined;
    if (!members) throw new PolicyError({ status: 404, code: CODES.notFound, path, message: `${path} does not exist. Identifiers are case sensitive.` });
    const page = pageOf(query);
    const shown = members.slice(page.offset, page.offset + page.size).map((member) => JSON.stringify(this.shown(kind, member)));
    reply.header('content-type', 'application/json; charset=utf-8').send(listing(shown, members.length, page));
  }

  /** Addresses are plain strings; machines and interfaces are what inventory shows; the rest are objects by path. */
  private shown(kind: MemberKind, member: string): Json | string {
    if (kind === 'IPAddress' || kind === 'MACAddress') return member;
    if (kind === 'VirtualMachine') return { id: member, external_id: member, ...this.inventory.machineById(member) };
    if (kind === 'VirtualNetworkInterface') return this.inventory.interfaceById(member) ?? { external_id: member };
    return { id: member.slice(member.lastIndexOf('/') + 1), path: member, display_name: this.reader.get(member)?.display_name ?? member };
  }
}
