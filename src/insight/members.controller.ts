import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Json } from '../model/body.js';
import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import { INTENT_READER, type IntentReader } from '../policy/ports.js';
import { type ListQuery, listing, pageOf } from '../policy/reading.js';
import { AUTHORIZER, type Authorizer, type KnownRequest } from '../policy/request.js';
import type { MemberKind } from '../realization/contract.js';
import { Inventory } from './inventory.js';
import { REALIZATION_QUERIES, type RealizationQueries } from './ports.js';

/** What clients may ask for after `members/`, and what realization calls it. */
const KINDS: Readonly<Record<string, MemberKind>> = {
  'virtual-machines': 'VirtualMachine',
  vifs: 'VirtualNetworkInterface',
  segments: 'Segment',
  'logical-switches': 'Segment',
  'segment-ports': 'SegmentPort',
  'logical-ports': 'SegmentPort',
  'ip-addresses': 'IPAddress',
  'consolidated-effective-ip-addresses': 'IPAddress',
  'mac-addresses': 'MACAddress',
  'ip-groups': 'Group',
};

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

  @Get('domains/:domain/groups/:group/members/:kind')
  @ApiOperation({ summary: 'Members of a group', description: `What may be asked for: ${Object.keys(KINDS).join(', ')}.` })
  async members(@Req() request: KnownRequest, @Param() params: Record<string, string>, @Query() query: ListQuery, @Res() reply: FastifyReply): Promise<void> {
    this.authorizer.require(request.heddle, 'security', 'read');
    const path = `/infra/domains/${params.domain}/groups/${params.group}`;
    const kind = KINDS[params.kind ?? ''];
    if (!kind) {
      throw new PolicyError({
        status: 404,
        code: CODES.unknownRoute,
        path,
        message: `Groups have no members/${params.kind}: ask for ${Object.keys(KINDS).join(', ')}.`,
      });
    }
    const members = this.reader.exists(path) ? await this.realization.members(path, kind, this.reader.sequence()) : undefined;
    if (!members) throw new PolicyError({ status: 404, code: CODES.notFound, path, message: `${path} does not exist. Identifiers are case sensitive.` });
    const page = pageOf(query);
    const shown = members.slice(page.offset, page.offset + page.size).map((member) => JSON.stringify(this.shown(kind, member)));
    reply.header('content-type', 'application/json; charset=utf-8').send(listing(shown, members.length, page));
  }

  /** Addresses are plain strings; machines and interfaces are what inventory shows; the rest are objects by path. */
  private shown(kind: MemberKind, member: string): Json | string {
    if (kind === 'IPAddress' || kind === 'MACAddress') return member;
    if (kind === 'VirtualMachine') return { id: member, ...this.inventory.machineById(member) };
    if (kind === 'VirtualNetworkInterface') return this.inventory.interfaceById(member) ?? { external_id: member };
    return { id: member.slice(member.lastIndexOf('/') + 1), path: member, display_name: this.reader.get(member)?.display_name ?? member };
  }

  @Get('group-associations')
  @ApiOperation({ summary: 'Groups that an object is a member of' })
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
}
