import { expect, it } from 'vitest';
import type { NodeFacts } from '../../src/agents/realization-host.js';
import { transportNodeStatus, tunnelsOf } from '../../src/insight/node-status.js';

const facts = (connected: boolean, tunnelsUp: number, down: readonly string[], healthy = true): NodeFacts =>
  ({
    nodeId: 'n1',
    path: '/infra/n1',
    displayName: 'One',
    session: connected ? { softwareVersion: '1.0', lastHeard: 5 } : undefined,
    health: { healthy, detail: '', tunnelsUp, tunnelsDown: down.map((endpoint) => ({ endpoint, detail: `${endpoint} does not answer` })) },
    healthAt: 7,
  }) as unknown as NodeFacts;

it('a node is as well as its engine and its tunnels', () => {
  expect(transportNodeStatus(facts(true, 2, []))).toMatchObject({ status: 'UP', mgmt_connection_status: 'UP', tunnel_status: { status: 'UP', up_count: 2 } });
  expect(transportNodeStatus(facts(true, 1, ['n2']))).toMatchObject({
    status: 'DEGRADED',
    status_description: 'n2 does not answer',
    tunnel_status: { status: 'DEGRADED', up_count: 1, down_count: 1 },
  });
  expect(transportNodeStatus(facts(true, 0, ['n2'])).tunnel_status?.status).toBe('DOWN');
  expect(transportNodeStatus(facts(true, 2, [], false)).status).toBe('DOWN');
});

it('of a node that is not connected nothing is known but that', () => {
  const status = transportNodeStatus(facts(false, 2, ['n2']));
  expect(status).toMatchObject({ status: 'UNKNOWN', mgmt_connection_status: 'DOWN', control_connection_status: { status: 'DOWN', down_count: 1 } });
  expect(status).not.toHaveProperty('tunnel_status');
  expect(status).not.toHaveProperty('status_description');
});

it('tunnels lead to the nodes that a node was told of', () => {
  const tunnels = {
    local: ['198.18.0.1'],
    peers: [
      { node: 'n2', addresses: ['198.18.0.2'] },
      { node: 'n3', addresses: [] },
    ],
  };
  const nodes = [{ nodeId: 'n2', displayName: 'Two' } as NodeFacts];
  expect(tunnelsOf(facts(true, 1, ['n2']), tunnels, nodes)).toMatchObject([
    { status: 'DOWN', local_ip: '198.18.0.1', remote_ip: '198.18.0.2', remote_node_id: 'n2', remote_node_display_name: 'Two', last_updated_time: 7 },
    { status: 'UP', remote_node_id: 'n3' },
  ]);
  expect(tunnelsOf(facts(false, 1, []), tunnels, nodes).map(({ status }) => status)).toEqual(['UNKNOWN', 'UNKNOWN']);
});
