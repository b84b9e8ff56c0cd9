import { Controller, Get, Inject, Param, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { NodeFacts } from '../agents/realization-host.js';
import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import { Answers, Asks, Pages } from '../operations/described.js';
import { type ListQuery, pageOf } from '../policy/reading.js';
import type { KnownRequest } from '../policy/request.js';
import { AskedIntent } from './asked-intent.js';
import { TransportNodeStatus, TunnelList, transportNodeStatus, tunnelsOf } from './node-status.js';
import { NODE_REPORTS, type NodeReports } from './ports.js';

type HostParams = Readonly<Record<'site' | 'point' | 'node', string>>;
type TunnelQuery = ListQuery & { readonly status?: string; readonly remote_node_id?: string };

const HOST = 'policy/api/v1/infra/sites/:site/enforcement-points/:point/host-transport-nodes/:node';
/** Hosts and edges alike. */
const ANY = 'api/v1/transport-nodes/:node';

const OF_STATUS = Asks('status', 'Only tunnels with this status.', { enum: ['UP', 'DOWN', 'UNKNOWN'] });
const OF_REMOTE = Asks('remote_node_id', 'Only tunnels to this node.');

/** How transport nodes and their tunnels are, by what the nodes last reported. */
@ApiTags('fabric')
@Controller()
export class NodeStatusController {
  constructor(
    private readonly intent: AskedIntent,
    @Inject(NODE_REPORTS) private readonly reports: NodeReports,
  ) {}

  @Get(`${HOST}/status`)
  @ApiOperation({ summary: 'How a host is, its connection and its tunnels' })
  @Answers(TransportNodeStatus)
  async host(@Req() request: KnownRequest, @Param() params: HostParams): Promise<TransportNodeStatus> {
    return transportNodeStatus((await this.find(request, ({ path }) => path === pathOf(params), pathOf(params))).node);
  }

  @Get(`${HOST}/tunnels`)
  @ApiOperation({ summary: 'Tunnels of a host to other nodes' })
  @OF_STATUS
  @OF_REMOTE
  @Pages('cursor', 'page_size')
  @Answers(TunnelList, { description: 'A page of them.' })
  hostTunnels(@Req() request: KnownRequest, @Param() params: HostParams, @Query() query: TunnelQuery): Promise<TunnelList> {
    return this.tunnels(request, ({ path }) => path === pathOf(params), pathOf(params), query);
  }

  @Get(`${ANY}/status`)
  @ApiOperation({ summary: 'How a transport node is, its connection and its tunnels' })
  @Answers(TransportNodeStatus)
  async node(@Req() request: KnownRequest, @Param('node') id: string): Promise<TransportNodeStatus> {
    return transportNodeStatus((await this.find(request, ({ nodeId }) => nodeId === id, `The transport node ${id}`)).node);
  }

  @Get(`${ANY}/tunnels`)
  @ApiOperation({ summary: 'Tunnels of a transport node to other nodes' })
  @OF_STATUS
  @OF_REMOTE
  @Pages('cursor', 'page_size')
  @Answers(TunnelList, { description: 'A page of them.' })
  nodeTunnels(@Req() request: KnownRequest, @Param('node') id: string, @Query() query: TunnelQuery): Promise<TunnelList> {
    return this.tunnels(request, ({ nodeId }) => nodeId === id, `The transport node ${id}`, query);
  }

  private async tunnels(request: KnownRequest, wanted: (node: NodeFacts) => boolean, name: string, query: TunnelQuery): Promise<TunnelList> {
    const { node, all } = await this.find(request, wanted, name);
    const { status, remote_node_id: remote } = query;
    const tunnels = tunnelsOf(node, await this.reports.tunnels(node.nodeId), all).filter(
      (one) => (status === undefined || one.status === status) && (remote === undefined || one.remote_node_id === remote),
    );
    const { offset, size } = pageOf(query);
    const end = offset + size;
    return { tunnels: tunnels.slice(offset, end), result_count: tunnels.length, ...(end < tunnels.length ? { cursor: String(end) } : {}) };
  }

  /** @throws PolicyError 403, or 404 where there is no such node */
  private async find(request: KnownRequest, wanted: (node: NodeFacts) => boolean, name: string): Promise<{ node: NodeFacts; all: readonly NodeFacts[] }> {
    this.intent.require(request, 'fabric');
    const all = await this.reports.nodes();
    const node = all.find(wanted);
    if (!node) throw new PolicyError({ status: 404, code: CODES.notFound, message: `${name} does not exist. Identifiers are case sensitive.` });
    return { node, all };
  }
}

function pathOf({ site, point, node }: HostParams): string {
  return `/infra/sites/${site}/enforcement-points/${point}/host-transport-nodes/${node}`;
}
