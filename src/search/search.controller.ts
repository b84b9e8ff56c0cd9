import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CODES } from '../model/error-codes.js';
import { PolicyConfigResource } from '../model/policy-object.js';
import { PolicyError } from '../model/problem.js';
import type { Registry } from '../model/registry.js';
import { AnswersList, Asks, Pages } from '../operations/described.js';
import { REGISTRY } from '../policy/ports.js';
import { included, type ListQuery, listing, pageOf } from '../policy/reading.js';
import { AUTHORIZER, type Authorizer, type KnownRequest } from '../policy/request.js';
import { parseQuery } from './query.js';
import { type SearchSource, search } from './search.js';

/** Nest injection token of the list of sources. */
export const SEARCH_SOURCES = Symbol('heddle:search-sources');

@ApiTags('search')
@Controller('policy/api/v1/search')
export class SearchController {
  constructor(
    @Inject(SEARCH_SOURCES) private readonly sources: readonly SearchSource[],
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(AUTHORIZER) private readonly authorizer: Authorizer,
  ) {}

  @Get(['', 'query'])
  @ApiOperation({
    summary: 'Searches intent and inventory',
    description: 'Terms such as resource_type:Segment AND display_name:web*, joined by AND, OR, NOT and parentheses.',
  })
  @Asks('query', 'What to find.', { required: true })
  @Pages('cursor', 'page_size', 'sort_by', 'sort_ascending', 'included_fields')
  @AnswersList(PolicyConfigResource, { description: 'A page of objects of whatever type, each with the fields of its own.' })
  query(@Req() request: KnownRequest, @Query() query: ListQuery & { query?: string }, @Res() reply: FastifyReply): void {
    if (!query.query)
      throw new PolicyError({ status: 400, code: CODES.field, field: 'query', message: 'Parameter query is required, such as query=resource_type:Segment.' });
    const page = pageOf(query);
    const { bodies, total } = search(parseQuery(query.query), this.sources, page, (type) => this.mayRead(request, type));
    reply.header('content-type', 'application/json; charset=utf-8').send(listing(included(bodies, query.included_fields), total, page));
  }

  /** What agents report is inventory; everything else has its feature in the registry. */
  private mayRead(request: KnownRequest, type: string): boolean {
    return this.authorizer.may(request.heddle.actor, this.registry.find(type)?.feature ?? 'inventory', 'read');
  }
}
