import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { saidBy } from '../agents/node-answer.js';
import type { LBPool } from '../model/balancing/lb-pool.resource.js';
import type { LBService } from '../model/balancing/lb-service.resource.js';
import type { LBVirtualServer } from '../model/balancing/lb-virtual-server.resource.js';
import type { PolicyObject } from '../model/policy-object.js';
import { Answers } from '../operations/described.js';
import type { KnownRequest } from '../policy/request.js';
import { AskedIntent } from './asked-intent.js';
import { poolsOf } from './balancer-intent.js';
import {
  AggregateLBPoolStatistics,
  AggregateLBServiceStatistics,
  AggregateLBVirtualServerStatistics,
  type CountedBalancers,
  poolStatistics,
  serverStatistics,
  serviceStatistics,
} from './balancer-statistics.js';
import { NODE_REPORTS, type NodeReports } from './ports.js';

const SERVICE = 'lb-services/:service';

type Server = LBVirtualServer & PolicyObject;

/** What load balancers have counted, asked of the nodes that run them when somebody reads it. */
@ApiTags('balancing')
@Controller('policy/api/v1/infra')
export class BalancerStatisticsController {
  constructor(
    private readonly intent: AskedIntent,
    @Inject(NODE_REPORTS) private readonly reports: NodeReports,
  ) {}

  @Get(`${SERVICE}/statistics`)
  @ApiOperation({ summary: 'What a load balancer, its virtual servers and the members of its pools have counted' })
  @Answers(AggregateLBServiceStatistics)
  async service(@Req() request: KnownRequest, @Param('service') id: string): Promise<AggregateLBServiceStatistics> {
    const { path } = this.intent.find<LBService>(request, `/infra/lb-services/${id}`);
    const servers = this.servers(path);
    const pools = [...new Set(servers.flatMap(poolsOf))].sort();
    const paths = servers.map((server) => server.path);
    return { intent_path: path, results: [serviceStatistics(path, paths, pools, await this.count(servers))] };
  }

  @Get(`${SERVICE}/lb-virtual-servers/:server/statistics`)
  @ApiOperation({ summary: 'What a virtual server of a load balancer has counted' })
  @Answers(AggregateLBVirtualServerStatistics)
  async server(@Req() request: KnownRequest, @Param() params: Readonly<Record<'service' | 'server', string>>): Promise<AggregateLBVirtualServerStatistics> {
    const service = this.intent.find<LBService>(request, `/infra/lb-services/${params.service}`);
    const { path } = this.intent.find<LBVirtualServer>(request, `/infra/lb-virtual-servers/${params.server}`);
    const own = this.servers(service.path).filter((server) => server.path === path);
    return { intent_path: path, results: [serverStatistics(path, await this.count(own))] };
  }

  @Get(`${SERVICE}/lb-pools/:pool/statistics`)
  @ApiOperation({ summary: 'What the members of a pool of a load balancer have counted' })
  @Answers(AggregateLBPoolStatistics)
  async pool(@Req() request: KnownRequest, @Param() params: Readonly<Record<'service' | 'pool', string>>): Promise<AggregateLBPoolStatistics> {
    const service = this.intent.find<LBService>(request, `/infra/lb-services/${params.service}`);
    const { path } = this.intent.find<LBPool>(request, `/infra/lb-pools/${params.pool}`);
    const users = this.servers(service.path).filter((server) => poolsOf(server).includes(path));
    return { intent_path: path, results: [poolStatistics(path, await this.count(users))] };
  }

  /** The virtual servers of a load balancer. */
  private servers(service: string): Server[] {
    return this.intent.reader.ofType<LBVirtualServer>('LBVirtualServer').filter(({ lb_service_path: path }) => path === service);
  }

  private async count(servers: readonly Server[]): Promise<CountedBalancers> {
    const paths = servers.map(({ path }) => path);
    const answers = await this.reports.ask(paths, { $case: 'balancers', value: { servers: paths } }, this.intent.reader.sequence());
    return { at: Date.now(), said: saidBy('balancers', answers) };
  }
}
