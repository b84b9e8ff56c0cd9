import type {
  BgpRoutes,
  Counters,
  EngineHealth,
  EngineHealth_BgpSession,
  KnownAddresses,
  ListBgpRoutes,
  TracePacket,
  TraceResult,
} from '../../agents/session.pb.js';
import { intentOf } from '../../realization/intent-of.js';
import type { EngineChange } from '../engine.js';
import { ForwardingView } from '../forwarding-view.js';
import { knownAddresses } from '../known-addresses.js';
import { type BookProblem, ResourceBook } from '../resource-book.js';
import { PacketWalk } from './packet-walk.js';
import { TraceTally } from './trace-tally.js';

/**
 * What a node's engine would run, in memory: it takes resources in transactions, insists that whatever is used is there, as OVN's
 * databases do, and says what would become of a packet.
 */
export class ForwardingModel {
  private readonly book = new ResourceBook();
  private view: ForwardingView | undefined;
  private readonly tally: TraceTally;

  constructor(readonly nodeId: string) {
    this.tally = new TraceTally(Date.now());
  }

  /** Takes a transaction whole, or answers why not and stays as it is. */
  apply(transaction: readonly EngineChange[]): BookProblem | undefined {
    this.view = undefined;
    const problem = this.book.apply(transaction);
    return typeof problem === 'function' ? undefined : problem;
  }

  /** @throws Error when the question is incomplete */
  trace(question: TracePacket): TraceResult {
    this.view ??= new ForwardingView(this.book.all());
    const result = new PacketWalk(this.view, this.nodeId).run(question);
    this.tally.count(result);
    return result;
  }

  /** What has met the packets that were asked about. */
  counters(): Counters {
    return this.tally.counters();
  }

  /** What ports were told to have: a node without traffic learns nothing. */
  addresses(logicalSwitch: string): KnownAddresses | undefined {
    this.view ??= new ForwardingView(this.book.all());
    return knownAddresses(this.view, this.nodeId, logicalSwitch, { macs: [], resolutions: [] });
  }

  /** Forwarders of names are on the node of their service router. They answer nobody, so they count nothing. */
  runsForwarder(forwarder: string): boolean {
    return [...this.book.all()].some(({ key, body }) => intentOf(key) === forwarder && body?.$case === 'dnsForwarder');
  }

  /** Neighbours of a simulated node announce nothing, and are told what its instance advertises, whatever is filtered. */
  bgpRoutes({ neighbor: key, advertised, offset, limit }: ListBgpRoutes): BgpRoutes | undefined {
    for (const { body } of this.book.all()) {
      if (body?.$case !== 'bgpInstance' || body.value.node !== this.nodeId) continue;
      const neighbor = body.value.neighbors.find((one) => one.key === key);
      if (!neighbor) continue;
      const sourceAddress = neighbor.sourceAddresses[0] ?? '';
      const routes = advertised ? body.value.advertisements.map(({ network }) => ({ network, nextHop: sourceAddress, asPath: '' })) : [];
      return { sourceAddress, routes: routes.slice(offset, offset + limit), total: routes.length };
    }
    return undefined;
  }

  /** All is well with a simulated engine: its neighbours answer, its tunnels and its balancers' members are up. */
  health(): EngineHealth {
    let tunnelsUp = 0;
    let membersUp = 0;
    const bgpSessions: EngineHealth_BgpSession[] = [];
    for (const { key, body } of this.book.all()) {
      if (body?.$case === 'tunnelEndpoint' && key !== this.nodeId) tunnelsUp += 1;
      if (body?.$case === 'layer4Balancer' || body?.$case === 'layer7Balancer') membersUp += body.value.pool?.members.length ?? 0;
      if (body?.$case !== 'bgpInstance' || body.value.node !== this.nodeId) continue;
      for (const { key: neighbor, sourceAddresses } of body.value.neighbors) {
        bgpSessions.push({
          instance: key,
          neighbor,
          state: 'ESTABLISHED',
          establishedSeconds: 0,
          prefixesReceived: 0,
          prefixesSent: body.value.advertisements.length,
          sourceAddress: sourceAddresses[0] ?? '',
          peerRouterId: '',
          establishments: 1,
          drops: 0,
          messagesSent: 0,
          messagesReceived: 0,
        });
      }
    }
    return { healthy: true, detail: '', bgpSessions, tunnelsUp, tunnelsDown: [], membersUp, membersDown: [] };
  }
}
