import { expect, it } from 'vitest';
import type { NodeFacts } from '../../src/agents/realization-host.js';
import { bgpNeighborStatuses } from '../../src/insight/bgp-status.js';
import type { BgpNeighborConfig } from '../../src/model/networking/bgp-neighbor-config.resource.js';
import type { PolicyObject } from '../../src/model/policy-object.js';

const TIER0 = '/infra/tier-0s/t0';
const BGP = `${TIER0}/locale-services/default/bgp`;

const neighbor = (id: string) =>
  ({ path: `${BGP}/neighbors/${id}`, neighbor_address: `192.0.2.${id.length}`, remote_as_num: '65000' }) as BgpNeighborConfig & PolicyObject;

function edge(name: string, connected: boolean, sessions: Readonly<Record<string, string>>): NodeFacts {
  const bgpSessions = Object.entries(sessions).map(([id, state]) => ({
    instance: `${BGP}@0`,
    neighbor: `${BGP}/neighbors/${id}`,
    state,
    establishedSeconds: state === 'ESTABLISHED' ? 7 : 0,
    prefixesReceived: 3,
    prefixesSent: 2,
    sourceAddress: state === 'ESTABLISHED' ? '192.0.2.9' : '',
    peerRouterId: '0.0.0.0',
    establishments: 4,
    drops: 3,
    messagesSent: 9,
    messagesReceived: 8,
  }));
  return { path: `/infra/${name}`, session: connected ? {} : undefined, health: { bgpSessions }, healthAt: 1000 } as unknown as NodeFacts;
}

it('says of each neighbor what every edge reports', () => {
  const nodes = [edge('e1', true, { a: 'ESTABLISHED', bb: 'CONNECT' }), edge('e2', true, { a: 'ACTIVE' })];
  const statuses = bgpNeighborStatuses([neighbor('a'), neighbor('bb')], TIER0, nodes);
  expect(statuses.map(({ neighbor_address, edge_path, connection_state }) => [neighbor_address, edge_path, connection_state])).toEqual([
    ['192.0.2.1', '/infra/e1', 'ESTABLISHED'],
    ['192.0.2.1', '/infra/e2', 'ACTIVE'],
    ['192.0.2.2', '/infra/e1', 'CONNECT'],
  ]);
  expect(statuses[0]).toMatchObject({ time_since_established: 7000, total_in_prefix_count: 3, total_out_prefix_count: 2, last_update_timestamp: 1000 });
  expect(statuses[0]).toMatchObject({ source_address: '192.0.2.9', established_connection_count: 4, connection_drop_count: 3, messages_received: 8 });
  expect(statuses[0]).not.toHaveProperty('neighbor_router_id');
  expect(statuses[1]).not.toHaveProperty('time_since_established');
});

it('does not repeat what an edge said before it was gone', () => {
  const [status] = bgpNeighborStatuses([neighbor('a')], TIER0, [edge('e1', false, { a: 'ESTABLISHED' })]);
  expect(status).toMatchObject({ connection_state: 'UNKNOWN', edge_path: '/infra/e1', last_update_timestamp: 1000 });
  expect(status).not.toHaveProperty('total_in_prefix_count');
});

it('lists a neighbor that no edge speaks to', () => {
  expect(bgpNeighborStatuses([neighbor('a')], TIER0, [])).toEqual([
    { neighbor_address: '192.0.2.1', remote_as_number: '65000', tier0_path: TIER0, type: 'USER', connection_state: 'UNKNOWN' },
  ]);
});
