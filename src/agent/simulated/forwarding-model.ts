import type { Counters, EngineHealth, EngineHealth_BgpSession, TracePacket, TraceResult } from '../../agents/session.pb.js';
import type { NodeResource, ResourceId } from '../../realization/resources.pb.js';
import type { EngineChange } from '../engine.js';
import { idText } from '../held-state.js';
import { usesOf } from '../resource-uses.js';
import { ForwardingView } from './forwarding-view.js';
import { PacketWalk } from './packet-walk.js';
import { TraceTally } from './trace-tally.js';

/** Why a transaction does not fit the model. */
export interface ModelProblem {
  readonly culprit: ResourceId;
  readonly reason: string;
}

/**
 * What a node's engine would run, in memory: it takes resources in transactions, insists that whatever is used is there, as OVN's
 * databases do, and says what would become of a packet.
 */
export class ForwardingModel {
  private readonly resources = new Map<string, NodeResource>();
  /** How many resources use each. */
  private readonly users = new Map<string, number>();
  private view: ForwardingView | undefined;
  private readonly tally: TraceTally;

  constructor(readonly nodeId: string) {
    this.tally = new TraceTally(Date.now());
  }

  /** Takes a transaction whole, or answers why not and stays as it is. */
  apply(transaction: readonly EngineChange[]): ModelProblem | undefined {
    this.view = undefined;
    const undo: (() => void)[] = [];
    const problem = this.applyAll(transaction, undo);
    if (problem) for (const step of undo.reverse()) step();
    return problem;
  }

  /** @throws Error when the question is incomplete */
  trace(question: TracePacket): TraceResult {
    this.view ??= new ForwardingView(this.resources.values());
    const result = new PacketWalk(this.view, this.nodeId).run(question);
    this.tally.count(result);
    return result;
  }

  /** What has met the packets that were asked about. */
  counters(): Counters {
    return this.tally.counters();
  }

  /** All is well with a simulated engine: its neighbours answer, its tunnels and its balancers' members are up. */
  health(): EngineHealth {
    let tunnelsUp = 0;
    let membersUp = 0;
    const bgpSessions: EngineHealth_BgpSession[] = [];
    for (const { key, body } of this.resources.values()) {
      if (body?.$case === 'tunnelEndpoint' && key !== this.nodeId) tunnelsUp += 1;
      if (body?.$case === 'layer4Balancer' || body?.$case === 'layer7Balancer') membersUp += body.value.pool?.members.length ?? 0;
      if (body?.$case !== 'bgpInstance' || body.value.node !== this.nodeId) continue;
      for (const { key: neighbor } of body.value.neighbors) {
        bgpSessions.push({
          instance: key,
          neighbor,
          state: 'ESTABLISHED',
          establishedSeconds: 0,
          prefixesReceived: 0,
          prefixesSent: body.value.advertisements.length,
        });
      }
    }
    return { healthy: true, detail: '', bgpSessions, tunnelsUp, tunnelsDown: [], membersUp, membersDown: [] };
  }

  private applyAll(transaction: readonly EngineChange[], undo: (() => void)[]): ModelProblem | undefined {
    for (const { id, resource } of transaction) {
      const text = idText(id);
      const before = this.resources.get(text);
      this.replace(text, before, resource);
      undo.push(() => this.replace(text, resource, before));
    }
    for (const { id, resource } of transaction) {
      const missing = resource && usesOf(resource).find((used) => !this.resources.has(idText(used)));
      if (missing) return { culprit: id, reason: `it uses ${missing.key}, which is not there` };
      if (!resource && (this.users.get(idText(id)) ?? 0) > 0) return { culprit: id, reason: 'it is still in use' };
    }
    return undefined;
  }

  private replace(text: string, before: NodeResource | undefined, after: NodeResource | undefined): void {
    for (const used of before ? usesOf(before) : []) this.count(idText(used), -1);
    for (const used of after ? usesOf(after) : []) this.count(idText(used), 1);
    if (after) this.resources.set(text, after);
    else this.resources.delete(text);
  }

  private count(text: string, by: number): void {
    const count = (this.users.get(text) ?? 0) + by;
    if (count === 0) this.users.delete(text);
    else this.users.set(text, count);
  }
}
