import { type ChildProcess, fork } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { type FabricNode, fabricIdentity } from '../agent/simulated/fabric.js';
import type { FabricOrder, FabricStarted } from '../agent/simulated/fabric.process.js';
import type { EnrolmentService } from '../agents/enrolment/enrolment.service.js';
import { type SimulatedNode, simulatedFabricIntent, simulatedNodes } from '../agents/simulated-fabric-intent.js';
import type { Registry } from '../model/registry.js';
import type { LogLevel, SimulatedNodes } from '../operations/settings.js';
import type { IntentReader, IntentWriter } from '../policy/ports.js';
import { workerUrl } from '../shared/worker-url.js';
import { SYSTEM, systemWrite } from './seed.js';

/** Where the manager remembers which objects of the simulated fabric it has made: what a user deletes stays deleted. */
export interface FabricMemory {
  readonly made: readonly string[];
  remember(made: readonly string[]): Promise<void>;
}

export interface SimulatedFabricParts {
  readonly count: SimulatedNodes;
  readonly registry: Registry;
  readonly reader: IntentReader;
  readonly writer: IntentWriter;
  readonly memory: FabricMemory;
  readonly enrolment: EnrolmentService;
  /** Base URL of the API, and the authority of its certificate where that is not the manager's own. */
  readonly manager: string;
  readonly httpsAuthority?: string;
  readonly agentHost: string;
  readonly agentPort: number;
  readonly dataDir: string;
  readonly softwareVersion: string;
  readonly logLevel: LogLevel;
}

/** Makes the objects of the simulated nodes, each once ever. */
export async function makeSimulatedFabric({ count, registry, reader, writer, memory }: Omit<SimulatedFabricParts, 'enrolment'>): Promise<void> {
  const made = new Set(memory.made);
  const fresh = simulatedFabricIntent(count).filter(({ path }) => !made.has(path));
  if (fresh.length === 0) return;
  const missing = fresh.filter(({ path }) => !reader.exists(path));
  if (missing.length > 0) await writer.write({ context: SYSTEM, writes: missing.map((object) => systemWrite(registry, object)) });
  await memory.remember([...made, ...fresh.map(({ path }) => path)]);
}

/** The process in which the simulated nodes run, beside the manager and as apart from it as real ones. */
export class SimulatedFabricProcess {
  private stopping = false;

  private constructor(
    private readonly child: ChildProcess,
    /** How many nodes were started. */
    readonly nodes: number,
  ) {}

  /** Makes what is missing of the intent, mints tokens for the nodes that have to enrol, and starts the process. */
  static async start(parts: SimulatedFabricParts): Promise<SimulatedFabricProcess> {
    await makeSimulatedFabric(parts);
    const stateDir = join(parts.dataDir, 'simulated-fabric');
    const nodes: FabricNode[] = [];
    for (const node of simulatedNodes(parts.count)) {
      const known = parts.reader.get(node.path);
      if (known) nodes.push({ name: node.name, tunnelAddress: node.tunnelAddress, ...(await tokenFor(node, known.unique_id, stateDir, parts.enrolment)) });
    }
    const { manager, httpsAuthority, agentHost, agentPort, softwareVersion, logLevel } = parts;
    const order: FabricOrder = { manager, httpsAuthority, agentHost, agentPort, stateDir, nodes, softwareVersion, logLevel };
    const child = fork(workerUrl(import.meta.url, '../agent/simulated/fabric.process.js'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const started = await new Promise<FabricStarted>((resolve, reject) => {
      child.once('message', (message) => resolve(message as FabricStarted));
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`the simulated nodes ended with code ${code} before they ran`)));
      child.send(order);
    });
    return new SimulatedFabricProcess(child, started.nodes);
  }

  /** Called when the process ends although nobody asked it to. */
  onExit(listener: (code: number | null) => void): void {
    this.child.once('exit', (code) => {
      if (!this.stopping) listener(code);
    });
  }

  async stop(): Promise<void> {
    this.stopping = true;
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => this.child.once('exit', () => resolve()));
    this.child.disconnect();
    await ended;
  }
}

/** A node that has no identity yet, or one of another manager or of an object that was made anew, has to enrol. */
async function tokenFor({ name, path }: SimulatedNode, nodeId: string, stateDir: string, enrolment: EnrolmentService): Promise<{ token?: string }> {
  const identity = fabricIdentity(stateDir, name);
  const good =
    identity?.nodeId === nodeId &&
    identity.authority === enrolment.authorityCertificate &&
    Date.parse(new X509Certificate(identity.certificate).validTo) > Date.now();
  return good ? {} : { token: (await enrolment.mint(path, TOKEN_MINUTES, SYSTEM)).token };
}

const TOKEN_MINUTES = 10;
