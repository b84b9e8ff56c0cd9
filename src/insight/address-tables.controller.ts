import { Controller, Get, Inject, Param, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { saidBy } from '../agents/node-answer.js';
import { Answers, Pages } from '../operations/described.js';
import { type ListQuery, pageOf } from '../policy/reading.js';
import type { KnownRequest } from '../policy/request.js';
import {
  type AskedAddresses,
  arpTable,
  InterfaceArpTable,
  macTable,
  portMacTable,
  requireAnswers,
  SegmentMacAddressListResult,
  SegmentPortMacAddressListResult,
} from './address-tables.js';
import { AskedIntent } from './asked-intent.js';
import { NODE_REPORTS, type NodeReports } from './ports.js';
import { SEGMENTS, segmentPath } from './state.controller.js';

/** Which addresses the nodes of a segment know, asked of them when somebody reads it. What a node that does not answer knows is missing. */
@ApiTags('networking')
@Controller('policy/api/v1/infra')
export class AddressTablesController {
  constructor(
    private readonly intent: AskedIntent,
    @Inject(NODE_REPORTS) private readonly reports: NodeReports,
  ) {}

  @Get(SEGMENTS.map((path) => `${path}/mac-table`))
  @ApiOperation({ summary: 'MAC addresses of the workloads of a segment, and the nodes that they are on' })
  @Pages('cursor', 'page_size')
  @Answers(SegmentMacAddressListResult, { description: 'A page of them.' })
  async macs(@Req() request: KnownRequest, @Param() params: Record<string, string>, @Query() query: ListQuery): Promise<SegmentMacAddressListResult> {
    const asked = await this.ask(request, segmentPath(params));
    const tunnels = await Promise.all(asked.said.map(async ({ node }) => [node, (await this.reports.tunnels(node)).local[0]] as const));
    const addresses = new Map(tunnels);
    return macTable(asked, (node) => addresses.get(node), pageOf(query));
  }

  @Get(SEGMENTS.map((path) => `${path}/ports/:port/mac-table`))
  @ApiOperation({ summary: 'MAC addresses at a segment port' })
  @Pages('cursor', 'page_size')
  @Answers(SegmentPortMacAddressListResult, { description: 'A page of them.' })
  async macsOfPort(@Req() request: KnownRequest, @Param() params: Record<string, string>, @Query() query: ListQuery): Promise<SegmentPortMacAddressListResult> {
    const segment = segmentPath(params);
    const { path } = this.intent.find(request, `${segment}/ports/${params.port}`);
    return portMacTable(await this.ask(request, segment, path), path, pageOf(query));
  }

  @Get(SEGMENTS.flatMap((path) => [`${path}/arp-table`, `${path}/gateway-interface-arp-table`]))
  @ApiOperation({ summary: 'What the gateway of a segment resolves addresses to, on all nodes together' })
  @Pages('cursor', 'page_size')
  @Answers(InterfaceArpTable, { description: 'A page of them.' })
  async arp(@Req() request: KnownRequest, @Param() params: Record<string, string>, @Query() query: ListQuery): Promise<InterfaceArpTable> {
    const segment = segmentPath(params);
    return arpTable(segment, await this.ask(request, segment), pageOf(query));
  }

  /** @param place what the nodes that are asked have something of: the segment, where nothing is said */
  private async ask(request: KnownRequest, segment: string, place = segment): Promise<AskedAddresses> {
    const { path } = this.intent.find(request, segment);
    const answers = await this.reports.ask([place], { $case: 'addresses', value: { logicalSwitch: path } }, this.intent.reader.sequence());
    const asked = { at: Date.now(), said: saidBy('addresses', answers) };
    requireAnswers(path, asked);
    return asked;
  }
}
