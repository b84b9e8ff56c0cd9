import { expect, it } from 'vitest';
import { ResourceKind } from '../../src/realization/resources.pb.js';
import { intent } from './network.js';
import { EDGES, fabric, locale, TIER0, uplink } from './routed-network.js';

const OUT = `${TIER0}/static-routes/out`;
const peer = (fields: object = {}) =>
  intent(`${TIER0}/static-routes/bfd-peers/tor`, { resource_type: 'StaticRouteBfdPeer', parent_path: TIER0, peer_address: '192.0.2.254', ...fields });
const profile = (id: string, interval: number) => intent(`/infra/bfd-profiles/${id}`, { resource_type: 'BfdProfile', interval, multiple: 4 });

const hopOn = (network: ReturnType<typeof fabric>, node: string) =>
  network.graph
    .snapshot(node)
    .changes.flatMap(({ change }) =>
      change?.$case === 'put' && change.value.body?.$case === 'staticRoute' && change.value.key.startsWith(OUT) ? [change.value.body.value.nextHops[0]] : [],
    )[0];

it('says how BFD watches a hop: as the peer says, else as the locale services do, else as the engine likes', () => {
  const profiles = [profile('fast', 200), profile('slow', 2000)];
  expect(hopOn(fabric(...profiles), 'e1')).toMatchObject({ bfd: false, bfdTimers: undefined });
  expect(hopOn(fabric(peer(), ...profiles), 'e1')).toMatchObject({ bfd: true, bfdTimers: undefined });
  expect(hopOn(fabric(peer(), locale(TIER0, { bfd_profile_path: '/infra/bfd-profiles/slow' }), ...profiles), 'e1')).toMatchObject({
    bfdTimers: { intervalMilliseconds: 2000, multiplier: 4 },
  });
  const own = fabric(peer({ bfd_profile_path: '/infra/bfd-profiles/fast' }), locale(TIER0, { bfd_profile_path: '/infra/bfd-profiles/slow' }), ...profiles);
  expect(hopOn(own, 'e2')).toMatchObject({ bfdTimers: { intervalMilliseconds: 200, multiplier: 4 } });
  for (const path of [peer().path, '/infra/bfd-profiles/fast']) expect(own.graph.spanOf(path)).toEqual(['e1', 'e2']);
  expect(hopOn(fabric(peer({ enabled: false }), ...profiles), 'e1')).toMatchObject({ bfd: false });
});

it('moves with an interface to another edge: the first is told that it went, the second that it came', () => {
  const network = fabric();
  const key = `${TIER0}/locale-services/default/interfaces/u1`;
  for (const node of ['e1', 'e2']) network.graph.resume(node, [], []);
  const deltas = network.change(uplink('u1', EDGES[1], '192.0.2.1'));
  const told = (node: string) =>
    deltas
      .find((delta) => delta.node === node)
      ?.changes.flatMap(({ change }) =>
        change?.$case === 'put' && change.value.key === key ? ['put'] : change?.$case === 'remove' && change.value.key === key ? ['remove'] : [],
      );
  expect(told('e1')).toEqual(['remove']);
  expect(told('e2')).toEqual(['put']);
  expect(
    network.graph
      .snapshot('e2')
      .changes.filter(({ change }) => change?.$case === 'put' && change.value.kind === ResourceKind.ROUTER_PORT && change.value.key === key).length,
  ).toBe(1);
});
