import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Permission } from '../access/permission.js';
import { PolicyConfigResource } from '../model/policy-object.js';
import { Answers, Asks, Takes } from '../operations/described.js';
import { readBody } from '../operations/typed-body.js';
import { HistoryReader } from '../store/history-reader.js';
import { auditLines } from './audit-log.js';
import { ChangeSetDetails, ChangeSetPage, ObjectDifference, ObjectVersionPage, OPERATIONS } from './change-set.js';
import { History, type HistoryPage } from './history.js';
import { AuditLogPage, AuditLogRequest } from './log-line.js';
import { bad, filterOf, type Query as HistoryQuery, LARGEST_PAGE, NORMAL_PAGE, pageOf, required, timeOf, whole } from './query.js';

/** NSX-T answers at most so many records at once. */
const LARGEST_LOG_PAGE = 100;

const CURSOR = Asks('cursor', 'Where the page starts: the cursor of the page before.');
const PAGE_SIZE = Asks('page_size', 'Most results of a page.', { type: 'integer', minimum: 1, maximum: LARGEST_PAGE, default: NORMAL_PAGE });
const PATH = Asks('path', 'Policy path of the object.', { required: true });
const TIME = 'milliseconds since 1970 or ISO 8601';

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
  @CURSOR
  @Asks('page_size', 'Most lines of a page.', { type: 'integer', minimum: 1, maximum: LARGEST_LOG_PAGE, default: LARGEST_LOG_PAGE })
  @Asks('fields', 'Parts of the lines to answer, separated by commas.')
  @Takes(AuditLogRequest, { required: false })
  @Answers(AuditLogPage, { description: 'A page of them.' })
  logs(@Query() query: HistoryQuery, @Body() body: unknown): object {
    const request = readBody(AuditLogRequest, body ?? {});
    const filter = { ageLimitDays: request.log_age_limit, text: request.log_filter, isRegex: request.log_filter_type === 'REGEX' };
    const { results, cursor } = auditLines(this.reader, filter, pageOf(query, LARGEST_LOG_PAGE), Date.now());
    const names = query.fields?.split(',').map((name) => name.trim());
    return { results: names ? results.map((line) => only(line, names)) : results, cursor, last_full_sync_timestamp: new Date().toISOString() };
  }

  @Get(['heddle/api/v1/audit-logs', 'heddle/api/v1/change-sets'])
  @Permission('system', 'read')
  @ApiOperation({ summary: 'Audited calls, newest first. What is said of objects must hold for one and the same change.' })
  @Asks('user', 'Only calls of this user.')
  @Asks('request_id', 'Only the call with this identifier.')
  @Asks('source', 'Only calls from this address.')
  @Asks('status', 'Only calls that were answered so: an HTTP status, or a range such as 400-599.')
  @Asks('from', `Only calls since then: ${TIME}.`)
  @Asks('to', `Only calls until then: ${TIME}.`)
  @Asks('path', 'Only calls that changed the object at this policy path, or one below it.')
  @Asks('type', 'Only calls that changed an object of this type.')
  @Asks('operation', 'Only calls that did this to an object.', { enum: OPERATIONS })
  @CURSOR
  @PAGE_SIZE
  @Answers(ChangeSetPage, { description: 'A page of them.' })
  changeSets(@Query() query: HistoryQuery): HistoryPage {
    return this.history.changeSets(filterOf(query), pageOf(query));
  }

  @Get('heddle/api/v1/change-sets/:sequence')
  @Permission('system', 'read')
  @ApiOperation({ summary: 'One change set with every object that it changed, before and after.' })
  @Answers(ChangeSetDetails, { description: 'The change set.' })
  changeSet(@Param('sequence') sequence: string, @Req() request: FastifyRequest): object {
    return this.history.changeSet(request.heddle, whole('sequence', sequence));
  }

  @Get('heddle/api/v1/history')
  @ApiOperation({ summary: 'Versions of an object, newest first.' })
  @PATH
  @CURSOR
  @PAGE_SIZE
  @Answers(ObjectVersionPage, { description: 'A page of them.' })
  versions(@Query() query: HistoryQuery, @Req() request: FastifyRequest): HistoryPage {
    return this.history.versions(request.heddle, required(query, 'path'), pageOf(query));
  }

  @Get('heddle/api/v1/history/as-of')
  @ApiOperation({ summary: 'An object as it was at a time, or after a change set: one of the two must be given.' })
  @PATH
  @Asks('sequence', 'Number of the change set.', { type: 'integer', minimum: 0 })
  @Asks('time', `The time: ${TIME}.`)
  @Answers(PolicyConfigResource, { description: 'As it was, with the fields of its type.' })
  asOf(@Query() query: HistoryQuery, @Req() request: FastifyRequest): unknown {
    return this.history.asOf(request.heddle, required(query, 'path'), this.momentOf(query, 'sequence', 'time'));
  }

  @Get('heddle/api/v1/history/diff')
  @ApiOperation({ summary: 'What changed of an object between two change sets or times.' })
  @PATH
  @Asks('from', 'Number of the earlier change set; from_time where left out.', { type: 'integer', minimum: 0 })
  @Asks('from_time', `The earlier time: ${TIME}.`)
  @Asks('to', 'Number of the later change set; to_time where left out.', { type: 'integer', minimum: 0 })
  @Asks('to_time', `The later time: ${TIME}.`)
  @Answers(ObjectDifference, { description: 'What changed.' })
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
