import { Controller, Get, Inject, Param, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { saidBy } from '../agents/node-answer.js';
import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import { AnswersList, Asks, Pages } from '../operations/described.js';
import { type ListQuery, pageOf } from '../policy/reading.js';
import type { KnownRequest } from '../policy/request.js';
import { AskedIntent } from './asked-intent.js';
import { BgpNeighborRoutes, routesOfNeighbor } from './bgp-routes.js';
import { NODE_REPORTS, type NodeReports } from './ports.js';

const NEIGHBOR = 'tier-0s/:gateway/locale-services/:service/bgp/neighbors/:neighbor';

type NeighborParams = Readonly<Record<'gateway' | 'service' | 'neighbor', string>>;
type RouteQuery = ListQuery & { readonly count?: string };

/**
 * Routes of the neighbors of a tier-0, asked of its edges when somebody reads them. A page holds a part of the routes of each edge, so
 * that a full table costs neither the edge nor the reader more than what is read.
 */
@ApiTags('networking')
@Controller('policy/api/v1/infra')
export class BgpRoutesController {
  constructor(
    private readonly intent: AskedIntent,
    @Inject(NODE_REPORTS) private readonly reports: NodeReports,
  ) {}

  @Get(`${NEIGHBOR}/routes`)
  @ApiOperation({ summary: 'Routes that a BGP neighbor announces, as each edge has taken them' })
  @Asks('count', 'So many routes of each edge and no more.', { type: 'integer', minimum: 1 })
  @Pages('cursor', 'page_size')
  @AnswersList(BgpNeighborRoutes)
  received(@Req() request: KnownRequest, @Param() params: NeighborParams, @Query() query: RouteQuery): Promise<object> {
    return this.routes(request, params, query, false);
  }

  @Get(`${NEIGHBOR}/advertised-routes`)
  @ApiOperation({ summary: 'Routes that each edge announces to a BGP neighbor' })
  @Asks('count', 'So many routes of each edge and no more.', { type: 'integer', minimum: 1 })
  @Pages('cursor', 'page_size')
  @AnswersList(BgpNeighborRoutes)
  advertised(@Req() request: KnownRequest, @Param() params: NeighborParams, @Query() query: RouteQuery): Promise<object> {
    return this.routes(request, params, query, true);
  }

  private async routes(request: KnownRequest, { gateway, service, neighbor }: NeighborParams, query: RouteQuery, advertised: boolean): Promise<object> {
    const { path } = this.intent.find(request, `/infra/tier-0s/${gateway}/locale-services/${service}/bgp/neighbors/${neighbor}`);
    const [page, most] = [pageOf(query), countOf(query)];
    const limit = Math.max(0, Math.min(page.size, most - page.offset));
    const question = { $case: 'bgpRoutes', value: { neighbor: path, advertised, offset: page.offset, limit } } as const;
    const answers = await this.reports.ask([path], question, this.intent.reader.sequence());
    const { routes, pages, more } = routesOfNeighbor(path, saidBy('bgpRoutes', answers), { ...page, most });
    return {
      results: [routes],
      result_count: pages,
      sort_by: 'neighbor_path',
      sort_ascending: true,
      ...(more ? { cursor: String(page.offset + page.size) } : {}),
    };
  }
}

/** @throws PolicyError 400 */
function countOf({ count }: RouteQuery): number {
  if (count === undefined || count === '') return Number.MAX_SAFE_INTEGER;
  if (/^[1-9]\d{0,8}$/.test(count)) return Number(count);
  throw new PolicyError({ status: 400, code: CODES.field, field: 'count', message: 'Parameter count must be a number from 1 on.' });
}
