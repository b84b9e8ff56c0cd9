import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as grpc from '@grpc/grpc-js';
import type { AgentIdentity } from '../../src/agent/node-state.js';
import { CertificateAuthority, requestCertificate } from '../../src/agents/pki/certificate-authority.js';
import { RealizationHost } from '../../src/agents/realization-host.js';
import { FromAgent } from '../../src/agents/session.pb.js';
import { SessionServer } from '../../src/agents/session-server.js';
import { portKeys, SEGMENT_KEYS } from '../../src/model/spaces.js';
import { RealizationGraph } from '../../src/realization/graph.js';
import { ResourceKind, type ResourceVersion } from '../../src/realization/resources.pb.js';
import { workerUrl } from '../../src/shared/worker-url.js';
import { claim, host as hostObject, hostPath, intent, OVERLAY, zone } from '../realization/network.js';
import { BARE, type BenchOrder } from './fan-out.agents.js';

/**
 * P5 and R2: a thousand nodes over mutual TLS, in a process of their own.
 *
 * - P5: an address joins a group that a rule on every node names. From the commit to the last node's ack, with the calculation, the
 *   agents' engines and the flush of their journal, over a bare gRPC fan-out to as many streams in the same run: one message of
 *   483 bytes to each, answered with two bytes.
 * - R2: the manager's server goes away and comes back: until all nodes are in sync, and the bytes that an unchanged node costs.
 *
 * Usage: node dist/test/bench/fan-out.bench.js [--nodes 1000] [--rounds 9] [--json FILE]
 */

const { values } = parseArgs({ options: { nodes: { type: 'string', default: '1000' }, rounds: { type: 'string', default: '9' }, json: { type: 'string' } } });
const NODES = Number(values.nodes);
const ROUNDS = Number(values.rounds);
const HOUR = 60 * 60 * 1000;
const GROUP = '/infra/domains/default/groups/everyone';
const POLICY = '/infra/domains/default/security-policies/p';

/** The calculation, with a count of the acks that a round waits for. */
class CountingGraph extends RealizationGraph {
  private left = 0;
  private done: () => void = () => undefined;

  /** Settles once as many nodes have acked an address set. */
  acksOf(nodes: number): Promise<void> {
    this.left = nodes;
    return new Promise((resolve) => {
      this.done = resolve;
    });
  }

  override acked(node: string, resources: Iterable<ResourceVersion>): void {
    const all = [...resources];
    super.acked(node, all);
    if (this.left === 0 || !all.some(({ kind }) => kind === ResourceKind.ADDRESS_SET)) return;
    this.left -= 1;
    if (this.left === 0) this.done();
  }
}

const directory = mkdtempSync(join(tmpdir(), 'heddle-bench-'));
const authority = await CertificateAuthority.open(directory);
const certificate = await authority.issueServer(['localhost'], Date.now() + HOUR);
const graph = new CountingGraph();
const quiet = async (): Promise<void> => undefined;
const manager = new RealizationHost({
  realization: graph,
  authority,
  records: { realized: quiet, inventory: quiet, seen: quiet, issued: quiet, revoked: quiet },
  log: { info: () => undefined, warn: (facts, message) => console.error(message, facts), error: (facts, message) => console.error(message, facts) },
});
let sequence = 1;
let messageBytes = 0;
const nodes = Array.from({ length: NODES }, (_, index) => `n${index}`);

manager.start(network());
let server = await listen(0);
const identities: AgentIdentity[] = [];
for (const nodeId of nodes) {
  const { privateKey, request } = await requestCertificate();
  const identity = { nodeId, path: hostPath(nodeId) };
  const issued = await authority.issueNode(request, identity, Date.now() + HOUR);
  identities.push({
    ...identity,
    managerHost: 'localhost',
    agentPort: server.port,
    privateKey,
    certificate: issued.certificate,
    authority: authority.certificate,
  });
}

const bareServer = await startBare();
const bareStreams = new Set<grpc.ServerDuplexStream<Buffer, Buffer>>();
let bareLeft = 0;
let bareDone: () => void = () => undefined;
const bareAgents = await child({ kind: 'bare', identities, port: bareServer.port });
await progress('bare streams', () => bareStreams.size);
const agents = await child({ kind: 'agents', identities, port: 0 });
await progress('nodes in sync', inSync);
await pause(1_000);

console.log(`${NODES} nodes, ${ROUNDS} rounds`);
const bareTimes: number[] = [];
const times: number[] = [];
for (let round = 0; round < ROUNDS + 2; round += 1) {
  const bareTime = await bareRound();
  const time = await heddleRound(round);
  // The first rounds warm both up.
  if (round >= 2) {
    bareTimes.push(bareTime);
    times.push(time);
  }
  process.stdout.write(`\r  round ${round + 1} of ${ROUNDS + 2}: bare ${bareTime.toFixed(1)} ms, heddle ${time.toFixed(1)} ms   `);
}
console.log();
const bare = median(bareTimes);
const fanOut = median(times);
console.log(`P5 fan-out: ${fanOut.toFixed(1)} ms over ${bare.toFixed(1)} ms bare = ${(fanOut / bare).toFixed(2)} (goal 2.5)`);

messageBytes = 0;
server.stop();
await until(() => inSync() === 0);
const back = performance.now();
server = await listen(server.port);
await until(() => inSync() === NODES);
const reconnect = performance.now() - back;
await pause(500);
const bytes = messageBytes / NODES;
console.log(`R2 reconnect: ${(reconnect / 1000).toFixed(2)} s until ${NODES} are in sync (goal 5), ${bytes.toFixed(0)} bytes of messages a node (goal 1024)`);

if (values.json) {
  const results = [
    { id: 'P5', value: fanOut, unit: 'ms', reference: bare, ratio: fanOut / bare, goal: 2.5, met: fanOut / bare <= 2.5 },
    { id: 'R2', value: reconnect / 1000, unit: 's', reference: NODES, ratio: reconnect / 5_000, goal: 5, met: reconnect <= 5_000 },
    { id: 'R2-bytes', value: bytes, unit: 'B', reference: NODES, ratio: bytes / 1024, goal: 1024, met: bytes < 1024 },
  ];
  writeFileSync(values.json, `${JSON.stringify(results, undefined, 2)}\n`);
}
agents.kill();
bareAgents.kill();
await manager.stop();
server.stop();
bareServer.stop();
rmSync(directory, { recursive: true, force: true });
process.exit(0);

/** A segment with one port for each node, and one rule for all of them. */
function network(): Parameters<RealizationHost['start']>[0] {
  const segment = (index: number): string => `/infra/segments/s${index}`;
  const objects = [
    zone('overlay'),
    intent(GROUP, { expression: addresses(0) }),
    intent(POLICY, { category: 'Application', sequence_number: 1, stateful: true }),
    intent(`${POLICY}/rules/r`, {
      action: 'ALLOW',
      sequence_number: 1,
      direction: 'IN_OUT',
      rule_id: 1000,
      source_groups: [GROUP],
      destination_groups: ['ANY'],
    }),
    ...nodes.flatMap((node, index) => [
      hostObject(node),
      intent(segment(index), { transport_zone_path: OVERLAY }),
      intent(`${segment(index)}/ports/p`, { attachment: { id: `vif-${index}` } }),
    ]),
  ];
  const claims = nodes.flatMap((_, index) => [
    claim(SEGMENT_KEYS.space, segment(index), 70_000 + index),
    claim(portKeys(segment(index)).space, `${segment(index)}/ports/p`, 16),
  ]);
  return { sequence, objects, claims, realized: [], inventories: [], revokedSerials: [] };
}

function addresses(round: number): object[] {
  return [{ resource_type: 'IPAddressExpression', ip_addresses: Array.from({ length: 50 + round }, (_, index) => `10.0.0.${index + 1}`) }];
}

async function heddleRound(round: number): Promise<number> {
  const after = intent(GROUP, { expression: addresses(round + 1) });
  const acked = graph.acksOf(NODES);
  const began = performance.now();
  sequence += 1;
  manager.commit({ sequence, at: 0, claims: [], secrets: [], changes: [{ path: GROUP, type: 'Group', operation: 'UPDATE', after }] });
  await acked;
  return performance.now() - began;
}

async function bareRound(): Promise<number> {
  const message = Buffer.alloc(483, 1);
  bareLeft = NODES;
  const answered = new Promise<void>((resolve) => {
    bareDone = resolve;
  });
  const began = performance.now();
  for (const stream of bareStreams) stream.write(message);
  await answered;
  return performance.now() - began;
}

async function startBare(): Promise<{ readonly port: number; stop(): void }> {
  const bareGrpc = new grpc.Server();
  bareGrpc.addService(
    { connect: BARE },
    {
      connect: (call: grpc.ServerDuplexStream<Buffer, Buffer>) => {
        call.on('data', () => {
          // The first message of a stream only says that it is there.
          if (!bareStreams.has(call)) bareStreams.add(call);
          else if (--bareLeft === 0) bareDone();
        });
        call.on('error', () => bareStreams.delete(call));
        call.on('cancelled', () => bareStreams.delete(call));
        call.on('end', () => call.end());
      },
    },
  );
  const credentials = grpc.ServerCredentials.createSsl(
    Buffer.from(authority.certificate),
    [{ private_key: Buffer.from(certificate.privateKey), cert_chain: Buffer.from(certificate.certificate) }],
    true,
  );
  const port = await new Promise<number>((resolve, reject) => {
    bareGrpc.bindAsync('localhost:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  return { port, stop: () => bareGrpc.forceShutdown() };
}

function listen(port: number): Promise<SessionServer> {
  return SessionServer.start({
    host: 'localhost',
    port,
    authority: authority.certificate,
    certificate,
    accept: (peer, wire) => {
      const events = manager.accept(peer, {
        ...wire,
        write: (frame) => {
          messageBytes += frame.length;
          return wire.write(frame);
        },
      });
      if (typeof events === 'string') return events;
      return {
        ...events,
        receive: (message) => {
          // Deltas are acknowledged in the measured rounds: only what a reconnect costs is counted.
          if (message.message?.$case !== 'outcome') messageBytes += FromAgent.encode(message).finish().length;
          events.receive(message);
        },
      };
    },
  });
}

function inSync(): number {
  return manager.nodes().filter(({ session }) => session?.inSync).length;
}

async function child(order: BenchOrder): Promise<ChildProcess> {
  const started = fork(workerUrl(import.meta.url, './fan-out.agents.js'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  await new Promise((resolve) => {
    started.once('message', resolve);
    started.send(order);
  });
  return started;
}

async function progress(what: string, count: () => number): Promise<void> {
  await until(() => {
    process.stdout.write(`\r  ${count()} of ${NODES} ${what}   `);
    return count() === NODES;
  });
  console.log();
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(20);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
