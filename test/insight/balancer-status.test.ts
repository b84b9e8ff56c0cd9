import { describe, expect, it } from 'vitest';
import type { NodeFacts } from '../../src/agents/realization-host.js';
import { memberStatuses, poolState, serverState, type UsedPool } from '../../src/insight/balancer-status.js';
import { type BalancerMember, BalancerMember_State } from '../../src/realization/resources.pb.js';

const POOL = '/infra/lb-pools/web';
const SERVER = '/infra/lb-virtual-servers/web';

const member = (address: string, more: Partial<BalancerMember> = {}): BalancerMember => ({
  address,
  port: 80,
  weight: 1,
  backup: false,
  state: BalancerMember_State.ENABLED,
  maxConnections: 0,
  dead: false,
  ...more,
});

const node = (...down: readonly string[]): NodeFacts =>
  ({
    health: { membersDown: down.map((address) => ({ balancer: `${SERVER}@0`, pool: POOL, address, port: 80, detail: 'no answer' })) },
  }) as unknown as NodeFacts;

const used = (members: readonly BalancerMember[], nodes: readonly NodeFacts[], more: Partial<UsedPool> = {}): UsedPool => ({
  path: POOL,
  members,
  leastActive: 1,
  servers: [SERVER],
  nodes,
  dead: [],
  ...more,
});

const stateOf = (pool: UsedPool) => poolState(pool, memberStatuses(pool));

describe('members', () => {
  it('are down where one node says so, with the reason', () => {
    const pool = used([member('10.0.0.1'), member('10.0.0.2', { port: 0 }), member('10.0.0.3')], [node(), node('10.0.0.1', '10.0.0.2')]);
    expect(memberStatuses(pool)).toEqual([
      { ip_address: '10.0.0.1', port: '80', status: 'DOWN', failure_cause: 'no answer' },
      { ip_address: '10.0.0.2', status: 'DOWN', failure_cause: 'no answer' },
      { ip_address: '10.0.0.3', port: '80', status: 'UP' },
    ]);
    expect(stateOf(pool)).toBe('PARTIALLY_UP');
  });

  it('are down where the node that found them dead is away, because the others were told', () => {
    const dead = [{ balancer: SERVER, pool: POOL, address: '10.0.0.1', port: 80 }];
    expect(memberStatuses(used([member('10.0.0.1'), member('10.0.0.2')], [node()], { dead })).map(({ status }) => status)).toEqual(['DOWN', 'UP']);
  });

  it('are not known while no connected node balances', () => {
    expect(memberStatuses(used([member('10.0.0.1')], []))).toEqual([{ ip_address: '10.0.0.1', port: '80', status: 'UNKNOWN' }]);
    expect(stateOf(used([member('10.0.0.1')], []))).toBe('UNKNOWN');
  });

  it('that are switched off are that, whatever a monitor finds', () => {
    const off = member('10.0.0.1', { state: BalancerMember_State.DISABLED });
    const pool = used([off, member('10.0.0.2', { state: BalancerMember_State.DRAINING }), member('10.0.0.3')], [node('10.0.0.1')]);
    expect(memberStatuses(pool).map(({ status }) => status)).toEqual(['DISABLED', 'GRACEFUL_DISABLED', 'UP']);
    expect(stateOf(pool)).toBe('UP');
  });

  it('are not confused with those of another load balancer', () => {
    expect(memberStatuses(used([member('10.0.0.1')], [node('10.0.0.1')], { servers: ['/infra/lb-virtual-servers/other'] }))).toMatchObject([{ status: 'UP' }]);
  });
});

describe('pools', () => {
  const [a, b, spare] = [member('10.0.0.1'), member('10.0.0.2'), member('10.0.0.9', { backup: true })];

  it('are up with all members, down with none, and detached without a virtual server', () => {
    expect(stateOf(used([a, b], [node()]))).toBe('UP');
    expect(stateOf(used([a, b], [node(a.address, b.address)]))).toBe('DOWN');
    expect(stateOf(used([], [node()]))).toBe('DOWN');
    expect(stateOf(used([a], [node()], { servers: [] }))).toBe('DETACHED');
  });

  it('live on their backups while too few others do', () => {
    expect(stateOf(used([a, b, spare], [node(a.address)]))).toBe('PARTIALLY_UP');
    expect(stateOf(used([a, b, spare], [node(a.address)], { leastActive: 2 }))).toBe('PRIMARY_DOWN');
    expect(stateOf(used([a, b, spare], [node(a.address, spare.address)], { leastActive: 2 }))).toBe('PARTIALLY_UP');
    expect(stateOf(used([a, b, spare], [node(a.address, b.address)]))).toBe('PRIMARY_DOWN');
  });
});

it('a virtual server serves as its pools do, and by its sorry pool where they do not', () => {
  expect(serverState([], undefined)).toBe('UP');
  expect(serverState(['PARTIALLY_UP'], undefined)).toBe('PARTIALLY_UP');
  expect(serverState(['UP', 'DOWN'], undefined)).toBe('PARTIALLY_UP');
  expect(serverState(['DOWN', 'DOWN'], undefined)).toBe('DOWN');
  expect(serverState(['DOWN'], 'UP')).toBe('PRIMARY_DOWN');
  expect(serverState(['UNKNOWN'], 'UP')).toBe('UNKNOWN');
});
