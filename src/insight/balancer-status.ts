import type { NodeFacts } from '../agents/realization-host.js';
import { Field } from '../model/field.js';
import type { DeadMember } from '../realization/contract.js';
import { intentOf } from '../realization/intent-of.js';
import { type BalancerMember, BalancerMember_State } from '../realization/resources.pb.js';

/** Whether load balancers and their members serve, as NSX-T shows it. */

const POOL_STATES = ['UP', 'PARTIALLY_UP', 'PRIMARY_DOWN', 'DOWN', 'DETACHED', 'UNKNOWN'] as const;
export type PoolState = (typeof POOL_STATES)[number];
const SERVER_STATES = [...POOL_STATES, 'DISABLED'] as const;
export type ServerState = (typeof SERVER_STATES)[number];
const MEMBER_STATES = ['UP', 'DOWN', 'DISABLED', 'GRACEFUL_DISABLED', 'UNKNOWN'] as const;

class LBPoolMemberStatus {
  @Field('string', 'Address of the member.', { required: true })
  ip_address!: string;

  @Field('string', 'Port of the member; absent where it is that of the virtual server.')
  port?: string;

  @Field('string', 'UP: it gets connections, because its monitor finds it well or because nobody monitors it. UNKNOWN: no connected node balances to it.', {
    required: true,
    enum: MEMBER_STATES,
  })
  status!: string;

  @Field('string', 'Why it is down.')
  failure_cause?: string;
}

export abstract class RuntimeOfEnforcementPoint {
  @Field('string', 'Name of the type.', { required: true })
  resource_type!: string;

  @Field('string', 'Path of the enforcement point.', { required: true })
  enforcement_point_path!: string;

  @Field('integer', 'When a node last reported some of it, in milliseconds since 1970.')
  last_update_timestamp?: number;
}

export class LBPoolStatus extends RuntimeOfEnforcementPoint {
  @Field('string', 'Policy path of the pool.', { required: true })
  pool_path!: string;

  @Field('string', 'What becomes of connections to the pool. DETACHED: no virtual server of the load balancer uses it.', { required: true, enum: POOL_STATES })
  status!: PoolState;

  @Field(() => LBPoolMemberStatus, 'State of each member.', { required: true, array: true })
  members!: LBPoolMemberStatus[];
}

export class LBVirtualServerStatus extends RuntimeOfEnforcementPoint {
  @Field('string', 'Policy path of the virtual server.', { required: true })
  virtual_server_path!: string;

  @Field('string', 'What becomes of connections to the virtual server. DETACHED: it is not of this load balancer.', { required: true, enum: SERVER_STATES })
  status!: ServerState;
}

export class LBServiceStatus extends RuntimeOfEnforcementPoint {
  @Field('string', 'Policy path of the load balancer.', { required: true })
  service_path!: string;

  @Field('string', 'Whether it runs. DETACHED: it is attached to nothing. UNKNOWN: no connected node runs a virtual server of it.', {
    required: true,
    enum: ['UP', 'ERROR', 'DETACHED', 'DISABLED', 'UNKNOWN'],
  })
  service_status!: string;

  @Field('string', 'What is wrong.')
  error_message?: string;

  @Field('string', 'Nodes that run a virtual server of it.', { required: true, array: true })
  active_transport_nodes!: string[];

  @Field(() => LBVirtualServerStatus, 'Its virtual servers.', { required: true, array: true })
  virtual_servers!: LBVirtualServerStatus[];

  @Field(() => LBPoolStatus, 'The pools that they use.', { required: true, array: true })
  pools!: LBPoolStatus[];
}

export abstract class Aggregate {
  @Field('string', 'Policy path of the object.', { required: true })
  intent_path!: string;
}

export class AggregateLBPoolStatus extends Aggregate {
  @Field(() => LBPoolStatus, 'One for each enforcement point, of which there is one.', { required: true, array: true })
  results!: LBPoolStatus[];
}

export class AggregateLBVirtualServerStatus extends Aggregate {
  @Field(() => LBVirtualServerStatus, 'One for each enforcement point, of which there is one.', { required: true, array: true })
  results!: LBVirtualServerStatus[];
}

export class AggregateLBServiceStatus extends Aggregate {
  @Field(() => LBServiceStatus, 'One for each enforcement point, of which there is one.', { required: true, array: true })
  results!: LBServiceStatus[];
}

/** A pool as some virtual servers use it. */
export interface UsedPool {
  readonly path: string;
  readonly members: readonly BalancerMember[];
  readonly leastActive: number;
  /** Policy paths of the virtual servers of the load balancer that use it. */
  readonly servers: readonly string[];
  /** Connected nodes that run one of these virtual servers. */
  readonly nodes: readonly NodeFacts[];
  /** Members that a node has found dead and all others were told of, also while that node is away. */
  readonly dead: readonly Omit<DeadMember, 'externalId'>[];
}

const ADMIN_STATES: ReadonlyMap<BalancerMember_State, string> = new Map([
  [BalancerMember_State.DISABLED, 'DISABLED'],
  [BalancerMember_State.DRAINING, 'GRACEFUL_DISABLED'],
]);

/** A member is down where one node finds it so: each looks from where it balances. */
export function memberStatuses({ path, members, servers, nodes, dead }: UsedPool): LBPoolMemberStatus[] {
  const reports = nodes.flatMap(({ health }) => health ?? []);
  const shared = dead.map((one) => ({ ...one, detail: 'the node that watches it finds it dead' }));
  const down = [...reports.flatMap(({ membersDown }) => membersDown), ...shared].filter(
    ({ balancer, pool }) => pool === path && servers.includes(intentOf(balancer)),
  );
  return members.map(({ address, port, state }) => {
    const failure = down.find((one) => one.address === address && (port === 0 || one.port === 0 || one.port === port));
    const seen = reports.length === 0 ? 'UNKNOWN' : failure ? 'DOWN' : 'UP';
    const status = ADMIN_STATES.get(state) ?? seen;
    return {
      ip_address: address,
      ...(port === 0 ? {} : { port: String(port) }),
      status,
      ...(status === 'DOWN' && failure ? { failure_cause: failure.detail } : {}),
    };
  });
}

/** What members that are switched on come to together. */
export function poolState({ members, leastActive, servers }: UsedPool, statuses: readonly { readonly status: string }[]): PoolState {
  if (servers.length === 0) return 'DETACHED';
  const used = members.flatMap(({ backup, state }, index) => (ADMIN_STATES.has(state) ? [] : [{ backup, status: statuses[index]?.status }]));
  if (used.some(({ status }) => status === 'UNKNOWN')) return 'UNKNOWN';
  const primary = used.filter(({ backup }) => !backup);
  const up = primary.filter(({ status }) => status === 'UP').length;
  const backups = used.some(({ backup, status }) => backup && status === 'UP');
  if (up > 0 && up === primary.length) return 'UP';
  if (up > 0 && (up >= leastActive || !backups)) return 'PARTIALLY_UP';
  return backups ? 'PRIMARY_DOWN' : 'DOWN';
}

/**
 * What the pools of a virtual server come to together.
 * @param pools states of the pools that it and its rules choose from; none: it answers by itself
 * @param sorry state of the pool that serves while they do not
 */
export function serverState(pools: readonly PoolState[], sorry: PoolState | undefined): ServerState {
  if (pools.includes('UNKNOWN')) return 'UNKNOWN';
  if (pools.every((state) => state === 'UP')) return 'UP';
  const [only] = pools;
  const together = pools.length === 1 && only ? only : pools.every((state) => state === 'DOWN') ? 'DOWN' : 'PARTIALLY_UP';
  return together === 'DOWN' && (sorry === 'UP' || sorry === 'PARTIALLY_UP') ? 'PRIMARY_DOWN' : together;
}
