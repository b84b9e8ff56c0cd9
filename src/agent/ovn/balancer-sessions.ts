import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BalancerCounters_Balancer, BalancerCounters_Pool } from '../../agents/session.pb.js';
import { type BalancerMember, type BalancerPool, type Layer4Balancer, Layer4Balancer_Protocol } from '../../realization/resources.pb.js';
import type { Keyed } from '../forwarding-view.js';
import { endpoint, endpointOf, portsOf } from './balancer-rows.js';
import { switchDirectory } from './machine.js';

/**
 * Connections that OVN has balanced. It counts none; the switch knows those that are open, each with the member that it was sent to, and
 * that is all that can be said: how many there ever were, and what went over them, nobody knows.
 */

/** A connection as the switch keeps track of it: where its client meant it to go, and who answers. */
export interface TrackedConnection {
  readonly protocol: string;
  readonly destination: string;
  readonly answeredBy: string;
}

const TRACKED = /^(tcp|udp),orig=\(src=[^,]+,dst=([^,]+),sport=\d+,dport=(\d+)\),reply=\(src=([^,]+),dst=[^,]+,sport=(\d+),/;
/** States of TCP in which nothing is sent any more. */
const OVER = /protoinfo=\(state=(?:TIME_WAIT|CLOSED|CLOSE|CLOSING|LAST_ACK|FIN_WAIT_2)\)/;

/** Connections that go somewhere else than their clients meant, of what `dpctl/dump-conntrack` says. */
export function* balancedConnections(text: string): Generator<TrackedConnection> {
  for (const line of text.split('\n')) {
    const [, protocol, to, toPort, by, byPort] = TRACKED.exec(line) ?? [];
    if (protocol === undefined || to === undefined || by === undefined || OVER.test(line)) continue;
    const [destination, answeredBy] = [endpoint(to, Number(toPort)), endpoint(by, Number(byPort))];
    if (destination !== answeredBy) yield { protocol, destination, answeredBy };
  }
}

/** Open connections of balancers of layer 4, and of each member of theirs. */
export function balancerSessions(balancers: readonly Keyed<Layer4Balancer>[], connections: Iterable<TrackedConnection>): BalancerCounters_Balancer[] {
  const open = new Map<string, Map<string, number>>();
  for (const { protocol, destination, answeredBy } of connections) {
    const name = `${protocol} ${destination}`;
    const answering = open.get(name) ?? new Map<string, number>();
    open.set(name, answering.set(answeredBy, (answering.get(answeredBy) ?? 0) + 1));
  }
  return balancers.map((balancer) => {
    const { key, address, protocol, ports, pool, sorryPool } = balancer;
    const transport = protocol === Layer4Balancer_Protocol.UDP ? 'udp' : 'tcp';
    const entries = ports.flatMap(portsOf).map((port) => ({ port, answering: open.get(`${transport} ${endpoint(address, port)}`) }));
    const total = entries.flatMap(({ answering }) => [...(answering?.values() ?? [])]).reduce((sum, count) => sum + count, 0);
    const sessionsOf = (one: BalancerPool, member: BalancerMember): number =>
      entries.reduce((sum, { port, answering }, at) => sum + (answering?.get(endpointOf(one, member, port, at)) ?? 0), 0);
    const pools = [pool, sorryPool].flatMap((one) => (one ? [poolSessions(one, (member) => sessionsOf(one, member))] : []));
    return { key, layer7: false, tally: { currentSessions: total }, pools };
  });
}

function poolSessions(pool: BalancerPool, sessionsOf: (member: BalancerMember) => number): BalancerCounters_Pool {
  const members = pool.members.map((member) => ({ address: member.address, port: member.port, tally: { currentSessions: sessionsOf(member) } }));
  return { key: pool.key, tally: { currentSessions: members.reduce((sum, { tally }) => sum + tally.currentSessions, 0) }, members };
}

/** Of a switch with a million connections it is 200 MB of text. */
const LONGEST_DUMP = 512 * 1024 * 1024;
const PATIENCE = 3_000;

/** What `dpctl/dump-conntrack` says. @throws Error where the switch does not answer */
export async function trackedConnections(environment: NodeJS.ProcessEnv): Promise<string> {
  // Its socket has the name that it was started with, or one with its process id that it is found by.
  const named = join(switchDirectory(environment), 'ovs-vswitchd.ctl');
  const command = ['--target', existsSync(named) ? named : 'ovs-vswitchd', 'dpctl/dump-conntrack'];
  const { stdout } = await promisify(execFile)('ovs-appctl', command, { env: environment, timeout: PATIENCE, maxBuffer: LONGEST_DUMP });
  return stdout;
}
