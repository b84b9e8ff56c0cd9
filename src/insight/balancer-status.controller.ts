import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { NodeFacts } from '../agents/realization-host.js';
import type { LBPool } from '../model/balancing/lb-pool.resource.js';
import type { LBService } from '../model/balancing/lb-service.resource.js';
import type { LBVirtualServer } from '../model/balancing/lb-virtual-server.resource.js';
import type { PolicyObject } from '../model/policy-object.js';
import { Answers } from '../operations/described.js';
import type { KnownRequest } from '../policy/request.js';
import type { DeadMember } from '../realization/contract.js';
import { poolMembers } from '../realization/units/balancing-pool.js';
import { AskedIntent } from './asked-intent.js';
import { poolsOf } from './balancer-intent.js';
import {
  AggregateLBPoolStatus,
  AggregateLBServiceStatus,
  AggregateLBVirtualServerStatus,
  LBPoolStatus,
  type LBServiceStatus,
  LBVirtualServerStatus,
  memberStatuses,
  poolState,
  serverState,
  type UsedPool,
} from './balancer-status.js';
import { ENFORCEMENT_POINT } from './enforcement-point.js';
import { FABRIC_READER, type FabricReader, NODE_REPORTS, type NodeReports, REALIZATION_QUERIES, type RealizationQueries } from './ports.js';

const SERVICE = 'lb-services/:service';

/** A virtual server, and the connected nodes that run it. */
interface RunningServer {
  readonly server: LBVirtualServer & PolicyObject;
  readonly nodes: readonly NodeFacts[];
}

/** Whether load balancers, their virtual servers and the members of their pools serve, by what connected nodes last reported. */
@ApiTags('balancing')
@Controller('policy/api/v1/infra')
export class BalancerStatusController {
  constructor(
    private readonly intent: AskedIntent,
    @Inject(NODE_REPORTS) private readonly reports: NodeReports,
    @Inject(REALIZATION_QUERIES) private readonly realization: RealizationQueries,
    @Inject(FABRIC_READER) private readonly fabric: FabricReader,
  ) {}

  @Get(`${SERVICE}/detailed-status`)
  @ApiOperation({ summary: 'Whether a load balancer, its virtual servers and the members of its pools serve' })
  @Answers(AggregateLBServiceStatus)
  async service(@Req() request: KnownRequest, @Param('service') id: string): Promise<AggregateLBServiceStatus> {
    const service = this.intent.find<LBService>(request, `/infra/lb-services/${id}`);
    const running = await this.running(service.path);
    const paths = [...new Set(running.flatMap(({ server }) => poolsOf(server)))].sort();
    const pools = await Promise.all(paths.flatMap((path) => this.intent.reader.get<LBPool>(path) ?? []).map((pool) => this.poolStatus(pool, running)));
    const nodes = [...new Map(running.flatMap((one) => one.nodes).map((node) => [node.nodeId, node])).values()];
    const status: LBServiceStatus = {
      resource_type: 'LBServiceStatus',
      ...updated(nodes),
      service_path: service.path,
      ...(await this.serviceState(service, nodes)),
      active_transport_nodes: nodes.map(({ nodeId }) => nodeId).sort(),
      virtual_servers: await Promise.all(running.map((one) => this.serverStatus(one, service, running))),
      pools,
    };
    return { intent_path: service.path, results: [status] };
  }

  @Get(`${SERVICE}/lb-virtual-servers/:server/detailed-status`)
  @ApiOperation({ summary: 'Whether a virtual server of a load balancer serves' })
  @Answers(AggregateLBVirtualServerStatus)
  async server(@Req() request: KnownRequest, @Param() params: Readonly<Record<'service' | 'server', string>>): Promise<AggregateLBVirtualServerStatus> {
    const service = this.intent.find<LBService>(request, `/infra/lb-services/${params.service}`);
    const server = this.intent.find<LBVirtualServer>(request, `/infra/lb-virtual-servers/${params.server}`);
    const running = await this.running(service.path);
    const own = running.find((one) => one.server.path === server.path) ?? { server, nodes: [] };
    return { intent_path: server.path, results: [await this.serverStatus(own, service, running)] };
  }

  @Get(`${SERVICE}/lb-pools/:pool/detailed-status`)
  @ApiOperation({ summary: 'Whether the members of a pool of a load balancer serve' })
  @Answers(AggregateLBPoolStatus)
  async pool(@Req() request: KnownRequest, @Param() params: Readonly<Record<'service' | 'pool', string>>): Promise<AggregateLBPoolStatus> {
    const service = this.intent.find<LBService>(request, `/infra/lb-services/${params.service}`);
    const pool = this.intent.find<LBPool>(request, `/infra/lb-pools/${params.pool}`);
    return { intent_path: pool.path, results: [await this.poolStatus(pool, await this.running(service.path))] };
  }

  /** The virtual servers of a load balancer. */
  private async running(service: string): Promise<RunningServer[]> {
    const servers = this.intent.reader.ofType<LBVirtualServer>('LBVirtualServer').filter(({ lb_service_path: path }) => path === service);
    const nodes = await this.reports.nodes();
    return Promise.all(
      servers.map(async (server) => {
        const state = await this.realization.realizedState(server.path, this.intent.reader.sequence());
        const running = new Set(state?.nodes.filter((node) => node.state === 'REALIZED').map(({ node }) => node));
        return { server, nodes: nodes.filter(({ nodeId, session }) => session && running.has(nodeId)) };
      }),
    );
  }

  private async serviceState(
    service: LBService & PolicyObject,
    nodes: readonly NodeFacts[],
  ): Promise<Pick<LBServiceStatus, 'service_status' | 'error_message'>> {
    if (!service.enabled) return { service_status: 'DISABLED' };
    if (service.connectivity_path === undefined) return { service_status: 'DETACHED' };
    const state = await this.realization.realizedState(service.path, this.intent.reader.sequence());
    if (state?.state === 'ERROR') return { service_status: 'ERROR', ...(state.alarms[0] ? { error_message: state.alarms[0].reason } : {}) };
    return { service_status: nodes.length > 0 ? 'UP' : 'UNKNOWN' };
  }

  private async serverStatus(
    { server, nodes }: RunningServer,
    service: LBService & PolicyObject,
    running: readonly RunningServer[],
  ): Promise<LBVirtualServerStatus> {
    const stateOf = async (path: string) => {
      const pool = this.intent.reader.get<LBPool>(path);
      return pool ? (await this.poolStatus(pool, running)).status : 'DOWN';
    };
    const { path, sorry_pool_path: sorry } = server;
    const chosen = poolsOf(server).filter((pool) => pool !== sorry);
    const status =
      server.lb_service_path !== service.path
        ? 'DETACHED'
        : !server.enabled || !service.enabled
          ? 'DISABLED'
          : nodes.length === 0
            ? 'UNKNOWN'
            : serverState(await Promise.all(chosen.map(stateOf)), sorry === undefined ? undefined : await stateOf(sorry));
    return { resource_type: 'LBVirtualServerStatus', ...updated(nodes), virtual_server_path: path, status };
  }

  private async poolStatus(pool: LBPool & PolicyObject, running: readonly RunningServer[]): Promise<LBPoolStatus> {
    const users = running.filter(({ server }) => poolsOf(server).includes(pool.path));
    const group = pool.member_group?.group_path;
    const addresses = group === undefined ? [] : ((await this.realization.members(group, 'IPAddress', this.intent.reader.sequence())) ?? []);
    const used: UsedPool = {
      path: pool.path,
      members: poolMembers(pool, () => addresses),
      leastActive: pool.min_active_members,
      servers: users.map(({ server }) => server.path),
      nodes: users.flatMap(({ nodes }) => nodes),
      dead: this.fabric.fabricObjects('DeadMember').map(({ body }) => body as DeadMember),
    };
    const members = memberStatuses(used);
    return { resource_type: 'LBPoolStatus', ...updated(used.nodes), pool_path: pool.path, status: poolState(used, members), members };
  }
}

function updated(nodes: readonly NodeFacts[]): { enforcement_point_path: string; last_update_timestamp?: number } {
  const times = nodes.flatMap(({ healthAt }) => healthAt ?? []);
  return { enforcement_point_path: ENFORCEMENT_POINT, ...(times.length > 0 ? { last_update_timestamp: Math.max(...times) } : {}) };
}
