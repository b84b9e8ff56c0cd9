import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { saidBy } from '../agents/node-answer.js';
import type { PolicyDnsForwarder } from '../model/networking/policy-dns-forwarder.resource.js';
import type { PolicyDnsForwarderZone } from '../model/networking/policy-dns-forwarder-zone.resource.js';
import type { PolicyObject } from '../model/policy-object.js';
import { Answers } from '../operations/described.js';
import type { KnownRequest } from '../policy/request.js';
import { AskedIntent } from './asked-intent.js';
import { AggregateDNSForwarderStatistics, AggregateDNSForwarderStatus, type AskedForwarder, forwarderStatistics, forwarderStatus } from './forwarder-status.js';
import { NODE_REPORTS, type NodeReports, REALIZATION_QUERIES, type RealizationQueries } from './ports.js';

/** How the DNS forwarders of gateways do, asked of the edges when somebody reads it. */
@ApiTags('networking')
@Controller('policy/api/v1/infra')
export class ForwarderStatusController {
  constructor(
    private readonly intent: AskedIntent,
    @Inject(NODE_REPORTS) private readonly reports: NodeReports,
    @Inject(REALIZATION_QUERIES) private readonly realization: RealizationQueries,
  ) {}

  @Get('tier-0s/:gateway/dns-forwarder/status')
  @ApiOperation({ summary: 'Whether the DNS forwarder of a tier-0 runs' })
  @Answers(AggregateDNSForwarderStatus)
  statusOfTier0(@Req() request: KnownRequest, @Param('gateway') id: string): Promise<AggregateDNSForwarderStatus> {
    return this.status(request, `/infra/tier-0s/${id}/dns-forwarder`);
  }

  @Get('tier-1s/:gateway/dns-forwarder/status')
  @ApiOperation({ summary: 'Whether the DNS forwarder of a tier-1 runs' })
  @Answers(AggregateDNSForwarderStatus)
  statusOfTier1(@Req() request: KnownRequest, @Param('gateway') id: string): Promise<AggregateDNSForwarderStatus> {
    return this.status(request, `/infra/tier-1s/${id}/dns-forwarder`);
  }

  @Get('tier-0s/:gateway/dns-forwarder/statistics')
  @ApiOperation({ summary: 'What the DNS forwarder of a tier-0 has counted' })
  @Answers(AggregateDNSForwarderStatistics)
  statisticsOfTier0(@Req() request: KnownRequest, @Param('gateway') id: string): Promise<AggregateDNSForwarderStatistics> {
    return this.statistics(request, `/infra/tier-0s/${id}/dns-forwarder`);
  }

  @Get('tier-1s/:gateway/dns-forwarder/statistics')
  @ApiOperation({ summary: 'What the DNS forwarder of a tier-1 has counted' })
  @Answers(AggregateDNSForwarderStatistics)
  statisticsOfTier1(@Req() request: KnownRequest, @Param('gateway') id: string): Promise<AggregateDNSForwarderStatistics> {
    return this.statistics(request, `/infra/tier-1s/${id}/dns-forwarder`);
  }

  private async status(request: KnownRequest, path: string): Promise<AggregateDNSForwarderStatus> {
    const forwarder = this.intent.find<PolicyDnsForwarder>(request, path);
    const [realized, asked] = [await this.realization.realizedState(path, this.intent.reader.sequence()), await this.ask(path, true)];
    return { intent_path: path, status_per_enforcement_point: [forwarderStatus(forwarder, realized, asked)] };
  }

  private async statistics(request: KnownRequest, path: string): Promise<AggregateDNSForwarderStatistics> {
    const {
      default_forwarder_zone_path: first,
      conditional_forwarder_zone_paths: others = [],
      cache_size: cache,
    } = this.intent.find<PolicyDnsForwarder>(request, path);
    const zone = (at: string): (PolicyDnsForwarderZone & PolicyObject) | undefined => this.intent.reader.get<PolicyDnsForwarderZone>(at);
    const zones = { everything: zone(first), conditional: others.flatMap((at) => zone(at) ?? []) };
    return { intent_path: path, statistics_per_enforcement_point: [forwarderStatistics(zones, cache, await this.ask(path, false))] };
  }

  private async ask(path: string, stateOnly: boolean): Promise<AskedForwarder> {
    const answers = await this.reports.ask([path], { $case: 'forwarder', value: { forwarder: path, stateOnly } }, this.intent.reader.sequence());
    return { at: Date.now(), said: saidBy('forwarder', answers) };
  }
}
