import type { Said } from '../agents/node-answer.js';
import type {
  BalancerCounters,
  BalancerCounters_Balancer,
  BalancerCounters_Member,
  BalancerCounters_Pool,
  BalancerCounters_Tally,
} from '../agents/session.pb.js';
import { Field } from '../model/field.js';
import { intentOf } from '../realization/intent-of.js';
import { Aggregate, RuntimeOfEnforcementPoint } from './balancer-status.js';
import { ENFORCEMENT_POINT } from './enforcement-point.js';

/**
 * What load balancers count, as NSX-T shows it. Of layer 7 HAProxy counts it, since it was started on its edge. Of layer 4 only the open
 * connections are known, and every other counter is absent.
 */

class LBStatisticsCounter {
  @Field('integer', 'Connections that are open; of HTTP those of the clients.')
  current_sessions?: number;

  @Field('number', 'Connections that came in the last second.')
  current_session_rate?: number;

  @Field('integer', 'Most connections that were open at once; absent where several nodes have had some.')
  max_sessions?: number;

  @Field('integer', 'Connections that came.')
  total_sessions?: number;

  @Field('integer', 'Bytes that came from clients.')
  bytes_in?: number;

  @Field('integer', 'Bytes that went to clients.')
  bytes_out?: number;

  @Field('integer', 'Requests that came; only of layer 7.')
  http_requests?: number;

  @Field('number', 'Requests that came in the last second; only of layer 7.')
  http_request_rate?: number;
}

class LBPoolMemberStatistics {
  @Field('string', 'Address of the member.', { required: true })
  ip_address!: string;

  @Field('string', 'Port of the member; absent where it is that of the virtual server.')
  port?: string;

  @Field(() => LBStatisticsCounter, 'What was counted of it.', { required: true })
  statistics!: LBStatisticsCounter;
}

export class PolicyRuntimeAlarm {
  @Field('string', 'What went wrong.', { required: true })
  message!: string;
}

abstract class RuntimeWithAlarm extends RuntimeOfEnforcementPoint {
  @Field(() => PolicyRuntimeAlarm, 'Which nodes did not answer, and why: what they have counted is missing.')
  alarm?: PolicyRuntimeAlarm;
}

export class LBPoolStatistics extends RuntimeWithAlarm {
  @Field('string', 'Policy path of the pool.', { required: true })
  pool_path!: string;

  @Field(() => LBStatisticsCounter, 'What was counted of all members together.', { required: true })
  statistics!: LBStatisticsCounter;

  @Field(() => LBPoolMemberStatistics, 'What was counted of each member.', { required: true, array: true })
  members!: LBPoolMemberStatistics[];
}

export class LBVirtualServerStatistics extends RuntimeWithAlarm {
  @Field('string', 'Policy path of the virtual server.', { required: true })
  virtual_server_path!: string;

  @Field(() => LBStatisticsCounter, 'What was counted of it.', { required: true })
  statistics!: LBStatisticsCounter;
}

class LBServiceStatisticsCounter {
  @Field('integer', 'Open connections of virtual servers of layer 4.')
  l4_current_sessions?: number;

  @Field('integer', 'Open connections of virtual servers of layer 7.')
  l7_current_sessions?: number;

  @Field('number', 'Connections that came to virtual servers of layer 7 in the last second.')
  l7_current_session_rate?: number;

  @Field('integer', 'Connections that came to virtual servers of layer 7.')
  l7_total_sessions?: number;
}

export class LBServiceStatistics extends RuntimeWithAlarm {
  @Field('string', 'Policy path of the load balancer.', { required: true })
  service_path!: string;

  @Field(() => LBServiceStatisticsCounter, 'What was counted of all virtual servers together.', { required: true })
  statistics!: LBServiceStatisticsCounter;

  @Field(() => LBVirtualServerStatistics, 'Its virtual servers.', { required: true, array: true })
  virtual_servers!: LBVirtualServerStatistics[];

  @Field(() => LBPoolStatistics, 'The pools that they use.', { required: true, array: true })
  pools!: LBPoolStatistics[];
}

export class AggregateLBPoolStatistics extends Aggregate {
  @Field(() => LBPoolStatistics, 'One for each enforcement point, of which there is one.', { required: true, array: true })
  results!: LBPoolStatistics[];
}

export class AggregateLBVirtualServerStatistics extends Aggregate {
  @Field(() => LBVirtualServerStatistics, 'One for each enforcement point, of which there is one.', { required: true, array: true })
  results!: LBVirtualServerStatistics[];
}

export class AggregateLBServiceStatistics extends Aggregate {
  @Field(() => LBServiceStatistics, 'One for each enforcement point, of which there is one.', { required: true, array: true })
  results!: LBServiceStatistics[];
}

/** What nodes said of the balancers of some virtual servers, and when they were asked, in milliseconds since 1970. */
export interface CountedBalancers {
  readonly at: number;
  readonly said: readonly Said<BalancerCounters>[];
}

export function serverStatistics(path: string, counted: CountedBalancers): LBVirtualServerStatistics {
  const own = balancersIn(counted).filter(({ key }) => intentOf(key) === path);
  return { resource_type: 'LBVirtualServerStatistics', ...asked(counted), virtual_server_path: path, statistics: counterOf(own.map(({ tally }) => tally)) };
}

export function poolStatistics(path: string, counted: CountedBalancers): LBPoolStatistics {
  const own = balancersIn(counted).flatMap(({ pools }) => pools.filter(({ key }) => key === path));
  return {
    resource_type: 'LBPoolStatistics',
    ...asked(counted),
    pool_path: path,
    statistics: counterOf(own.map(({ tally }) => tally)),
    members: memberStatistics(own),
  };
}

/**
 * @param servers policy paths of its virtual servers
 * @param pools policy paths of the pools that they use
 */
export function serviceStatistics(path: string, servers: readonly string[], pools: readonly string[], counted: CountedBalancers): LBServiceStatistics {
  const balancers = balancersIn(counted);
  const [four, seven] = [false, true].map((kind) => counterOf(balancers.filter(({ layer7 }) => layer7 === kind).map(({ tally }) => tally)));
  const named = {
    l4_current_sessions: four?.current_sessions,
    l7_current_sessions: seven?.current_sessions,
    l7_current_session_rate: seven?.current_session_rate,
    l7_total_sessions: seven?.total_sessions,
  };
  return {
    resource_type: 'LBServiceStatistics',
    ...asked(counted),
    service_path: path,
    statistics: Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)),
    virtual_servers: servers.map((server) => serverStatistics(server, counted)),
    pools: pools.map((pool) => poolStatistics(pool, counted)),
  };
}

function balancersIn({ said }: CountedBalancers): BalancerCounters_Balancer[] {
  return said.flatMap(({ value }) => value?.balancers ?? []);
}

function memberStatistics(pools: readonly BalancerCounters_Pool[]): LBPoolMemberStatistics[] {
  const members = new Map<string, BalancerCounters_Member[]>();
  for (const member of pools.flatMap((pool) => pool.members)) {
    const name = `${member.address} ${member.port}`;
    members.set(name, [...(members.get(name) ?? []), member]);
  }
  return [...members.values()].flatMap((same) =>
    same.slice(0, 1).map(({ address, port }) => ({
      ip_address: address,
      ...(port === 0 ? {} : { port: String(port) }),
      statistics: counterOf(same.map(({ tally }) => tally)),
    })),
  );
}

/** Counters of several balancers together; what none of them counts is absent. */
function counterOf(tallies: readonly (BalancerCounters_Tally | undefined)[]): LBStatisticsCounter {
  const values = (field: keyof BalancerCounters_Tally): number[] => tallies.flatMap((tally) => tally?.[field] ?? []);
  const sum = (field: keyof BalancerCounters_Tally): number | undefined => {
    const counted = values(field);
    return counted.length === 0 ? undefined : counted.reduce((total, one) => total + one, 0);
  };
  // The greatest numbers of several nodes were not at the same moment.
  const peaks = values('maxSessions').filter((peak) => peak > 0).length;
  const counter: LBStatisticsCounter = {
    current_sessions: sum('currentSessions'),
    current_session_rate: sum('sessionRate'),
    max_sessions: peaks > 1 ? undefined : sum('maxSessions'),
    total_sessions: sum('totalSessions'),
    bytes_in: sum('bytesIn'),
    bytes_out: sum('bytesOut'),
    http_requests: sum('httpRequests'),
    http_request_rate: sum('httpRequestRate'),
  };
  return Object.fromEntries(Object.entries(counter).filter(([, value]) => value !== undefined));
}

function asked({ at, said }: CountedBalancers): Pick<RuntimeWithAlarm, 'enforcement_point_path' | 'last_update_timestamp' | 'alarm'> {
  const silent = said.flatMap(({ node, error }) => (error === undefined ? [] : [`node ${node} does not answer: ${error}`]));
  return {
    enforcement_point_path: ENFORCEMENT_POINT,
    ...(said.length > silent.length ? { last_update_timestamp: at } : {}),
    ...(silent.length > 0 ? { alarm: { message: silent.join('; ') } } : {}),
  };
}
