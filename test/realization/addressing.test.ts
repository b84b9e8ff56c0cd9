import { expect, it } from 'vitest';
import { RealizationGraph } from '../../src/realization/graph.js';
import { Changes, intent } from './network.js';

const PATH = '/infra/ip-pools/p/ip-allocations/a';
const allocation = (fields: object) => intent(PATH, { resource_type: 'IpAddressAllocation', ...fields });

it('says of an allocation which address it has, and calls it an error while it has none', () => {
  const graph = new RealizationGraph();
  graph.load({ sequence: 0, objects: [], claims: [], reports: [], realized: [] });
  const changes = new Changes();
  graph.commit(changes.put([allocation({ allocation_ip: '192.0.2.21' })]));
  expect(graph.realizedState(PATH)).toMatchObject({
    state: 'ERROR',
    consolidated: 'ERROR',
    alarms: [{ code: 'ADDRESS_MISSING', reason: expect.stringContaining('/infra/ip-pools/p has no 192.0.2.21 to give') }],
    entities: [{ entityType: 'RealizedIpAllocation', state: 'ERROR', attributes: [] }],
  });
  graph.commit(changes.put([allocation({ allocation_ip: '192.0.2.21', allocated_ip: '192.0.2.21' })]));
  expect(graph.realizedState(PATH)).toMatchObject({
    state: 'REALIZED',
    alarms: [],
    entities: [{ state: 'REALIZED', attributes: [{ key: 'allocation_ip', values: ['192.0.2.21'] }] }],
  });
});
