import { describe, expect, it } from 'vitest';
import type { Said } from '../../src/agents/node-answer.js';
import type { BalancerCounters, BalancerCounters_Tally } from '../../src/agents/session.pb.js';
import { poolStatistics, serverStatistics, serviceStatistics } from '../../src/insight/balancer-statistics.js';

const SERVER = '/infra/lb-virtual-servers/v';
const POOL = '/infra/lb-pools/p';

function node(name: string, key: string, layer7: boolean, tally: BalancerCounters_Tally): Said<BalancerCounters> {
  const members = [{ address: '10.0.0.1', port: 0, tally }];
  return { node: name, value: { balancers: [{ key, layer7, tally, pools: [{ key: POOL, tally, members }] }] } };
}

const counted = (...said: readonly Said<BalancerCounters>[]) => ({ at: 9, said });

describe('statistics of balancers', () => {
  it('add up what all nodes have counted of a virtual server', () => {
    const said = [
      node('e1', `${SERVER}@a`, true, { currentSessions: 2, maxSessions: 5, httpRequests: 7 }),
      node('e2', SERVER, true, { currentSessions: 1, maxSessions: 3 }),
    ];
    const { statistics, last_update_timestamp } = serverStatistics(SERVER, counted(...said));
    // The peaks of two nodes were not at once.
    expect(statistics).toEqual({ current_sessions: 3, http_requests: 7 });
    expect(last_update_timestamp).toBe(9);
  });

  it('know the peak where one node had all connections', () => {
    const said = [node('e1', SERVER, true, { maxSessions: 5 }), node('e2', SERVER, true, { maxSessions: 0 })];
    expect(serverStatistics(SERVER, counted(...said)).statistics).toEqual({ max_sessions: 5 });
  });

  it('are of the members of a pool, too', () => {
    const { statistics, members } = poolStatistics(
      POOL,
      counted(node('e1', SERVER, false, { currentSessions: 2 }), node('e2', SERVER, false, { currentSessions: 3 })),
    );
    expect(statistics).toEqual({ current_sessions: 5 });
    expect(members).toEqual([{ ip_address: '10.0.0.1', statistics: { current_sessions: 5 } }]);
  });

  it('of a load balancer tell layers 4 and 7 apart, and leave out what is not counted', () => {
    const four = node('h1', '/infra/lb-virtual-servers/w', false, { currentSessions: 4 });
    const all = serviceStatistics(
      '/infra/lb-services/s',
      [SERVER, '/infra/lb-virtual-servers/w'],
      [POOL],
      counted(node('e1', SERVER, true, { currentSessions: 1, totalSessions: 8 }), four),
    );
    expect(all.statistics).toEqual({ l4_current_sessions: 4, l7_current_sessions: 1, l7_total_sessions: 8 });
    expect(all.virtual_servers.map(({ statistics }) => statistics.current_sessions)).toEqual([1, 4]);
  });

  it('are no zeros where nobody counts, and say who did not answer', () => {
    expect(serverStatistics(SERVER, counted())).not.toHaveProperty('alarm');
    const silent = serverStatistics(SERVER, counted({ node: 'e1', error: 'it is not connected' }));
    expect(silent).toMatchObject({ statistics: {}, alarm: { message: 'node e1 does not answer: it is not connected' } });
    expect(silent).not.toHaveProperty('last_update_timestamp');
  });
});
