import type { AgentIdentity } from '../../src/agent/node-state.js';
import { CertificateAuthority, requestCertificate } from '../../src/agents/pki/certificate-authority.js';
import { RealizationHost } from '../../src/agents/realization-host.js';
import { FromAgent } from '../../src/agents/session.pb.js';
import { SessionServer } from '../../src/agents/session-server.js';
import { portKeys, SEGMENT_KEYS } from '../../src/model/spaces.js';
import { RealizationGraph } from '../../src/realization/graph.js';
import { claim, host, hostPath, intent, OVERLAY, zone } from '../realization/network.js';
import { answerParent, now } from './processes.js';

/** The manager's end of many streams, with the calculation behind it and nothing else: what a reconnect of all nodes meets. */

const HOUR = 60 * 60 * 1000;
const quiet = async (): Promise<void> => undefined;
const log = { info: () => undefined, warn: () => undefined, error: (facts: object, message: string) => console.error(message, facts) };

let manager: RealizationHost | undefined;
let server: SessionServer | undefined;
let listen: (port: number) => Promise<SessionServer> = () => Promise.reject(new Error('not started'));
let nodes = 0;
let bytes = 0;

export interface StreamsOrder {
  readonly directory: string;
  readonly nodes: number;
}

const handlers = {
  /** Answers who the nodes are. Each has a segment with one port of its own, and one rule for all. */
  async start(order: StreamsOrder): Promise<AgentIdentity[]> {
    nodes = order.nodes;
    const authority = await CertificateAuthority.open(order.directory);
    const certificate = await authority.issueServer(['localhost'], Date.now() + HOUR);
    const records = { realized: quiet, inventory: quiet, seen: quiet, issued: quiet, revoked: quiet };
    const started = new RealizationHost({ realization: new RealizationGraph(), authority, records, secrets: () => undefined, log });
    started.start(network());
    manager = started;
    listen = (port) =>
      SessionServer.start({ host: 'localhost', port, authority: authority.certificate, certificate, accept: (peer, wire) => counted(started, peer, wire) });
    server = await listen(0);
    const { port } = server;
    return Promise.all(
      names().map(async (nodeId) => {
        const { privateKey, request } = await requestCertificate();
        const identity = { nodeId, path: hostPath(nodeId) };
        const { certificate: own } = await authority.issueNode(request, identity, Date.now() + HOUR);
        return { ...identity, managerHost: 'localhost', agentPort: port, privateKey, certificate: own, authority: authority.certificate };
      }),
    );
  },

  inSync,

  /** The server goes away, and comes back once every node has noticed: milliseconds until all are in sync, bytes of messages a node. */
  async reconnect(): Promise<{ readonly milliseconds: number; readonly bytes: number }> {
    const port = server?.port ?? 0;
    server?.stop();
    while (inSync() > 0) await pause(10);
    bytes = 0;
    const began = now();
    server = await listen(port);
    while (inSync() < nodes) await pause(10);
    const milliseconds = now() - began;
    // What nodes say a moment later belongs to the price.
    await pause(500);
    return { milliseconds, bytes: bytes / nodes };
  },
};

export type StreamsHandlers = typeof handlers;
answerParent(handlers);

function counted(host: RealizationHost, ...[peer, wire]: Parameters<RealizationHost['accept']>): ReturnType<RealizationHost['accept']> {
  const events = host.accept(peer, {
    ...wire,
    write: (frame) => {
      bytes += frame.length;
      return wire.write(frame);
    },
  });
  if (typeof events === 'string') return events;
  return {
    ...events,
    receive: (message) => {
      bytes += FromAgent.encode(message).finish().length;
      events.receive(message);
    },
  };
}

function inSync(): number {
  return manager?.nodes().filter(({ session }) => session?.inSync).length ?? 0;
}

function names(): string[] {
  return Array.from({ length: nodes }, (_, index) => `n${index}`);
}

function network(): Parameters<RealizationHost['start']>[0] {
  const policy = '/infra/domains/default/security-policies/p';
  const segment = (index: number): string => `/infra/segments/s${index}`;
  const port = (index: number): string => `${segment(index)}/ports/p`;
  const objects = [
    zone('overlay'),
    intent(policy, { category: 'Application', sequence_number: 1, stateful: true }),
    intent(`${policy}/rules/r`, {
      action: 'ALLOW',
      sequence_number: 1,
      direction: 'IN_OUT',
      rule_id: 1000,
      source_groups: ['ANY'],
      destination_groups: ['ANY'],
    }),
    ...names().flatMap((node, index) => [
      host(node),
      intent(segment(index), { transport_zone_path: OVERLAY }),
      intent(port(index), { attachment: { id: `vif-${node}` } }),
    ]),
  ];
  const claims = names().flatMap((_, index) => [
    claim(SEGMENT_KEYS.space, segment(index), 70_000 + index),
    claim(portKeys(segment(index)).space, port(index), 16),
  ]);
  return { sequence: 1, objects, claims, realized: [], inventories: [], revokedSerials: [] };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
