import type { Command, CommandAnswer } from '../../agents/session.pb.js';
import { intentOf } from '../../realization/intent-of.js';
import { ForwardingView } from '../forwarding-view.js';
import { knownAddresses } from '../known-addresses.js';
import type { ResourceBook } from '../resource-book.js';
import { balancedConnections, balancerSessions, trackedConnections } from './balancer-sessions.js';
import type { BgpSpeakers } from './bgp-speakers.js';
import { learnedOf } from './learned-macs.js';
import type { OvsdbReplica } from './ovsdb-replica.js';
import type { Site } from './site.js';
import type { Sites } from './sites.js';

/** Who knows something on this machine. */
export interface Witnesses {
  readonly speakers: Pick<BgpSpeakers, 'routesOf'>;
  readonly sites: Pick<Sites, 'counters' | 'forwarderCounters'>;
  /** Sites as they are to be. */
  readonly laid: readonly Site[];
  readonly book: Pick<ResourceBook, 'all'>;
  readonly southbound: () => OvsdbReplica;
  readonly environment: NodeJS.ProcessEnv;
  /** Id of this node. */
  readonly node: string;
}

/** Answers what the manager asks because somebody reads it. @throws Error with why there is no answer */
export async function answerTo(command: NonNullable<Command['command']>, witnesses: Witnesses): Promise<CommandAnswer['answer']> {
  switch (command.$case) {
    case 'bgpRoutes': {
      const value = await witnesses.speakers.routesOf(command.value);
      return value && { $case: 'bgpRoutes', value };
    }
    case 'balancers':
      return countBalancers(new Set(command.value.servers), witnesses);
    case 'forwarder': {
      const value = await witnesses.sites.forwarderCounters(witnesses.laid, command.value);
      return value && { $case: 'forwarder', value };
    }
    case 'addresses': {
      const { logicalSwitch } = command.value;
      const view = new ForwardingView(witnesses.book.all());
      const value = knownAddresses(view, witnesses.node, logicalSwitch, await learnedOf(view, witnesses.southbound(), logicalSwitch));
      return value && { $case: 'addresses', value };
    }
    default:
      throw new Error(`the engine of this node forwards real packets: ${command.$case} is for simulated nodes`);
  }
}

async function countBalancers(servers: ReadonlySet<string>, { sites, book, environment }: Witnesses): Promise<CommandAnswer['answer']> {
  const wanted = (balancer: string): boolean => servers.has(intentOf(balancer));
  const plain = [...book.all()].flatMap(({ key, body }) => (body?.$case === 'layer4Balancer' && wanted(key) ? [{ ...body.value, key }] : []));
  const sessions = plain.length === 0 ? [] : balancerSessions(plain, balancedConnections(await trackedConnections(environment)));
  const balancers = [...(await sites.counters(wanted)), ...sessions];
  return balancers.length === 0 ? undefined : { $case: 'balancers', value: { balancers } };
}
