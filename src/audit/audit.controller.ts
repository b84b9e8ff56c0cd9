import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Permission } from '../access/permission.js';
import { Field } from '../model/field.js';
import { readBody } from '../operations/typed-body.js';
import { HistoryReader } from '../store/history-reader.js';
import { auditLines } from './audit-log.js';
import { History, type HistoryPage } from './history.js';
import { bad, filterOf, type Query as HistoryQuery, pageOf, required, timeOf, whole } from './query.js';

class AuditLogRequest {
  @Field('integer', 'Only records that are not older than so many days.', { min: 0 })
  log_age_limit?: number;

  @Field('string', 'What the record must hold.', { maxLength: 1024 })
  log_filter?: string;

  @Field('string', 'Whether log_filter is a text or a regular expression.', { enum: ['TEXT', 'REGEX'], default: 'TEXT' })
  log_filter_type?: 'TEXT' | 'REGEX';
}

/** NSX-T answers at most so many records at once. */
const LARGEST_LOG_PAGE = 100;

/** Who did what, when and from where; and what was before. */
@ApiTags('History')
@Controller()
export class AuditController {
  constructor(
    private readonly history: History,
    private readonly reader: HistoryReader,
  ) {}

  @Post('api/v1/administration/audit-logs')
  @HttpCode(200)
  @Permission('system', 'read')
  @ApiOperation({ summary: 'Audit records as log lines of RFC 5424, newest first.' })
  logs(@Query() query: HistoryQuery, @Body() body: unknown): object {
    const request = readBody(AuditLogRequest, body ?? {});
    const filter = { ageLimitDays: request.log_age_limit, text: request.log_filter, isRegex: request.log_filter_type === 'REGEX' };
    const { results, cursor } = auditLines(this.reader, filter, pageOf(query, LARGEST_LOG_PAGE), Date.now());
    const names = query.fields?.split(',').map((name) => name.trim());
    return { results: names ? results.map((line) => only(line, names)) : results, cursor, last_full_sync_timestamp: new Date().toISOString() };
  }

  @Get(['heddle/api/v1/audit-logs', 'heddle/api/v1/change-sets'])
  @Permission('system', 'read')
  @ApiOperation({ summary: 'Audited calls, newest first, by user, request_id, source, status, from, to, path, type and operation.' })
  changeSets(@Query() query: HistoryQuery): HistoryPage {
    return this.history.changeSets(filterOf(query), pageOf(query));
  }

  @Get('heddle/api/v1/change-sets/:sequence')
  @Permission('system', 'read')
  @ApiOperation({ summary: 'One change set with every object that it changed, before and after.' })
  changeSet(@Param('sequence') sequence: string, @Req() request: FastifyRequest): object {
    return this.history.changeSet(request.heddle, whole('sequence', sequence));
  }

  @Get('heddle/api/v1/history')
  @ApiOperation({ summary: 'Versions of the object at ?path=, newest first.' })
  versions(@Query() query: HistoryQuery, @Req() request: FastifyRequest): HistoryPage {
    return this.history.versions(request.heddle, required(query, 'path'), pageOf(query));
  }

  @Get('heddle/api/v1/history/as-of')
  @ApiOperation({ summary: 'The object at ?path= as it was at ?time=, or after change set ?sequence=.' })
  asOf(@Query() query: HistoryQuery, @Req() request: FastifyRequest): unknown {
    return this.history.asOf(request.heddle, required(query, 'path'), this.momentOf(query, 'sequence', 'time'));
  }

  @Get('heddle/api/v1/history/diff')
  @ApiOperation({ summary: 'What changed of the object at ?path= between change sets ?from= and ?to=, or ?from_time= and ?to_time=.' })
  difference(@Query() query: HistoryQuery, @Req() request: FastifyRequest): object {
    return this.history.difference(request.heddle, required(query, 'path'), this.momentOf(query, 'from', 'from_time'), this.momentOf(query, 'to', 'to_time'));
  }

  /** A moment, given as the number of a change set or as a time. */
  private momentOf(query: HistoryQuery, sequence: string, time: string): number {
    if (query[sequence] !== undefined) return whole(sequence, required(query, sequence));
    if (query[time] !== undefined) return this.history.sequenceAt(timeOf(time, required(query, time)));
    throw bad(sequence, `Parameter ${sequence} is required, or ${time} instead: add one.`);
  }
}

function only(line: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(line).filter(([name]) => names.includes(name)));
}
