import { join } from 'node:path';
import type { Engine } from './engine.js';
import { Journal } from './journal.js';
import type { LinkTiming } from './manager-link.js';
import { type AgentLog, NodeAgent, RestoredNode } from './node-agent.js';
import { type AgentIdentity, writeIdentity } from './node-state.js';
import { lockStateDirectory } from './state-lock.js';

export interface HostedNode {
  readonly identity: AgentIdentity;
  /** Where the node's identity is kept. */
  readonly directory: string;
  readonly engine: Engine;
}

export interface NodeHostOptions {
  readonly softwareVersion: string;
  readonly log: AgentLog;
  readonly timing?: LinkTiming;
  /** The disk cannot be trusted any more: the process is to end, so that nothing unkept is ever acknowledged. */
  readonly onDiskFailure: (error: unknown) => void;
}

/** Agents that share a process and a journal: one for `heddle agent`, many for a simulated fabric. */
export class NodeHost {
  private readonly agents = new Map<string, NodeAgent>();

  private constructor(
    private readonly unlock: () => void,
    private readonly journal: Journal,
    private readonly restored: Map<string, RestoredNode>,
    private readonly options: NodeHostOptions,
  ) {}

  /**
   * @param directory state directory; the journal lies in it
   * @throws Error when another agent has the directory
   */
  static async open(directory: string, options: NodeHostOptions): Promise<NodeHost> {
    const unlock = await lockStateDirectory(directory);
    const restored = new Map<string, RestoredNode>();
    const journal = await Journal.open(join(directory, 'journal'), {
      replay: (node, parts) => nodeIn(restored, node).replay(parts),
      // What is in memory includes all that was appended, so it may replace the whole file.
      summary: function* () {
        for (const [node, state] of restored) yield { node, parts: state.record() };
      },
      onFailure: options.onDiskFailure,
    });
    return new NodeHost(unlock, journal, restored, options);
  }

  get(nodeId: string): NodeAgent | undefined {
    return this.agents.get(nodeId);
  }

  /** Starts the agent of a node, from what the journal holds of it. */
  async start({ identity, directory, engine }: HostedNode): Promise<NodeAgent> {
    const { softwareVersion, log, timing } = this.options;
    const agent = new NodeAgent({
      identity,
      saveIdentity: (renewed) => writeIdentity(directory, renewed),
      engine,
      journal: this.journal,
      restored: nodeIn(this.restored, identity.nodeId),
      softwareVersion,
      log,
      timing,
    });
    this.agents.set(identity.nodeId, agent);
    await agent.start();
    return agent;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.agents.values()].map((agent) => agent.stop()));
    await this.journal.close();
    this.unlock();
  }
}

function nodeIn(nodes: Map<string, RestoredNode>, node: string): RestoredNode {
  let state = nodes.get(node);
  if (!state) {
    state = new RestoredNode();
    nodes.set(node, state);
  }
  return state;
}
