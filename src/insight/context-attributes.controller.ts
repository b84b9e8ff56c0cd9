import { Body, Controller, Get, HttpCode, Inject, Patch, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import type { Registry } from '../model/registry.js';
import { PolicyContextProfile } from '../model/security/context-profile.resource.js';
import { customAttributesPath, EXTENSIBLE_PROPERTIES, PolicyCustomAttributes } from '../model/security/custom-attributes.resource.js';
import { KNOWN_ATTRIBUTES, opensFurtherConnections } from '../model/security/known-attributes.js';
import { TRAFFIC_PROPERTIES } from '../model/security/traffic-attributes.js';
import { AnswersList, AnswersNothing, Asks, Pages, Takes } from '../operations/described.js';
import { readBody } from '../operations/typed-body.js';
import { INTENT_READER, INTENT_WRITER, type IntentReader, type IntentWriter, REGISTRY } from '../policy/ports.js';
import { prepareObject } from '../policy/prepare.js';
import { type ListQuery, listing, pageOf } from '../policy/reading.js';
import { AUTHORIZER, type Authorizer, type KnownRequest } from '../policy/request.js';

const SOURCES = ['SYSTEM', 'CUSTOM', 'ALL'] as const;
type Source = (typeof SOURCES)[number];
type AttributeQuery = ListQuery & { readonly attribute_key?: string; readonly attribute_source?: string };

const ATTEMPTS = 10;

/** Clients need not add a value one at a time, and send back what they were shown. */
type Change = (values: readonly string[], given: readonly string[]) => readonly string[];
const CHANGES: Readonly<Record<string, Change>> = {
  add: (values, given) => [...new Set([...values, ...given])],
  remove: (values, given) => values.filter((value) => !given.includes(value)),
};

const OF_KEY = Asks('attribute_key', 'Only values of this property.', { enum: TRAFFIC_PROPERTIES });
const WHENCE = 'Values that the system knows, that users added, or both.';

/** What a context profile can match: values that the system knows, and values that users added. */
@ApiTags('security')
@Controller('policy/api/v1/infra/context-profiles')
export class ContextAttributesController {
  constructor(
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(INTENT_READER) private readonly reader: IntentReader,
    @Inject(INTENT_WRITER) private readonly writer: IntentWriter,
    @Inject(AUTHORIZER) private readonly authorizer: Authorizer,
  ) {}

  @Get('attributes')
  @ApiOperation({ summary: 'Values that context profiles can match, by property' })
  @OF_KEY
  @Asks('attribute_source', WHENCE, { enum: SOURCES, default: 'SYSTEM' })
  @Pages('cursor', 'page_size')
  @AnswersList(PolicyContextProfile)
  known(@Req() request: KnownRequest, @Query() query: AttributeQuery, @Res() reply: FastifyReply): void {
    this.list(request, query, 'SYSTEM', reply);
  }

  @Get('custom-attributes/default')
  @ApiOperation({ summary: 'Values that users added' })
  @OF_KEY
  @Asks('attribute_source', WHENCE, { enum: SOURCES, default: 'CUSTOM' })
  @Pages('cursor', 'page_size')
  @AnswersList(PolicyContextProfile)
  custom(@Req() request: KnownRequest, @Query() query: AttributeQuery, @Res() reply: FastifyReply): void {
    this.list(request, query, 'CUSTOM', reply);
  }

  @Post(['custom-attributes/default', 'custom-attributes'])
  @HttpCode(200)
  @ApiOperation({ summary: 'Adds or removes values' })
  @Asks('action', 'What to do with the values.', { required: true, enum: Object.keys(CHANGES) })
  @Takes(PolicyCustomAttributes)
  @AnswersNothing()
  async change(@Req() request: KnownRequest, @Query('action') action: string | undefined, @Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    const change = Object.hasOwn(CHANGES, action ?? '') ? CHANGES[action as string] : undefined;
    if (!change) throw bad('action', 'Parameter action must be add or remove.');
    await this.write(request, body, change, reply);
  }

  @Patch(['custom-attributes/default', 'custom-attributes'])
  @ApiOperation({ summary: 'Replaces the values that users added to a property' })
  @Takes(PolicyCustomAttributes)
  @AnswersNothing()
  async replace(@Req() request: KnownRequest, @Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    await this.write(request, body, (_values, given) => given, reply);
  }

  private async write(request: KnownRequest, body: unknown, change: Change, reply: FastifyReply): Promise<void> {
    this.authorizer.require(request.heddle, 'security', 'write');
    const { key, value: given, metadata, sub_attributes } = readBody(PolicyCustomAttributes, body);
    await this.untilFresh(async () => {
      const stored = this.reader.get<PolicyCustomAttributes>(customAttributesPath(key));
      const value = change(stored?.value ?? [], given);
      const located = this.registry.locate(customAttributesPath(key));
      if (!located) throw new Error(`${key} has no place in the tree`);
      const { writes } = prepareObject(this.registry, 'put', located, { key, value, metadata, sub_attributes, _revision: stored?._revision });
      await this.writer.write({ context: request.heddle, writes });
    });
    reply.code(200).send();
  }

  /** Two clients may add to the same list at once: whoever read what the other replaced reads again. */
  private async untilFresh(write: () => Promise<void>): Promise<void> {
    for (let left = ATTEMPTS; ; left -= 1) {
      try {
        return await write();
      } catch (error) {
        if (left <= 1 || !(error instanceof PolicyError) || error.status !== 412) throw error;
      }
    }
  }

  private list(request: KnownRequest, query: AttributeQuery, otherwise: Source, reply: FastifyReply): void {
    this.authorizer.require(request.heddle, 'security', 'read');
    const { attribute_key: key, attribute_source: source = otherwise } = query;
    if (!SOURCES.includes(source as Source)) throw bad('attribute_source', `Parameter attribute_source must be one of ${SOURCES.join(', ')}.`);
    if (key !== undefined && !TRAFFIC_PROPERTIES.includes(key as never)) {
      throw bad('attribute_key', `Parameter attribute_key must be one of ${TRAFFIC_PROPERTIES.join(', ')}.`);
    }
    const keys = key === undefined ? TRAFFIC_PROPERTIES : [key];
    const found = keys.flatMap((one) => [...(source === 'CUSTOM' ? [] : known(one)), ...(source === 'SYSTEM' ? [] : this.added(one))]);
    const page = pageOf(query);
    const bodies = found.slice(page.offset, page.offset + page.size).map((profile) => JSON.stringify(profile));
    reply.header('content-type', 'application/json; charset=utf-8').send(listing(bodies, found.length, page));
  }

  private added(key: string): readonly object[] {
    if (!EXTENSIBLE_PROPERTIES.includes(key as never)) return [];
    const stored = this.reader.get<PolicyCustomAttributes>(customAttributesPath(key));
    if (!stored?.value.length) return [];
    const { datatype, value, metadata, sub_attributes } = stored;
    return [profile(`${key}-CUSTOM`, { key, datatype, value, attribute_source: 'CUSTOM', metadata, sub_attributes })];
  }
}

/** NSX-T answers values as if each property had a context profile of its own; applications carry what is known about each. */
function known(key: string): readonly object[] {
  const values = KNOWN_ATTRIBUTES[key];
  if (!values) return [];
  if (key !== 'APP_ID') return [profile(key, { key, datatype: 'STRING', value: values, attribute_source: 'SYSTEM' })];
  return values.map((value) =>
    profile(value, { key, datatype: 'STRING', value: [value], attribute_source: 'SYSTEM', isALGType: opensFurtherConnections(value) }),
  );
}

function profile(name: string, attribute: object): object {
  return { resource_type: 'PolicyContextProfile', id: name, display_name: name, attributes: [attribute] };
}

function bad(field: string, message: string): PolicyError {
  return new PolicyError({ status: 400, code: CODES.field, field, message });
}
