import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal } from '../../src/agent/journal.js';
import { NodeAgent, RestoredNode } from '../../src/agent/node-agent.js';
import type { AgentIdentity } from '../../src/agent/node-state.js';
import { SimulatedEngine } from '../../src/agent/simulated/simulated-engine.js';
import { SimulatedWorkloads } from '../../src/agent/simulated/workloads.js';
import type { InventoryChange } from '../../src/agents/inventory-book.js';
import type { OutboxLimits } from '../../src/agents/outbox.js';
import { CertificateAuthority, requestCertificate } from '../../src/agents/pki/certificate-authority.js';
import type { NodeIdentity } from '../../src/agents/pki/node-identity.js';
import { RealizationHost } from '../../src/agents/realization-host.js';
import type { CertificateRecord } from '../../src/agents/records.js';
import { SessionServer } from '../../src/agents/session-server.js';
import type { PolicyObject } from '../../src/model/policy-object.js';
import type { Commit } from '../../src/policy/ports.js';
import type { Realization, RealizedTransition } from '../../src/realization/contract.js';
import type { ResourceChange } from '../../src/realization/resources.pb.js';
import { ScriptedRealization } from './scripted-realization.js';

/** A manager's end with a scripted realization, and agents that connect to it over real mutual TLS on the loopback interface. */

const HOUR = 60 * 60 * 1000;

export const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

export function nodeObject(nodeId: string): PolicyObject {
  return { resource_type: 'HostTransportNode', path: pathOf(nodeId), unique_id: nodeId, id: nodeId, display_name: nodeId } as PolicyObject;
}

export function pathOf(nodeId: string): string {
  return `/infra/sites/default/enforcement-points/default/host-transport-nodes/${nodeId}`;
}

export interface FabricOptions {
  readonly nodes: readonly string[];
  readonly limits?: OutboxLimits;
  readonly patience?: number;
  readonly certificateLifetime?: number;
}

interface Kept {
  readonly transitions: RealizedTransition[];
  readonly inventory: InventoryChange[];
  readonly certificates: CertificateRecord[];
  readonly revoked: string[];
}

export class Fabric {
  private readonly running = new Set<NodeAgent>();
  private sequence = 1;
  private readonly port: number;

  private constructor(
    readonly authority: CertificateAuthority,
    readonly realization: ScriptedRealization,
    readonly host: RealizationHost,
    readonly kept: Kept,
    private server: SessionServer,
  ) {
    this.port = server.port;
  }

  static async start(options: FabricOptions): Promise<Fabric> {
    const authority = await CertificateAuthority.open(mkdtempSync(join(tmpdir(), 'heddle-pki-')));
    const kept: Kept = { transitions: [], inventory: [], certificates: [], revoked: [] };
    const realization = new ScriptedRealization();
    const host = new RealizationHost({
      realization: realization as unknown as Realization,
      authority,
      records: {
        realized: async (transitions) => void kept.transitions.push(...transitions),
        inventory: async (changes) => void kept.inventory.push(...changes),
        seen: async () => undefined,
        issued: async (certificate) => void kept.certificates.push(certificate),
        revoked: async (nodeId) => void kept.revoked.push(nodeId),
      },
      log: quiet,
      ...options,
    });
    host.start({ sequence: 1, objects: options.nodes.map(nodeObject), claims: [], realized: [], inventories: [], revokedSerials: [] });
    return new Fabric(authority, realization, host, kept, await Fabric.listen(authority, host, 0));
  }

  private static async listen(authority: CertificateAuthority, host: RealizationHost, port: number): Promise<SessionServer> {
    return SessionServer.start({
      host: '127.0.0.1',
      port,
      authority: authority.certificate,
      certificate: await authority.issueServer(['localhost', '127.0.0.1'], Date.now() + HOUR),
      accept: (certificate, wire) => host.accept(certificate, wire),
    });
  }

  /** An identity as enrolment would give it. */
  async identity(nodeId: string, { lifetime = HOUR, ...other }: { readonly lifetime?: number } & Partial<NodeIdentity> = {}): Promise<AgentIdentity> {
    const { privateKey, request } = await requestCertificate();
    const identity = { nodeId, path: pathOf(nodeId), ...other };
    const { certificate } = await this.authority.issueNode(request, identity, Date.now() + lifetime);
    return { ...identity, managerHost: 'localhost', agentPort: this.port, privateKey, certificate, authority: this.authority.certificate };
  }

  async agent(
    nodeId: string,
    options: { readonly directory?: string; readonly identity?: AgentIdentity; readonly saved?: (identity: AgentIdentity) => void } = {},
  ): Promise<AgentUnderTest> {
    const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'heddle-agent-'));
    const restored = new RestoredNode();
    const journal = await Journal.open(directory, (_, parts) => restored.replay(parts));
    const workloads = new SimulatedWorkloads();
    const engine = new SimulatedEngine({ nodeId, workloads, tunnelAddresses: ['192.0.2.1'] });
    const agent = new NodeAgent({
      identity: options.identity ?? (await this.identity(nodeId)),
      saveIdentity: options.saved ?? (() => undefined),
      engine,
      journal,
      restored,
      softwareVersion: '0.1.0',
      log: quiet,
      timing: { firstWait: 20, longestWait: 100 },
    });
    this.running.add(agent);
    await agent.start();
    return { agent, directory, restored, workloads, stop: () => this.stopAgent(agent, journal) };
  }

  /** A commit that changes what nodes should hold. */
  tell(nodes: readonly string[], ...changes: ResourceChange[]): void {
    this.realization.plan(nodes, changes);
    this.commit([]);
  }

  commit(changes: Commit['changes']): void {
    this.sequence += 1;
    this.host.commit({ sequence: this.sequence, at: 0, changes, claims: [], secrets: [] });
  }

  session(nodeId: string) {
    return this.host.nodes().find((node) => node.nodeId === nodeId)?.session;
  }

  /** The manager goes away, and comes back on the same port. */
  async restartServer(downFor = 0): Promise<void> {
    this.server.stop();
    await new Promise((resolve) => setTimeout(resolve, downFor));
    this.server = await Fabric.listen(this.authority, this.host, this.port);
  }

  async stop(): Promise<void> {
    for (const agent of this.running) await agent.stop();
    await this.host.stop();
    this.server.stop();
  }

  private async stopAgent(agent: NodeAgent, journal: Journal): Promise<void> {
    this.running.delete(agent);
    await agent.stop();
    await journal.close();
  }
}

export interface AgentUnderTest {
  readonly agent: NodeAgent;
  readonly directory: string;
  readonly restored: RestoredNode;
  readonly workloads: SimulatedWorkloads;
  stop(): Promise<void>;
}
