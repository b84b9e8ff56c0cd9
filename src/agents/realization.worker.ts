import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { registry } from '../model/types.js';
import { unrealizedIn } from '../model/unrealized.js';
import { createLogger } from '../operations/logger.js';
import type { LogLevel } from '../operations/settings.js';
import { RealizationGraph } from '../realization/graph.js';
import { serveCalls } from '../shared/port-calls.js';
import { readSecretKeys } from '../store/data-directory.js';
import { openReader } from '../store/reader.js';
import { SecretBox } from '../store/secret-box.js';
import { onCommit, UnitOfWork } from '../store/unit-of-work.js';
import { AwaitedSequence } from './awaited-sequence.js';
import type { FabricCalls } from './fabric-calls.js';
import { CertificateAuthority, type KeyedCertificate } from './pki/certificate-authority.js';
import { RealizationHost } from './realization-host.js';
import { SessionServer } from './session-server.js';
import { startState, storedRecords, storedSecrets } from './stored-fabric.js';

/**
 * The thread of realization: the calculation, and the gRPC server with the streams of all nodes. Nothing of it waits for the API, nor the
 * API for it: it says that it is there before it computes everything for the first time, and nodes and questions that come meanwhile
 * are answered right after.
 */

export interface RealizationWorkerOptions {
  readonly database: string;
  /** File with the keys of secrets. */
  readonly secretKeys: string;
  /** Directory of the certificate authority. */
  readonly pki: string;
  readonly host: string;
  readonly agentPort: number;
  readonly certificate: KeyedCertificate;
  readonly logLevel: LogLevel;
  /** Milliseconds that a node certificate is valid; left out: a week. */
  readonly certificateLifetime?: number;
  readonly writer: MessagePort;
  readonly feed: MessagePort;
  readonly calls: MessagePort;
}

/** What the thread says once it has the port on which agents connect. */
export interface RealizationReady {
  readonly agentPort: number;
  /** Names of the functions that it serves. */
  readonly calls: readonly (keyof FabricCalls)[];
}

const options = workerData as RealizationWorkerOptions;
const authority = await CertificateAuthority.open(options.pki);
const reader = openReader(options.database);
const writer = new UnitOfWork(options.writer);
const host = new RealizationHost({
  realization: new RealizationGraph(unrealizedIn(registry)),
  authority,
  records: storedRecords(writer),
  secrets: storedSecrets(reader, new SecretBox(readSecretKeys(options.secretKeys))),
  log: createLogger(options.logLevel).child({ thread: 'realization' }),
  certificateLifetime: options.certificateLifetime,
});
const server = await SessionServer.start({
  host: options.host,
  port: options.agentPort,
  authority: authority.certificate,
  certificate: options.certificate,
  accept: (certificate, wire) => host.accept(certificate, wire),
});

/** Waits for the last commit that changed intent, which may be before `sequence`: audited calls take numbers too. */
function upTo(sequence: number): Promise<void> {
  return sequence <= host.sequence ? Promise.resolve() : reached.wait(Math.min(sequence, reader.history.lastChange()));
}

const calls: FabricCalls = {
  realizedState: async (path, sequence) => {
    await upTo(sequence);
    return host.realizedState(path);
  },
  alarmed: async (sequence) => {
    await upTo(sequence);
    return host.alarmed();
  },
  members: async (group, kind, sequence) => {
    await upTo(sequence);
    return host.members(group, kind);
  },
  groupsOf: async (kind, member, sequence) => {
    await upTo(sequence);
    return host.groupsOf(kind, member);
  },
  spanOf: async (path, sequence) => {
    await upTo(sequence);
    return host.spanOf(path);
  },
  nodes: () => host.nodes(),
  realizationCounters: () => host.realizationCounters(),
  engineCounters: () => host.engineCounters(),
  figures: (path) => host.figures(path),
  tunnels: (node) => host.tunnels(node),
  interfaceAt: (node, attachment) => host.interfaceAt(node, attachment),
  ask: async (paths, question, sequence) => {
    await upTo(sequence);
    return host.operations.ask(paths, question);
  },
  inventoryOf: (node) => host.inventoryOf(node),
  plug: (node, workload) => host.operations.plug(node, workload),
  unplug: (machine) => host.operations.unplug(machine),
  move: (machine, to) => host.operations.move(machine, to),
  misbehave: (node, rules) => host.operations.misbehave(node, rules),
  trace: (from, packet) => host.operations.trace(from, packet),
  revokedAnew: () => host.revoke(reader.fabric.revokedSerials(Date.now())),
  replaceCertificate: (certificate) => server.replaceCertificate(certificate),
  stop,
};
parentPort?.postMessage({ agentPort: server.port, calls: Object.keys(calls) as (keyof FabricCalls)[] } satisfies RealizationReady);
// In the same turn, so that no stream and no question is seen before everything is computed.
host.start(reader.snapshot(() => startState(reader)));
const reached = new AwaitedSequence(host.sequence);
// The port holds commits back until someone listens; those that the snapshot includes are skipped.
onCommit(options.feed, (commit) => {
  host.commit(commit);
  reached.reach(host.sequence);
});
serveCalls(options.calls, calls);

async function stop(): Promise<void> {
  await host.stop();
  server.stop();
  options.feed.close();
  writer.close();
  reader.close();
  // After the answer to this call has left. The thread does not wait for a connection that an agent is just making.
  setImmediate(() => process.exit());
}
