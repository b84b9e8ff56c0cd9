import type { NodeFacts } from '../agents/realization-host.js';
import type { EngineHealth_BgpSession } from '../agents/session.pb.js';
import { Field } from '../model/field.js';
import type { BgpNeighborConfig } from '../model/networking/bgp-neighbor-config.resource.js';
import type { PolicyObject } from '../model/policy-object.js';

const STATES = ['IDLE', 'CONNECT', 'ACTIVE', 'OPEN_SENT', 'OPEN_CONFIRM', 'ESTABLISHED', 'UNKNOWN'] as const;

/** A neighbor as one edge sees it. */
export class PolicyBgpNeighborStatus {
  @Field('string', 'Address of the neighbor.', { required: true })
  neighbor_address!: string;

  @Field('string', 'AS number of the neighbor.', { required: true })
  remote_as_number!: string;

  @Field('string', 'State of the session; UNKNOWN where no edge that is connected reports one.', { required: true, enum: STATES })
  connection_state!: string;

  @Field('string', 'Policy path of the edge; absent where no edge has the session.')
  edge_path?: string;

  @Field('string', 'Policy path of the tier-0 gateway.', { required: true })
  tier0_path!: string;

  @Field('string', 'Kind of the neighbor: one that users stated.', { required: true, enum: ['USER'] })
  type!: string;

  @Field('integer', 'Milliseconds since the session was established; only where it is.')
  time_since_established?: number;

  @Field('integer', 'Prefixes that the neighbor announces; only where the session is known.')
  total_in_prefix_count?: number;

  @Field('integer', 'Prefixes that are announced to the neighbor; only where the session is known.')
  total_out_prefix_count?: number;

  @Field('string', 'Address of the edge that the session starts from; only where there was a connection.', { format: 'ip' })
  source_address?: string;

  @Field('string', 'Identifier that the neighbor gives itself; only where it has told it.', { format: 'ip' })
  neighbor_router_id?: string;

  @Field('integer', 'How often the session was established; only where the session is known.')
  established_connection_count?: number;

  @Field('integer', 'How often it was lost; only where the session is known.')
  connection_drop_count?: number;

  @Field('integer', 'Messages that came from the neighbor; only where the session is known.')
  messages_received?: number;

  @Field('integer', 'Messages that were sent to the neighbor; only where the session is known.')
  messages_sent?: number;

  @Field('integer', 'When the edge last reported, in milliseconds since 1970.')
  last_update_timestamp?: number;
}

/**
 * Neighbors as the edges see them: one entry for each edge that has a session with a neighbor, and one without an edge for a neighbor
 * that none has. What an edge that is not connected said last is not known to be so any more.
 */
export function bgpNeighborStatuses(
  neighbors: readonly (BgpNeighborConfig & PolicyObject)[],
  tier0: string,
  nodes: readonly NodeFacts[],
): PolicyBgpNeighborStatus[] {
  return neighbors.flatMap(({ path, neighbor_address, remote_as_num }) => {
    const stated = { neighbor_address, remote_as_number: remote_as_num, tier0_path: tier0, type: 'USER' };
    const seen = nodes.flatMap((node) =>
      (node.health?.bgpSessions ?? []).filter(({ neighbor }) => neighbor === path).map((session) => ({ ...stated, ...sessionStatus(node, session) })),
    );
    return seen.length > 0 ? seen : [{ ...stated, connection_state: 'UNKNOWN' }];
  });
}

/** What stands for the identifier of a neighbor that has told none. */
const UNKNOWN_IDENTIFIERS: ReadonlySet<string> = new Set(['', '0.0.0.0']);

function sessionStatus({ path, session, healthAt }: NodeFacts, seen: EngineHealth_BgpSession) {
  const { state, sourceAddress, peerRouterId } = seen;
  const where = { edge_path: path, ...(healthAt === undefined ? {} : { last_update_timestamp: healthAt }) };
  if (!session) return { ...where, connection_state: 'UNKNOWN' };
  return {
    ...where,
    connection_state: state,
    ...(state === 'ESTABLISHED' ? { time_since_established: seen.establishedSeconds * 1000 } : {}),
    total_in_prefix_count: seen.prefixesReceived,
    total_out_prefix_count: seen.prefixesSent,
    ...(sourceAddress === '' ? {} : { source_address: sourceAddress }),
    ...(UNKNOWN_IDENTIFIERS.has(peerRouterId) ? {} : { neighbor_router_id: peerRouterId }),
    established_connection_count: seen.establishments,
    connection_drop_count: seen.drops,
    messages_received: seen.messagesReceived,
    messages_sent: seen.messagesSent,
  };
}
