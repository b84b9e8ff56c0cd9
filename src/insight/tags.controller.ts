import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type ListQuery, listing, pageOf } from '../policy/reading.js';
import { AUTHORIZER, type Authorizer, type KnownRequest } from '../policy/request.js';
import { TAG_READER, type TagCount, type TagReader } from './ports.js';

/** Which tags exist, and on how many objects. */
@ApiTags('inventory')
@Controller('policy/api/v1/infra/tags')
export class TagsController {
  constructor(
    @Inject(TAG_READER) private readonly reader: TagReader,
    @Inject(AUTHORIZER) private readonly authorizer: Authorizer,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Tags in use', description: 'scope and tag narrow the list; both may start or end with *. An empty scope means tags without one.' })
  tags(@Req() request: KnownRequest, @Query() query: ListQuery & { scope?: string; tag?: string }, @Res() reply: FastifyReply): void {
    this.authorizer.require(request.heddle, 'inventory', 'read');
    const page = pageOf(query);
    const found = this.reader.tagCounts().filter(({ scope, tag }) => fits(query.scope, scope) && fits(query.tag, tag));
    const bodies = found.slice(page.offset, page.offset + page.size).map((count) => JSON.stringify(shown(count)));
    reply.header('content-type', 'application/json; charset=utf-8').send(listing(bodies, found.length, page));
  }
}

function shown({ scope, tag, objects }: TagCount): object {
  return { scope, tag, tagged_objects_count: objects };
}

function fits(wanted: string | undefined, value: string): boolean {
  if (wanted === undefined) return true;
  const word = wanted.replace(/^\*|\*$/g, '');
  if (wanted.length > 1 && wanted.startsWith('*') && wanted.endsWith('*')) return value.includes(word);
  if (wanted.startsWith('*')) return value.endsWith(word);
  return wanted.endsWith('*') ? value.startsWith(word) : value === wanted;
}
