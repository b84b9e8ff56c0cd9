import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { ENFORCEMENT_POINT, ManagerUnderTest } from './manager.js';

let manager: ManagerUnderTest;
const hosts: string[] = [];
beforeAll(async () => {
  manager = await ManagerUnderTest.start();
  for (const id of ['h1', 'h2']) {
    hosts.push(await manager.host(id));
    await manager.agent(hosts.at(-1) ?? '');
  }
  await eventually(async () => expect((await manager.realization.calls.nodes()).filter(({ session }) => session?.inSync).length).toBe(2));
  await manager.patch('/infra/segments/web', {
    transport_zone_path: `${ENFORCEMENT_POINT}/transport-zones/overlay`,
    subnets: [{ gateway_address: '10.0.1.1/24' }],
  });
});
afterAll(() => manager.stop());

const realized = (path: string) => manager.realization.calls.realizedState(path, manager.reader.sequence());
const plug = (host: string | undefined, number: number) =>
  manager.call('POST', '/heddle/api/v1/workloads', {
    node_path: host,
    external_id: `vm${number}`,
    interfaces: [{ external_id: `vm${number}-eth0`, attachment_id: `vif-${number}`, mac: `02:00:00:00:00:1${number}`, addresses: [`10.0.1.1${number}`] }],
  });
const portPath = (number: number) => `/infra/segments/web/ports/p${number}`;
const nodeOf = (path: string | undefined) => manager.reader.get(path ?? '')?.unique_id;
const runsOn = async (path: string) => (await realized(path))?.nodes.filter(({ state }) => state === 'REALIZED').map(({ node }) => node);

describe('from a PATCH to the ack of a node', () => {
  it('realizes a segment with a port on the node where its workload is, and keeps that it did', async () => {
    await manager.patch(portPath(1), { attachment: { id: 'vif-1' } });
    expect((await realized(portPath(1)))?.nodes).toEqual([]);
    expect((await plug(hosts[0], 1)).status).toBe(201);
    await eventually(async () => expect(await runsOn(portPath(1))).toEqual([nodeOf(hosts[0])]));
    await eventually(() => expect(manager.reader.fabric.realizedStates().find(({ path }) => path === portPath(1))?.state).toBe('REALIZED'));
  });

  it('follows the workload when it moves, and forgets the place when it goes', async () => {
    await manager.patch(portPath(2), { attachment: { id: 'vif-2' } });
    await plug(hosts[0], 2);
    await eventually(async () => expect(await runsOn(portPath(2))).toContain(nodeOf(hosts[0])));
    expect((await manager.call('POST', '/heddle/api/v1/workloads/vm2/move', { node_path: hosts[1] })).status).toBe(200);
    await eventually(async () => expect(await runsOn(portPath(2))).toContain(nodeOf(hosts[1])));
    expect((await manager.call('GET', '/heddle/api/v1/workloads/vm2')).body).toMatchObject({ node_path: hosts[1], interfaces: [{ attachment_id: 'vif-2' }] });
    expect((await manager.call('DELETE', '/heddle/api/v1/workloads/vm2')).status).toBe(200);
    expect((await manager.call('GET', '/heddle/api/v1/workloads/vm2')).status).toBe(404);
    await eventually(async () => expect((await realized(portPath(2)))?.nodes).toEqual([]));
    expect(manager.audited.map(({ context }) => `${context.method} ${context.uri}`)).toContain('DELETE /heddle/api/v1/workloads/vm2');
  });

  it('says ERROR with node and reason for what an engine refuses, while everything else goes on', async () => {
    const node = nodeOf(hosts[0]);
    const rules = [{ key_contains: '/ports/p3', refuse_with: 'no room in the table', silent: true }];
    expect((await manager.call('PUT', `/heddle/api/v1/nodes/${node}/misbehaviour`, { rules })).status).toBe(200);
    for (const number of [3, 4]) {
      await manager.patch(portPath(number), { attachment: { id: `vif-${number}` } });
      await plug(hosts[0], number);
    }
    await eventually(async () =>
      expect(await realized(portPath(3))).toMatchObject({ state: 'ERROR', alarms: [{ node, reason: expect.stringContaining('no room in the table') }] }),
    );
    await eventually(async () => expect(await runsOn(portPath(4))).toContain(node));
    await manager.call('PUT', `/heddle/api/v1/nodes/${node}/misbehaviour`, { rules: [] });
    await manager.patch(portPath(3), { attachment: { id: 'vif-3' }, display_name: 'again', admin_state: 'DOWN' });
    await eventually(async () => expect((await realized(portPath(3)))?.state).toBe('REALIZED'));
  });

  it('answers what would become of a packet between two nodes', async () => {
    await manager.patch(portPath(5), { attachment: { id: 'vif-5' }, address_bindings: [{ mac_address: '02:00:00:00:00:15', ip_address: '10.0.1.15' }] });
    await plug(hosts[1], 5);
    await eventually(async () => expect(await runsOn(portPath(5))).toContain(nodeOf(hosts[1])));
    await eventually(async () => {
      const { body } = await manager.call('POST', '/heddle/api/v1/packet-traces', {
        from_port: portPath(1),
        packet: { source_address: '10.0.1.11', destination_address: '10.0.1.15', protocol: 'TCP', destination_port: 443 },
      });
      expect(body).toMatchObject({ verdict: 'DELIVERED', hops: [{ node_id: nodeOf(hosts[0]) }, { node_id: nodeOf(hosts[1]) }] });
    });
    const nowhere = await manager.call('POST', '/heddle/api/v1/packet-traces', {
      from_port: portPath(2),
      packet: { source_address: '10.0.1.1', destination_address: '10.0.1.2' },
    });
    expect(nowhere.status).toBe(409);
    const neither = await manager.call('POST', '/heddle/api/v1/packet-traces', { packet: { source_address: '10.0.1.1', destination_address: '10.0.1.2' } });
    expect(neither.status).toBe(400);
  });

  it('lists nodes with their sessions, and cuts a node off when its object is deleted', async () => {
    const before = await manager.call('GET', '/heddle/api/v1/nodes');
    expect(before.body.results).toMatchObject([{ connected: true, session: { engine: 'simulated', in_sync: true } }, { connected: true }]);
    expect((await manager.call('DELETE', `/policy/api/v1${hosts[1]}`)).status).toBe(200);
    await eventually(async () => expect((await manager.call('GET', '/heddle/api/v1/nodes')).body.results).toHaveLength(1));
    expect((await manager.call('GET', `/heddle/api/v1/workloads/vm5`)).status).toBe(404);
    await eventually(async () => expect((await realized(portPath(5)))?.nodes).toEqual([]));
  });
});
