import { expect, it } from 'vitest';
import { SEGMENT_KEYS } from '../../src/model/spaces.js';
import { registry } from '../../src/model/types.js';
import { unrealizedIn } from '../../src/model/unrealized.js';
import { RealizationGraph } from '../../src/realization/graph.js';
import { Changes, claim, intent, OVERLAY, zone } from './network.js';

const TUNNEL = '/infra/tier-0s/t/locale-services/l/tunnels/g';
const SEGMENT = '/infra/segments/s';
const tunnel = (fields: object = {}) => intent(TUNNEL, { resource_type: 'GreTunnel', ...fields });
const segment = (fields: object = {}) => intent(SEGMENT, { transport_zone_path: OVERLAY, ...fields });

function graphWith(...objects: ReturnType<typeof intent>[]): RealizationGraph {
  const graph = new RealizationGraph(unrealizedIn(registry));
  graph.load({ sequence: 0, objects: [zone('overlay'), ...objects], claims: [claim(SEGMENT_KEYS.space, SEGMENT, 70000)], reports: [], realized: [] });
  return graph;
}

it('is an error with its reason where intent takes no effect, also in the list of alarms and in what is kept', () => {
  const graph = graphWith(tunnel());
  expect(graph.realizedState(TUNNEL)).toMatchObject({
    state: 'ERROR',
    consolidated: 'ERROR',
    alarms: [{ code: 'NOT_SUPPORTED', reason: expect.stringContaining('uplink interface') }],
  });
  expect(graph.drainTransitions().find(({ path }) => path === TUNNEL)).toMatchObject({ state: 'ERROR', alarms: [{ code: 'NOT_SUPPORTED' }] });
  expect(graph.alarmed().map(({ path }) => path)).toEqual([TUNNEL]);
});

it('comes with what is asked for, and goes with it', () => {
  const graph = graphWith(tunnel());
  const changes = new Changes();
  graph.drainTransitions();
  graph.commit(changes.put([tunnel({ enabled: false })]));
  expect(graph.drainTransitions()).toMatchObject([{ path: TUNNEL, state: 'REALIZED', alarms: [] }]);
  graph.commit(changes.put([tunnel()]));
  expect(graph.drainTransitions()).toMatchObject([{ path: TUNNEL, state: 'ERROR' }]);
  graph.commit(changes.remove([tunnel()]));
  expect(graph.drainTransitions()).toMatchObject([{ path: TUNNEL, state: undefined }]);
  expect(graph.alarmed()).toEqual([]);
});

it('leaves the state to the rest of an object of which one field takes no effect', () => {
  const graph = graphWith(segment({ mac_pool_id: 'm' }));
  expect(graph.realizedState(SEGMENT)).toMatchObject({
    state: 'REALIZED',
    consolidated: 'SUCCESS',
    alarms: [{ code: 'NOT_SUPPORTED', reason: expect.stringMatching(/^mac_pool_id: /) }],
  });
});
