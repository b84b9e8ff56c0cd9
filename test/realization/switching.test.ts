import { beforeEach, expect, it } from 'vitest';
import { portKeys, SEGMENT_KEYS } from '../../src/model/spaces.js';
import { RealizationGraph } from '../../src/realization/graph.js';
import { type NodeResource, ResourceKind } from '../../src/realization/resources.pb.js';
import { MirrorNode } from './mirror.js';
import { Changes, claim, host, intent, OVERLAY, report, vif, zone } from './network.js';

const WEB = '/infra/segments/web';
const PORT = `${WEB}/ports/p1`;
const web = intent(WEB, { transport_zone_path: OVERLAY });
const port = intent(PORT, { attachment: { id: 'a1' }, address_bindings: [{ ip_address: '10.0.0.5', mac_address: '02:00:00:00:00:AA' }] });
const claims = [claim(SEGMENT_KEYS.space, WEB, 70000), claim(portKeys(WEB).space, PORT, 16)];

let graph: RealizationGraph;
let changes: Changes;

beforeEach(() => {
  graph = new RealizationGraph();
  changes = new Changes();
  graph.load({ sequence: 0, objects: [], claims: [], reports: [], realized: [] });
});

const told = (node: string): NodeResource[] => {
  const mirror = new MirrorNode();
  mirror.apply(graph.snapshot(node));
  return mirror.resources();
};
const kinds = (node: string) => told(node).map(({ kind, key }) => `${ResourceKind[kind]} ${key}`);

it('tells a segment and its port to the node that reports the interface, and to no other', () => {
  graph.report(report('h1', [vif('a1')]));
  graph.report(report('h2'));
  graph.commit(changes.put([zone('overlay'), host('h1'), host('h2'), web, port], claims));
  expect(kinds('h1')).toEqual(['TUNNEL_ENDPOINT h1', `LOGICAL_SWITCH ${WEB}`, `SWITCH_PORT ${PORT}`]);
  expect(kinds('h2')).toEqual([]);
  expect(told('h1').at(-1)?.body).toEqual({
    $case: 'switchPort',
    value: expect.objectContaining({
      logicalSwitch: WEB,
      tunnelKey: 16,
      node: 'h1',
      attachmentId: 'a1',
      addresses: [
        { mac: '02:00:00:00:00:01', ips: [] },
        { mac: '02:00:00:00:00:aa', ips: ['10.0.0.5'] },
      ],
    }),
  });
});

it('leaves a port that nothing is plugged into on no node, and calls it realized', () => {
  graph.report(report('h1'));
  graph.commit(changes.put([zone('overlay'), host('h1'), web, port], claims));
  expect(kinds('h1')).toEqual([]);
  expect(graph.realizedState(PORT)).toMatchObject({ state: 'REALIZED', consolidated: 'SUCCESS', nodes: [] });
});

it('keeps an interface that two nodes report on the one that reported it first, with an alarm, until that one lets go', () => {
  graph.commit(changes.put([zone('overlay'), host('h1'), host('h2'), web, port], claims));
  graph.report(report('h2', [vif('a1', { since: 5 })]));
  graph.report(report('h1', [vif('a1', { since: 9 })]));
  expect(graph.spanOf(PORT)).toEqual(['h2']);
  expect(graph.realizedState(PORT)).toMatchObject({
    state: 'ERROR',
    alarms: [{ code: 'ATTACHMENT_CLAIMED_TWICE', node: 'h1' }, { code: 'NODE_DISCONNECTED' }],
  });
  graph.report(report('h2'));
  expect(graph.spanOf(PORT)).toEqual(['h1']);
  expect(graph.realizedState(PORT)?.alarms.map(({ code }) => code)).toEqual(['NODE_DISCONNECTED']);
});

it('refuses to place a port on a node outside the transport zone of its segment', () => {
  graph.report(report('h1', [vif('a1')]));
  graph.commit(changes.put([zone('overlay'), zone('other'), host('h1', ['other']), web, port], claims));
  expect(kinds('h1')).toEqual([]);
  expect(graph.realizedState(PORT)).toMatchObject({ state: 'ERROR', alarms: [{ code: 'OUTSIDE_TRANSPORT_ZONE', node: 'h1' }] });
});

it('is REALIZED once every connected node of the span has acked this version, and not by an ack of an older one', () => {
  graph.report(report('h1', [vif('a1')]));
  graph.commit(changes.put([zone('overlay'), host('h1'), web, port], claims));
  expect(graph.connected('h1', '0'.repeat(32), [])).toBe(false);
  const snapshot = graph.resume('h1', [], []);
  const mirror = new MirrorNode();
  mirror.apply(snapshot);
  expect(graph.realizedState(PORT)).toMatchObject({ state: 'UNREALIZED', consolidated: 'IN_PROGRESS', nodes: [{ node: 'h1', state: 'PENDING' }] });
  const older = mirror.versions();
  const [delta] = graph.commit(changes.put([intent(PORT, { attachment: { id: 'a1' }, admin_state: 'DOWN' })]));
  expect(delta?.changes).toHaveLength(1);
  graph.acked('h1', older);
  expect(graph.realizedState(PORT)?.state).toBe('UNREALIZED');
  expect(graph.realizedState(WEB)).toMatchObject({ state: 'REALIZED', consolidated: 'SUCCESS' });
  mirror.apply(delta!);
  graph.acked('h1', mirror.versions());
  expect(graph.realizedState(PORT)).toMatchObject({ state: 'REALIZED', consolidated: 'SUCCESS', nodes: [{ node: 'h1', state: 'REALIZED' }] });
});

it('reports what an engine refuses with node and reason, and leaves everything else alone', () => {
  graph.report(report('h1', [vif('a1')]));
  graph.commit(changes.put([zone('overlay'), host('h1'), web, port], claims));
  const snapshot = graph.resume('h1', [], []);
  const mirror = new MirrorNode();
  mirror.apply(snapshot);
  const [refused, ...others] = mirror.versions().reverse();
  graph.acked('h1', others);
  graph.nacked('h1', [{ ...refused!, reason: 'no such bridge' }]);
  expect(graph.realizedState(PORT)).toMatchObject({
    state: 'ERROR',
    consolidated: 'ERROR',
    alarms: [{ code: 'ENGINE_REFUSED', node: 'h1', resource: `SWITCH_PORT ${PORT}`, reason: 'no such bridge' }],
  });
  expect(graph.realizedState(WEB)?.state).toBe('REALIZED');
  expect(graph.drainTransitions().filter(({ path }) => path === PORT || path === WEB)).toEqual([
    expect.objectContaining({ path: WEB, state: 'REALIZED', alarms: [] }),
    expect.objectContaining({ path: PORT, state: 'ERROR' }),
  ]);
  expect(graph.drainTransitions()).toEqual([]);
});

it('does not let a node that is gone hold up the others: it is pending, with an alarm', () => {
  const second = intent(`${WEB}/ports/p2`, { attachment: { id: 'a2' } });
  graph.report(report('h1', [vif('a1')]));
  graph.report(report('h2', [vif('a2')]));
  graph.commit(changes.put([zone('overlay'), host('h1'), host('h2'), web, port, second], [...claims, claim(portKeys(WEB).space, second.path, 17)]));
  graph.acked(
    'h1',
    graph.resume('h1', [], []).changes.map(({ change }) => change!.value as NodeResource),
  );
  expect(graph.realizedState(WEB)).toMatchObject({
    state: 'REALIZED',
    consolidated: 'IN_PROGRESS',
    nodes: [
      { node: 'h1', state: 'REALIZED' },
      { node: 'h2', state: 'DISCONNECTED' },
    ],
    alarms: [{ code: 'NODE_DISCONNECTED', node: 'h2' }],
  });
  graph.disconnected('h1');
  expect(graph.realizedState(WEB)).toMatchObject({ state: 'REALIZED', consolidated: 'UNKNOWN' });
});

it('takes up with a node whose digest is the same without sending anything', () => {
  graph.report(report('h1', [vif('a1')]));
  graph.commit(changes.put([zone('overlay'), host('h1'), web, port], claims));
  const mirror = new MirrorNode();
  mirror.apply(graph.resume('h1', [], []));
  graph.disconnected('h1');
  expect(graph.connected('h1', mirror.digest(), [])).toBe(true);
  expect(graph.realizedState(PORT)?.state).toBe('REALIZED');
  graph.disconnected('h1');
  graph.commit(changes.put([intent(WEB, { transport_zone_path: OVERLAY, display_name: 'renamed' })]));
  expect(graph.connected('h1', mirror.digest(), [])).toBe(false);
  const delta = graph.resume('h1', mirror.versions(), []);
  expect(delta.changes).toHaveLength(1);
  mirror.apply(delta);
  expect(mirror.digest()).toBe(graph.digest('h1'));
});

it('keeps the stored state after a restart until the nodes concerned are heard, and drops it when the intent changes', () => {
  const objects = [zone('overlay'), host('h1'), web, port];
  const realized = [{ path: PORT, sequence: 1, state: 'REALIZED' as const, alarms: [] }];
  const restarted = new RealizationGraph();
  restarted.load({ sequence: 1, objects, claims, reports: [report('h1', [vif('a1')])], realized });
  expect(restarted.drainTransitions().filter(({ path }) => path === PORT)).toEqual([]);
  expect(restarted.realizedState(PORT)).toMatchObject({ state: 'REALIZED', consolidated: 'UNKNOWN' });
  expect(restarted.realizedState(WEB)).toMatchObject({ state: 'UNREALIZED', consolidated: 'UNKNOWN' });
  restarted.commit(changes.put([intent(PORT, { attachment: { id: 'a1' }, admin_state: 'DOWN' })]));
  expect(restarted.realizedState(PORT)?.state).toBe('UNREALIZED');
});

it('moves a port when its workload moves, in one delta for each of the two nodes', () => {
  graph.report(report('h1', [vif('a1')]));
  graph.report(report('h2'));
  graph.commit(changes.put([zone('overlay'), host('h1'), host('h2'), web, port], claims));
  const mirrors = new Map(['h1', 'h2'].map((node) => [node, new MirrorNode()]));
  for (const [node, mirror] of mirrors) mirror.apply(graph.resume(node, [], []));
  for (const event of [() => graph.report(report('h2', [vif('a1', { since: 2 })])), () => graph.report(report('h1'))]) {
    for (const delta of event()) mirrors.get(delta.node)!.apply(delta);
  }
  expect(mirrors.get('h1')!.resources()).toEqual([]);
  expect(
    mirrors
      .get('h2')!
      .resources()
      .map(({ key }) => key),
  ).toEqual(['h2', WEB, PORT]);
});

it('says why a segment cannot exist', () => {
  graph.commit(changes.put([web, intent('/infra/segments/dry', { transport_zone_path: OVERLAY }), zone('overlay')]));
  expect(graph.realizedState('/infra/segments/dry')).toMatchObject({ state: 'ERROR', alarms: [{ code: 'ALLOCATION_MISSING' }] });
  graph.commit(changes.remove([zone('overlay')]));
  expect(graph.realizedState(WEB)).toMatchObject({ state: 'ERROR', alarms: [{ code: 'TRANSPORT_ZONE_MISSING' }] });
});
