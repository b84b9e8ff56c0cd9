import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CODES } from '../model/error-codes.js';
import type { PolicyObject } from '../model/policy-object.js';
import { PolicyError } from '../model/problem.js';
import type { Registry } from '../model/registry.js';
import { Answers, AnswersList, Asks, Pages } from '../operations/described.js';
import { INTENT_READER, type IntentReader, REGISTRY } from '../policy/ports.js';
import { type ListQuery, listing, pageOf } from '../policy/reading.js';
import { AUTHORIZER, type Authorizer, type KnownRequest } from '../policy/request.js';
import type { Alarm, RealizedEntity, RealizedState } from '../realization/contract.js';
import { ENFORCEMENT_POINT, SITE } from './enforcement-point.js';
import { REALIZATION_QUERIES, type RealizationQueries } from './ports.js';
import { ConsolidatedRealizedStatus, GenericPolicyRealizedResource, PolicyAlarmResource } from './realized-resource.js';

const INTENT_PATH = Asks('intent_path', 'Policy path of the object.', { required: true });

/** What became of intent on the nodes, as observed, in the shapes that NSX-T's clients poll. */
@ApiTags('realization')
@Controller('policy/api/v1/infra/realized-state')
export class RealizedController {
  constructor(
    @Inject(INTENT_READER) private readonly reader: IntentReader,
    @Inject(REALIZATION_QUERIES) private readonly realization: RealizationQueries,
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(AUTHORIZER) private readonly authorizer: Authorizer,
  ) {}

  @Get('realized-entities')
  @ApiOperation({ summary: 'What an intent object became on the nodes' })
  @INTENT_PATH
  @Pages('cursor', 'page_size')
  @AnswersList(GenericPolicyRealizedResource)
  async entities(@Req() request: KnownRequest, @Query() query: ListQuery & { intent_path?: string }, @Res() reply: FastifyReply): Promise<void> {
    const intent = this.intent(request, query.intent_path);
    const state = await this.stateOf(intent);
    const entities = state.entities.map((entity) => realizedEntity(intent, state, entity));
    send(reply, entities, query);
  }

  @Get('realized-entity')
  @ApiOperation({ summary: 'One realized object, by its realized path' })
  @Asks('realized_path', 'Path of the realized object.', { required: true })
  @Answers(GenericPolicyRealizedResource)
  async entity(@Req() request: KnownRequest, @Query('realized_path') path: string | undefined, @Res() reply: FastifyReply): Promise<void> {
    const [, intentPath = '', id = ''] = /^\/infra\/realized-state\/enforcement-points\/default(\/.+)\/realized\/([^/]+)$/.exec(path ?? '') ?? [];
    const intent = this.intent(request, intentPath);
    const state = await this.stateOf(intent);
    const entity = state.entities.find((one) => one.id === id);
    if (!entity) throw missing(path ?? '');
    reply.send(realizedEntity(intent, state, entity));
  }

  @Get('status')
  @ApiOperation({ summary: 'Consolidated realized status of an intent object' })
  @INTENT_PATH
  @Answers(ConsolidatedRealizedStatus)
  async status(@Req() request: KnownRequest, @Query('intent_path') intentPath: string | undefined, @Res() reply: FastifyReply): Promise<void> {
    const intent = this.intent(request, intentPath);
    const { state, consolidated, nodes } = await this.stateOf(intent);
    const status = { consolidated_status: consolidated };
    reply.send({
      intent_path: intent.path,
      intent_version: String(intent._revision),
      publish_status: state,
      consolidated_status: status,
      consolidated_status_per_enforcement_point: [
        { resource_type: 'ConsolidatedStatusPerEnforcementPoint', enforcement_point_path: ENFORCEMENT_POINT, site_path: SITE, consolidated_status: status },
      ],
      transport_nodes: nodes.map(({ node, state: nodeState }) => ({ node_id: node, state: nodeState })),
    });
  }

  @Get('alarms')
  @ApiOperation({ summary: 'Everything that could not be realized, with the reason' })
  @Pages('cursor', 'page_size')
  @AnswersList(PolicyAlarmResource)
  async alarms(@Req() request: KnownRequest, @Query() query: ListQuery, @Res() reply: FastifyReply): Promise<void> {
    this.authorizer.require(request.heddle, 'networking', 'read');
    const states = await this.realization.alarmed(this.reader.sequence());
    const alarms = states
      .filter(({ path }) => this.mayRead(request, path))
      .flatMap(({ path, alarms: list }) => list.map((alarm, index) => alarmOf(path, alarm, index)));
    send(reply, alarms, query);
  }

  private mayRead(request: KnownRequest, path: string): boolean {
    const feature = this.registry.locate(path)?.place.definition.feature ?? 'system';
    return this.authorizer.may(request.heddle.actor, feature, 'read');
  }

  private intent(request: KnownRequest, path: string | undefined): PolicyObject {
    if (!path)
      throw new PolicyError({
        status: 400,
        code: CODES.field,
        field: 'intent_path',
        message: 'The policy path of an object is required, such as intent_path=/infra/segments/web.',
      });
    this.authorizer.require(request.heddle, this.registry.locate(path)?.place.definition.feature ?? 'system', 'read');
    const intent = this.reader.get(path);
    if (!intent) throw missing(path);
    return intent;
  }

  private async stateOf(intent: PolicyObject): Promise<RealizedState> {
    return (await this.realization.realizedState(intent.path, this.reader.sequence())) ?? unrealized(intent.path);
  }
}

/** The state of intent that realization has not heard of yet. */
export function unrealized(path: string): RealizedState {
  return { path, state: 'UNREALIZED', consolidated: 'IN_PROGRESS', entities: [], alarms: [], nodes: [] };
}

function realizedEntity(intent: PolicyObject, state: RealizedState, { entityType, id, state: entityState, attributes }: RealizedEntity): object {
  const parent = `/infra/realized-state/enforcement-points/default${intent.path}`;
  return {
    resource_type: 'GenericPolicyRealizedResource',
    id,
    display_name: intent.display_name,
    path: `${parent}/realized/${id}`,
    relative_path: id,
    parent_path: parent,
    entity_type: entityType,
    state: entityState,
    publish_status: entityState,
    runtime_status: entityState === 'REALIZED' && state.alarms.some(({ code }) => code !== 'NODE_DISCONNECTED') ? 'DEGRADED' : RUNTIME[entityState],
    ...(entityState === 'REALIZED' ? { realization_specific_identifier: intent.realization_id } : {}),
    intent_paths: [intent.path],
    intent_reference: [intent.path],
    enforcement_point_path: ENFORCEMENT_POINT,
    site_path: SITE,
    extended_attributes: attributes.map(({ key, values }) => ({ key, values, data_type: 'STRING', multivalue: values.length > 1 })),
    alarms: state.alarms.map((alarm, index) => alarmOf(intent.path, alarm, index)),
    _create_time: intent._create_time,
    _last_modified_time: intent._last_modified_time,
    _system_owned: false,
    _revision: intent._revision,
    marked_for_delete: false,
    overridden: false,
  };
}

const RUNTIME = { REALIZED: 'UP', ERROR: 'DOWN', UNREALIZED: 'UNINITIALIZED' } as const;

function alarmOf(path: string, { code, node, resource, reason }: Alarm, index: number): object {
  const where = [...(node ? [`node ${node}`] : []), ...(resource ? [resource] : [])].join(', ');
  return {
    resource_type: 'PolicyAlarmResource',
    id: `${code}-${index}`,
    display_name: code,
    source_reference: path,
    message: where === '' ? reason : `${where}: ${reason}`,
    error_details: {
      error_code: CODES.unrealizable,
      error_message: reason,
      module_name: 'realization',
      details: [code, where].filter((part) => part !== '').join(': '),
    },
  };
}

function missing(path: string): PolicyError {
  return new PolicyError({ status: 404, code: CODES.notFound, path, message: `${path} does not exist. Identifiers are case sensitive.` });
}

function send(reply: FastifyReply, items: readonly object[], query: ListQuery): void {
  const page = pageOf(query);
  const bodies = items.slice(page.offset, page.offset + page.size).map((item) => JSON.stringify(item));
  reply.header('content-type', 'application/json; charset=utf-8').send(listing(bodies, items.length, page));
}
