import { Controller, Get, Inject, Param, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { SegmentPort } from '../model/networking/segment-port.resource.js';
import { Answers } from '../operations/described.js';
import type { KnownRequest } from '../policy/request.js';
import type { RealizedState } from '../realization/contract.js';
import { AskedIntent } from './asked-intent.js';
import { NODE_REPORTS, type NodeReports, REALIZATION_QUERIES, type RealizationQueries } from './ports.js';
import { SegmentPortStatistics, SegmentPortStatus, SegmentStatistics, trafficOf } from './segment-statistics.js';
import { SEGMENTS, segmentPath } from './state.controller.js';

/**
 * What goes through segments and their ports, as the switches of their nodes have counted since each port was plugged in there: a port
 * that moves begins anew. Of a node that is not connected it is what it reported last.
 */
@ApiTags('networking')
@Controller('policy/api/v1/infra')
export class SegmentStatisticsController {
  constructor(
    private readonly intent: AskedIntent,
    @Inject(NODE_REPORTS) private readonly reports: NodeReports,
    @Inject(REALIZATION_QUERIES) private readonly realization: RealizationQueries,
  ) {}

  @Get(SEGMENTS.map((path) => `${path}/statistics`))
  @ApiOperation({ summary: 'What all ports of a segment have counted together' })
  @Answers(SegmentStatistics)
  async segment(@Req() request: KnownRequest, @Param() params: Record<string, string>): Promise<object> {
    const { path, realization_id } = this.intent.find(request, segmentPath(params));
    return { logical_switch_id: realization_id, ...trafficOf(await this.reports.figures(path)) };
  }

  @Get(SEGMENTS.map((path) => `${path}/ports/:port/statistics`))
  @ApiOperation({ summary: 'What a segment port has counted' })
  @Answers(SegmentPortStatistics)
  async port(@Req() request: KnownRequest, @Param() params: Record<string, string>): Promise<object> {
    const { path, realization_id } = this.intent.find(request, `${segmentPath(params)}/ports/${params.port}`);
    return { logical_port_id: realization_id, ...trafficOf(await this.reports.figures(path)) };
  }

  @Get(SEGMENTS.map((path) => `${path}/ports/:port/status`))
  @ApiOperation({ summary: 'Whether a node forwards for a segment port' })
  @Answers(SegmentPortStatus)
  async portStatus(@Req() request: KnownRequest, @Param() params: Record<string, string>): Promise<object> {
    const port = this.intent.find<SegmentPort>(request, `${segmentPath(params)}/ports/${params.port}`);
    const state = await this.realization.realizedState(port.path, this.intent.reader.sequence());
    return { logical_port_id: port.realization_id, status: port.admin_state === 'DOWN' ? 'DOWN' : linkStatus(state?.nodes ?? []) };
  }
}

/** A port that is plugged in nowhere is on no node. */
function linkStatus(nodes: RealizedState['nodes']): SegmentPortStatus['status'] {
  if (nodes.some(({ state }) => state === 'REALIZED')) return 'UP';
  return nodes.length > 0 && nodes.every(({ state }) => state === 'DISCONNECTED') ? 'UNKNOWN' : 'DOWN';
}
