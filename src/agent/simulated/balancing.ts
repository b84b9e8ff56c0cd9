import { createHash } from 'node:crypto';
import type { Packet } from '../../agents/session.pb.js';
import { portRange } from '../../model/balancing/ports.js';
import {
  type BalancerMember,
  BalancerMember_State,
  type BalancerPool,
  BalancerPool_Algorithm,
  type Layer4Balancer,
  Layer4Balancer_Protocol,
} from '../../realization/resources.pb.js';
import type { ForwardingView, Keyed } from '../forwarding-view.js';
import { inPorts, TCP, UDP } from './packet-matching.js';

/** What a layer-4 balancer does with a packet. */
export type BalancerChoice =
  | { readonly balancer: Keyed<Layer4Balancer>; readonly pool: BalancerPool; readonly member: BalancerMember; readonly packet: Packet }
  | { readonly balancer: Keyed<Layer4Balancer>; readonly refusal: string };

/**
 * The balancer that listens where the packet goes, and its choice. Undefined: none listens there.
 * @param place key of the router that the packet is in, or of a port group that the port it comes from is in
 */
export function balance(view: ForwardingView, place: string, packet: Packet): BalancerChoice | undefined {
  const balancer = (view.layer4.get(place) ?? []).find(({ address, protocol, ports }) => {
    const wanted = protocol === Layer4Balancer_Protocol.TCP ? TCP : UDP;
    return address === packet.destinationAddress && wanted === packet.protocol && inPorts(ports, packet.destinationPort);
  });
  if (!balancer) return undefined;
  if (!admitted(view, balancer, packet)) return { balancer, refusal: 'its access list does not let the source in' };
  for (const pool of [balancer.pool, balancer.sorryPool]) {
    const members = pool ? usable(pool) : [];
    if (!pool || members.length === 0 || members.length < pool.minActiveMembers) continue;
    const member = pick(pool, members, packet);
    return {
      balancer,
      pool,
      member,
      packet: { ...packet, destinationAddress: member.address, destinationPort: portFor(balancer, pool, member, packet.destinationPort) },
    };
  }
  return { balancer, refusal: 'no member can take the connection' };
}

function admitted(view: ForwardingView, { accessList }: Layer4Balancer, { sourceAddress }: Packet): boolean {
  if (!accessList) return true;
  const listed = accessList.addressSets.some((key) => view.addressSet(key)?.hasAddress(sourceAddress));
  return listed !== accessList.deny;
}

/** The member's own port, or the one in its place among those that the pool gives, or the one that was asked for. */
function portFor({ ports }: Layer4Balancer, { memberPorts }: BalancerPool, member: BalancerMember, asked: number): number {
  if (member.port > 0 || memberPorts.length === 0) return member.port || asked;
  const ranges = ports.map(portRange);
  const at = ranges.findIndex(({ low, high }) => low <= asked && asked <= high);
  const { low, high } = portRange(memberPorts[at] ?? (memberPorts[0] as string));
  return Math.min(low + asked - (ranges[at]?.low ?? asked), high);
}

/** Backups stand in once no regular member is left. */
function usable({ members }: BalancerPool): BalancerMember[] {
  const living = members.filter(({ state, dead }) => state === BalancerMember_State.ENABLED && !dead);
  const regular = living.filter(({ backup }) => !backup);
  return regular.length > 0 ? regular : living;
}

/**
 * A choice that is the same for the same packet. There are no connections to count or to take turns with, so every algorithm
 * spreads by a hash, over the weights where the algorithm has any: of the source alone where the client is to stay.
 */
function pick({ algorithm }: BalancerPool, members: readonly BalancerMember[], packet: Packet): BalancerMember {
  const sticky = algorithm === BalancerPool_Algorithm.IP_HASH;
  const weighted = algorithm === BalancerPool_Algorithm.WEIGHTED_ROUND_ROBIN || algorithm === BalancerPool_Algorithm.WEIGHTED_LEAST_CONNECTION;
  const text = sticky ? packet.sourceAddress : `${packet.sourceAddress} ${packet.sourcePort} ${packet.destinationAddress} ${packet.destinationPort}`;
  const weights = members.map(({ weight }) => (weighted ? Math.max(1, weight) : 1));
  let point = createHash('sha256').update(text).digest().readUInt32LE(0) % weights.reduce((sum, weight) => sum + weight, 0);
  const at = weights.findIndex((weight) => {
    point -= weight;
    return point < 0;
  });
  return members[at] as BalancerMember;
}
