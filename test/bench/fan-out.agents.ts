import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';
import * as grpc from '@grpc/grpc-js';
import { NodeHost } from '../../src/agent/node-host.js';
import type { AgentIdentity } from '../../src/agent/node-state.js';
import { SimulatedEngine } from '../../src/agent/simulated/simulated-engine.js';
import { SimulatedWorkloads } from '../../src/agent/simulated/workloads.js';

/** The process on the other side of the fan-out bench: a thousand nodes, or a thousand bare streams. */

export interface BenchOrder {
  readonly kind: 'agents' | 'bare';
  readonly identities: readonly AgentIdentity[];
  /** Port of the bare server. */
  readonly port: number;
}

/** A bare stream: whatever comes is answered with a few bytes. */
export const BARE = {
  path: '/bench.Bare/Connect',
  requestStream: true,
  responseStream: true,
  requestSerialize: (bytes: Buffer) => bytes,
  requestDeserialize: (bytes: Buffer) => bytes,
  responseSerialize: (bytes: Buffer) => bytes,
  responseDeserialize: (bytes: Buffer) => bytes,
} as const;

process.once('message', (order: BenchOrder) => void run(order));

async function run(order: BenchOrder): Promise<void> {
  if (order.kind === 'bare') for (const identity of order.identities) bare(identity, order.port);
  else await agents(order.identities);
  process.send?.('started');
}

function bare(identity: AgentIdentity, port: number): void {
  const { authority, certificate, privateKey } = identity;
  const context = tls.createSecureContext({ ca: authority, cert: certificate, key: privateKey, minVersion: 'TLSv1.3' });
  const client = new grpc.Client(`localhost:${port}`, grpc.credentials.createFromSecureContext(context), { 'grpc.use_local_subchannel_pool': 1 });
  const call = client.makeBidiStreamRequest<Buffer, Buffer>(BARE.path, BARE.requestSerialize, BARE.responseDeserialize);
  const answer = Buffer.from([8, 1]);
  call.on('data', () => call.write(answer));
  // A thousand connections at once are more than the kernel's queue holds: those that it drops are tried again.
  call.on('error', () => {
    client.close();
    setTimeout(() => bare(identity, port), 200);
  });
  call.write(answer);
}

async function agents(identities: readonly AgentIdentity[]): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'heddle-bench-agents-'));
  process.once('disconnect', () => rmSync(directory, { recursive: true, force: true }));
  const host = await NodeHost.open(directory, {
    softwareVersion: 'bench',
    log: { info: () => undefined, warn: () => undefined },
    onDiskFailure: (error) => {
      throw error;
    },
  });
  for (const [index, identity] of identities.entries()) {
    const workloads = new SimulatedWorkloads();
    workloads.plug({
      machine: { externalId: `vm-${index}`, displayName: `vm-${index}`, computerName: '', osName: '', poweredOn: true },
      interfaces: [{ externalId: `eth-${index}`, attachmentId: `vif-${index}`, machine: `vm-${index}`, mac: '02:00:00:00:00:01', addresses: [] }],
    });
    const engine = new SimulatedEngine({ nodeId: identity.nodeId, workloads, tunnelAddresses: [`198.18.${index >> 8}.${index & 0xff}`] });
    await host.start({ identity, directory: join(directory, identity.nodeId), engine });
  }
}

process.once('disconnect', () => process.exit(0));
