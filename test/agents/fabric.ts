import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';
import * as grpc from '@grpc/grpc-js';
import type { NodeAgent } from '../../src/agent/node-agent.js';
import { NodeHost } from '../../src/agent/node-host.js';
import type { AgentIdentity } from '../../src/agent/node-state.js';
import { SimulatedEngine } from '../../src/agent/simulated/simulated-engine.js';
import { SimulatedWorkloads } from '../../src/agent/simulated/workloads.js';
import type { InventoryChange } from '../../src/agents/inventory-book.js';
import type { OutboxLimits } from '../../src/agents/outbox.js';
import { CertificateAuthority, requestCertificate } from '../../src/agents/pki/certificate-authority.js';
import type { NodeIdentity } from '../../src/agents/pki/node-identity.js';
import { RealizationHost } from '../../src/agents/realization-host.js';
import type { CertificateRecord } from '../../src/agents/records.js';
import { FromAgent } from '../../src/agents/session.pb.js';
import { NODE_SESSION, type ReceivedFrame } from '../../src/agents/session-protocol.js';
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
  /** Values by path and field, with a blank between. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly limits?: OutboxLimits;
  readonly patience?: number;
  readonly certificateLifetime?: number;
  /** Names in the manager's certificate. */
  readonly managerNames?: readonly string[];
}

interface AgentOptions {
  readonly directory?: string;
  readonly identity?: AgentIdentity;
  readonly log?: typeof quiet;
}

interface Kept {
  readonly transitions: RealizedTransition[];
  readonly inventory: InventoryChange[];
  readonly certificates: CertificateRecord[];
  readonly revoked: string[];
}

interface Traffic {
  /** Bytes of all messages, both ways. */
  bytes: number;
  /** Digest with which each node last greeted. */
  readonly greeted: Map<string, string>;
}

export class Fabric {
  private readonly running = new Set<NodeHost>();
  private sequence = 1;
  private readonly port: number;

  private constructor(
    readonly authority: CertificateAuthority,
    readonly realization: ScriptedRealization,
    readonly host: RealizationHost,
    readonly kept: Kept,
    readonly traffic: Traffic,
    private server: SessionServer,
    private readonly managerNames: readonly string[],
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
      secrets: (path, field) => options.secrets?.[`${path} ${field}`],
    });
    host.start({ sequence: 1, objects: options.nodes.map(nodeObject), claims: [], realized: [], inventories: [], revokedSerials: [] });
    const traffic: Traffic = { bytes: 0, greeted: new Map() };
    const names = options.managerNames ?? ['localhost', '127.0.0.1'];
    return new Fabric(authority, realization, host, kept, traffic, await Fabric.listen(authority, host, traffic, 0, names), names);
  }

  private static async listen(
    authority: CertificateAuthority,
    host: RealizationHost,
    traffic: Traffic,
    port: number,
    names: readonly string[],
  ): Promise<SessionServer> {
    return SessionServer.start({
      host: '127.0.0.1',
      port,
      authority: authority.certificate,
      certificate: await authority.issueServer(names, Date.now() + HOUR),
      accept: (certificate, wire) => {
        const events = host.accept(certificate, {
          ...wire,
          write: (frame) => {
            traffic.bytes += frame.length;
            return wire.write(frame);
          },
        });
        if (typeof events === 'string') return events;
        return {
          ...events,
          receive: (message) => {
            traffic.bytes += FromAgent.encode(message).finish().length;
            if (message.message?.$case === 'hello') traffic.greeted.set(certificate.identity.nodeId, message.message.value.digest);
            events.receive(message);
          },
        };
      },
    });
  }

  /** An identity as enrolment would give it. */
  async identity(nodeId: string, { lifetime = HOUR, ...other }: { readonly lifetime?: number } & Partial<NodeIdentity> = {}): Promise<AgentIdentity> {
    const { privateKey, request } = await requestCertificate();
    const identity = { nodeId, path: pathOf(nodeId), ...other };
    const { certificate } = await this.authority.issueNode(request, identity, Date.now() + lifetime);
    return { ...identity, managerHost: 'localhost', agentPort: this.port, privateKey, certificate, authority: this.authority.certificate };
  }

  async agent(nodeId: string, options: AgentOptions = {}): Promise<AgentUnderTest> {
    const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'heddle-agent-'));
    const host = await NodeHost.open(directory, {
      softwareVersion: '0.1.0',
      log: options.log ?? quiet,
      timing: { firstWait: 20, longestWait: 100, longestWaitForOthers: 100, connectWithin: 10_000 },
      onDiskFailure: (error) => {
        throw error;
      },
    });
    this.running.add(host);
    const engine = new SimulatedEngine({ nodeId, workloads: new SimulatedWorkloads(join(directory, 'workloads.json')), tunnelAddresses: ['192.0.2.1'] });
    const agent = await host.start({ identity: options.identity ?? (await this.identity(nodeId)), directory, engine });
    return { agent, directory, stop: () => this.stopAgent(host) };
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

  /** A client that speaks the protocol only as far as the test makes it. */
  async rawClient(
    nodeId: string,
    options: { readonly lifetime?: number } = {},
  ): Promise<{ readonly call: grpc.ClientDuplexStream<FromAgent, ReceivedFrame>; close(): void }> {
    const { certificate, privateKey, authority } = await this.identity(nodeId, options);
    const context = tls.createSecureContext({ ca: authority, cert: certificate, key: privateKey });
    const client = new grpc.Client(`localhost:${this.port}`, grpc.credentials.createFromSecureContext(context), { 'grpc.use_local_subchannel_pool': 1 });
    const { path, requestSerialize, responseDeserialize } = NODE_SESSION.connect;
    const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    call.on('error', () => undefined);
    return {
      call,
      close: () => {
        call.cancel();
        client.close();
      },
    };
  }

  get greeted(): ReadonlyMap<string, string> {
    return this.traffic.greeted;
  }

  session(nodeId: string) {
    return this.host.nodes().find((node) => node.nodeId === nodeId)?.session;
  }

  /** The manager goes away, and comes back on the same port. */
  async restartServer(downFor = 0): Promise<void> {
    this.server.stop();
    await new Promise((resolve) => setTimeout(resolve, downFor));
    this.server = await Fabric.listen(this.authority, this.host, this.traffic, this.port, this.managerNames);
  }

  async stop(): Promise<void> {
    for (const host of this.running) await host.stop();
    await this.host.stop();
    this.server.stop();
  }

  private async stopAgent(host: NodeHost): Promise<void> {
    this.running.delete(host);
    await host.stop();
  }
}

export interface AgentUnderTest {
  readonly agent: NodeAgent;
  readonly directory: string;
  stop(): Promise<void>;
}
