import type { BalancerCounters_Balancer, BalancerCounters_Pool, BalancerCounters_Tally } from '../../agents/session.pb.js';
import type { BalancerPool, Layer7Balancer } from '../../realization/resources.pb.js';
import { backendOfPool, frontendOfBalancer, poolsOf } from './configuration.js';
import { serverName } from './pools.js';

/** A line of HAProxy's statistics: of a frontend, a backend or a server of one. */
export interface StatisticsRow {
  /** `proxy/server`, where FRONTEND and BACKEND stand for the proxy itself. */
  readonly name: string;
  readonly status: string;
  readonly tally: BalancerCounters_Tally;
}

export type Tallies = ReadonlyMap<string, BalancerCounters_Tally>;

/** Columns of `show stat`, by what they are told as. */
const COLUMNS: Readonly<Record<keyof BalancerCounters_Tally, string>> = {
  currentSessions: 'scur',
  maxSessions: 'smax',
  totalSessions: 'stot',
  bytesIn: 'bin',
  bytesOut: 'bout',
  httpRequests: 'req_tot',
  sessionRate: 'rate',
  httpRequestRate: 'req_rate',
};

/** What `show stat` says. A column that is empty in a row is not counted there. */
export function statisticsRows(text: string): StatisticsRow[] {
  const [head = '', ...lines] = text.trim().split('\n');
  const columns = head.replace(/^# /, '').split(',');
  return lines.map((line) => {
    const values = line.split(',');
    const valueIn = (column: string): string => values[columns.indexOf(column)] ?? '';
    const counted = Object.entries(COLUMNS).flatMap(([field, column]) => (valueIn(column) === '' ? [] : [[field, Number(valueIn(column))] as const]));
    return { name: `${valueIn('pxname')}/${valueIn('svname')}`, status: valueIn('status'), tally: Object.fromEntries(counted) };
  });
}

/** Totals of two workers, one after the other. What is open now is the later one's alone. */
export function together(earlier: BalancerCounters_Tally, later: BalancerCounters_Tally): BalancerCounters_Tally {
  const joined = (field: keyof BalancerCounters_Tally, join: (a: number, b: number) => number) =>
    later[field] === undefined ? {} : { [field]: join(earlier[field] ?? 0, later[field]) };
  const sum = (a: number, b: number): number => a + b;
  return {
    ...later,
    ...joined('maxSessions', Math.max),
    ...joined('totalSessions', sum),
    ...joined('bytesIn', sum),
    ...joined('bytesOut', sum),
    ...joined('httpRequests', sum),
  };
}

/** What a balancer and its pools have counted. */
export function balancerCounters(key: string, balancer: Layer7Balancer, tallies: Tallies): BalancerCounters_Balancer {
  return {
    key,
    layer7: true,
    tally: tallies.get(`${frontendOfBalancer(key)}/FRONTEND`),
    pools: poolsOf(balancer).map((pool) => poolCounters(backendOfPool(key, pool.key), pool, tallies)),
  };
}

function poolCounters(backend: string, pool: BalancerPool, tallies: Tallies): BalancerCounters_Pool {
  return {
    key: pool.key,
    tally: tallies.get(`${backend}/BACKEND`),
    members: pool.members.map((member) => ({ address: member.address, port: member.port, tally: tallies.get(`${backend}/${serverName(member)}`) })),
  };
}
