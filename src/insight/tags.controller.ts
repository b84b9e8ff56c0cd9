import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Field } from '../model/field.js';
import { AnswersList, Asks, Pages } from '../operations/described.js';
import { type ListQuery, listing, pageOf } from '../policy/reading.js';
import { AUTHORIZER, type Authorizer, type KnownRequest } from '../policy/request.js';
import { TAG_READER, type TagCount, type TagReader } from './ports.js';

class TagInUse {
  @Field('string', 'What the tag is about; empty where it stands alone.', { required: true })
  scope!: string;

  @Field('string', 'The value of the tag.', { required: true })
  tag!: string;

  @Field('integer', 'Objects and workloads that have it.', { required: true })
  tagged_objects_count!: number;
}

/** Which tags exist, and on how many objects. */
@ApiTags('inventory')
@Controller('policy/api/v1/infra/tags')
export class TagsController {
  constructor(
    @Inject(TAG_READER) private readonly reader: TagReader,
    @Inject(AUTHORIZER) private readonly authorizer: Authorizer,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Tags in use' })
  @Asks('scope', 'Only tags of this scope, which may start or end with *; empty for tags without one.')
  @Asks('tag', 'Only tags of this value, which may start or end with *.')
  @Pages('cursor', 'page_size')
  @AnswersList(TagInUse)
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
