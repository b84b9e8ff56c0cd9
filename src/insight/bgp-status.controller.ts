import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { BgpNeighborConfig } from '../model/networking/bgp-neighbor-config.resource.js';
import { AnswersList, Asks, Pages } from '../operations/described.js';
import { type ListQuery, listing, pageOf } from '../policy/reading.js';
import type { KnownRequest } from '../policy/request.js';
import { AskedIntent } from './asked-intent.js';
import { bgpNeighborStatuses, PolicyBgpNeighborStatus } from './bgp-status.js';
import { NODE_REPORTS, type NodeReports } from './ports.js';

/** What became of the sessions with the neighbors of a tier-0. */
@ApiTags('networking')
@Controller('policy/api/v1/infra')
export class BgpStatusController {
  constructor(
    private readonly intent: AskedIntent,
    @Inject(NODE_REPORTS) private readonly reports: NodeReports,
  ) {}

  @Get('tier-0s/:gateway/locale-services/:service/bgp/neighbors/status')
  @ApiOperation({ summary: 'State of the BGP sessions, as the edges last reported it' })
  @Asks('edge_path', 'Policy path of an edge: only its sessions.')
  @Pages('cursor', 'page_size')
  @AnswersList(PolicyBgpNeighborStatus)
  async neighbors(
    @Req() request: KnownRequest,
    @Param() { gateway, service }: Readonly<Record<'gateway' | 'service', string>>,
    @Query() query: ListQuery & { edge_path?: string },
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const tier0 = `/infra/tier-0s/${gateway}`;
    const bgp = this.intent.find(request, `${tier0}/locale-services/${service}/bgp`);
    const neighbors = this.intent.reader.children<BgpNeighborConfig>(bgp.path, ['BgpNeighborConfig']);
    const all = bgpNeighborStatuses(neighbors, tier0, await this.reports.nodes());
    const asked = query.edge_path === undefined ? all : all.filter(({ edge_path: edge }) => edge === query.edge_path);
    const page = pageOf(query);
    const shown = asked.slice(page.offset, page.offset + page.size).map((status) => JSON.stringify(status));
    reply.header('content-type', 'application/json; charset=utf-8').send(listing(shown, asked.length, page));
  }
}
