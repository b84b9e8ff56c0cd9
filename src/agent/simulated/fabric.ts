import { join } from 'node:path';
import { enrol } from '../enrolment.js';
import type { LinkTiming } from '../manager-link.js';
import type { AgentLog } from '../node-agent.js';
import { NodeHost } from '../node-host.js';
import { type AgentIdentity, readIdentity, writeIdentity } from '../node-state.js';
import { SimulatedEngine } from './simulated-engine.js';
import { SimulatedWorkloads } from './workloads.js';

export interface FabricNode {
  /** Names the directory of the node. */
  readonly name: string;
  readonly tunnelAddress: string;
  /** Present where the node has to enrol first. */
  readonly token?: string;
}

export interface FabricOptions {
  /** Base URL of the manager, for enrolment. */
  readonly manager: string;
  /** PEM of the authority of the manager's HTTPS certificate, where that is not the manager's own. */
  readonly httpsAuthority?: string;
  /** Where the manager's streams are now; it may have moved since the nodes were enrolled. */
  readonly agentHost: string;
  readonly agentPort: number;
  readonly stateDir: string;
  readonly nodes: readonly FabricNode[];
  readonly softwareVersion: string;
}

/** Enrolments under way at once: each costs the manager two durable writes and a signature. */
const ENROLMENTS = 16;

/** Who a node of a fabric is, as its directory says; undefined: not enrolled. */
export function fabricIdentity(stateDir: string, name: string): AgentIdentity | undefined {
  return readIdentity(nodeDirectory(stateDir, name));
}

/**
 * Many simulated nodes in one process. Each is a node like any other: with an enrolment, a certificate and a stream of its own.
 * What they were told they keep in one journal.
 */
export class SimulatedFabric {
  private constructor(
    private readonly host: NodeHost,
    private readonly nodeIds: readonly string[],
  ) {}

  /** Enrols the nodes that have to, and starts all; a node that cannot be started is said and left out. */
  static async start(options: FabricOptions, log: AgentLog, onDiskFailure: (error: unknown) => void, timing?: LinkTiming): Promise<SimulatedFabric> {
    const host = await NodeHost.open(options.stateDir, { softwareVersion: options.softwareVersion, log, onDiskFailure, timing });
    const started: string[] = [];
    const waiting = [...options.nodes];
    const worker = async (): Promise<void> => {
      for (let node = waiting.shift(); node; node = waiting.shift()) {
        try {
          started.push(await startNode(node, options, host));
        } catch (error) {
          log.warn({ node: node.name, error: error instanceof Error ? error.message : String(error) }, 'A simulated node could not be started.');
        }
      }
    };
    await Promise.all(Array.from({ length: ENROLMENTS }, worker));
    return new SimulatedFabric(host, started);
  }

  /** How many nodes run, and how many of them hold what the manager wants. */
  get status(): { readonly nodes: number; readonly inSync: number } {
    return { nodes: this.nodeIds.length, inSync: this.nodeIds.filter((id) => this.host.get(id)?.inSync !== undefined).length };
  }

  stop(): Promise<void> {
    return this.host.stop();
  }
}

async function startNode(node: FabricNode, options: FabricOptions, host: NodeHost): Promise<string> {
  const directory = nodeDirectory(options.stateDir, node.name);
  if (node.token !== undefined) {
    writeIdentity(directory, await enrol({ manager: new URL(options.manager), token: node.token, httpsAuthority: options.httpsAuthority }));
  }
  const kept = readIdentity(directory);
  if (!kept) throw new Error('it is not enrolled, and there is no token for it');
  const identity = { ...kept, managerHost: options.agentHost, agentPort: options.agentPort };
  const workloads = new SimulatedWorkloads(join(directory, 'workloads.json'));
  const engine = new SimulatedEngine({ nodeId: identity.nodeId, workloads, tunnelAddresses: [node.tunnelAddress] });
  await host.start({ identity, directory, engine });
  return identity.nodeId;
}

function nodeDirectory(stateDir: string, name: string): string {
  return join(stateDir, 'nodes', name);
}
