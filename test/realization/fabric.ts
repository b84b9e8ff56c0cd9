import { ForwardingModel } from '../../src/agent/simulated/forwarding-model.js';
import { type Packet, type TracePacket, TraceResult_Verdict, type TraceStep } from '../../src/agents/session.pb.js';
import type { PolicyObject } from '../../src/model/policy-object.js';
import type { Commit } from '../../src/policy/ports.js';
import type { InventoryReport, NodeDelta } from '../../src/realization/contract.js';
import { RealizationGraph } from '../../src/realization/graph.js';
import { Changes } from './network.js';

/** A network of simulated engines that run what realization tells them: packets say whether it means what it should. */
export class Fabric {
  readonly graph = new RealizationGraph();
  private readonly changes = new Changes();

  constructor(objects: readonly PolicyObject[], claims: Commit['claims'], reports: readonly InventoryReport[]) {
    this.graph.load({ sequence: 0, objects, claims, reports, realized: [] });
  }

  commit(...objects: readonly PolicyObject[]): void {
    this.change(...objects);
  }

  /** Answers what nodes are told of it. */
  change(...objects: readonly PolicyObject[]): readonly NodeDelta[] {
    return this.graph.commit(this.changes.put(objects));
  }

  /** Sends a packet from a switch port, or from outside through an uplink, and follows it from node to node to its end. */
  send(from: { readonly node: string; readonly port?: string; readonly uplink?: string }, packet: Partial<Packet>): Journey {
    const start: TracePacket['from'] = from.port === undefined ? { $case: 'uplink', value: from.uplink ?? '' } : { $case: 'port', value: from.port };
    const steps: TraceStep[] = [];
    const nodes: string[] = [];
    let hops: { node: string; question: TracePacket }[] = [{ node: from.node, question: { packet: { ...TCP, ...packet }, from: start } }];
    let verdict = 'LOST';
    for (let limit = 0; hops.length > 0 && limit < 16; limit += 1) {
      const [hop, ...others] = hops;
      if (!hop) break;
      const result = this.engine(hop.node).trace(hop.question);
      nodes.push(hop.node);
      steps.push(...result.steps);
      verdict = TraceResult_Verdict[result.verdict];
      hops = [
        ...others,
        ...result.exits.map(({ node, entry, packet: sent }) => ({ node, question: { packet: sent, from: { $case: 'tunnel' as const, value: entry! } } })),
      ];
    }
    return { verdict, nodes, by: steps.at(-1)?.resource ?? '', packet: steps.at(-1)?.packet ?? { ...TCP }, steps };
  }

  private engine(node: string): ForwardingModel {
    const model = new ForwardingModel(node);
    const resources = this.graph.snapshot(node).changes.flatMap(({ change }) => (change?.$case === 'put' ? [change.value] : []));
    const problem = model.apply(resources.map((resource) => ({ id: resource, resource })));
    if (problem) throw new Error(`${node} refuses ${problem.culprit.key}: ${problem.reason}`);
    return model;
  }
}

/** What became of a packet. */
export interface Journey {
  readonly verdict: string;
  /** Nodes that it passed, in order. */
  readonly nodes: readonly string[];
  /** Resource that decided the end. */
  readonly by: string;
  /** The packet at its end. */
  readonly packet: Packet;
  readonly steps: readonly TraceStep[];
}

const TCP: Packet = {
  sourceMac: '',
  destinationMac: '',
  sourceAddress: '',
  destinationAddress: '',
  protocol: 6,
  sourcePort: 40000,
  destinationPort: 80,
  icmpType: 0,
  icmpCode: 0,
  hopLimit: 0,
};
