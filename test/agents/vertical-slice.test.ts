import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ENFORCEMENT_POINT, ManagerUnderTest } from './manager.js';

let manager: ManagerUnderTest;
beforeAll(async () => {
  manager = await ManagerUnderTest.start();
});
afterAll(() => manager.stop());

const state = async (path: string) => (await manager.realization.calls.realizedState(path, manager.reader.sequence()))?.state;

describe('from a PATCH to the ack of a node', () => {
  it('realizes a segment with a port on the node where its workload is', async () => {
    const host = await manager.host('h1');
    await manager.agent(host);
    await vi.waitFor(async () => expect((await manager.realization.calls.nodes())[0]?.session?.inSync).toBe(true), 10_000);
    await manager.patch('/infra/segments/web', {
      transport_zone_path: `${ENFORCEMENT_POINT}/transport-zones/overlay`,
      subnets: [{ gateway_address: '10.0.1.1/24' }],
    });
    await manager.patch('/infra/segments/web/ports/p1', { attachment: { id: 'vif-1' } });
    expect(await state('/infra/segments/web/ports/p1')).toBe('REALIZED');
    const plugged = await manager.call('POST', '/heddle/api/v1/workloads', {
      node_path: host,
      external_id: 'vm1',
      interfaces: [{ external_id: 'vm1-eth0', attachment_id: 'vif-1', mac: '02:00:00:00:00:11', addresses: ['10.0.1.11'] }],
    });
    expect(plugged.status).toBe(201);
    await vi.waitFor(async () => {
      const realized = await manager.realization.calls.realizedState('/infra/segments/web/ports/p1', manager.reader.sequence());
      expect(realized).toMatchObject({ state: 'REALIZED', nodes: [{ state: 'REALIZED' }] });
    }, 10_000);
    await vi.waitFor(() => expect(manager.reader.fabric.realizedStates().find(({ path }) => path === '/infra/segments/web/ports/p1')?.state).toBe('REALIZED'));
  });
});
