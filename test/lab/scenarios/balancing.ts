import { answersTo, HeldConnection } from '../workload.js';
import { DB, EDGES, routing, TIER0, TIER1 } from './routing.js';
import type { Scenario } from './scenario.js';
import { WEB } from './segments.js';

export const POOL = '/infra/lb-pools/shop';
export const SERVICE = '/infra/lb-services/shop';
export const SERVER = '/infra/lb-virtual-servers/shop';
export const VIRTUAL = '203.0.113.100';
export const EAST_WEST = '/infra/lb-services/inside';
export const INSIDE_POOL = '/infra/lb-pools/inside';
export const INSIDE = '/infra/lb-virtual-servers/inside';
const EVERYONE = '/infra/domains/default/groups/everyone';
export const VIRTUAL_INSIDE = '10.9.9.9';

/** Layer-4 balancing: on the service router of a tier-1, and on every host for what begins there. */
export const balancing: Scenario = {
  title: 'Load balancers',
  name: 'balancing',
  after: [routing],
  async run(lab, expect) {
    const { manager, topOfRack } = lab;
    for (const name of ['web1', 'web2', 'web3']) lab.workload(name).listen(8080);
    await manager.patch(TIER1, { tier0_path: TIER0, route_advertisement_types: ['TIER1_CONNECTED', 'TIER1_NAT', 'TIER1_LB_VIP'] });
    // Another edge than that of the tier-0, so that their link crosses the underlay.
    await manager.patch(`${TIER1}/locale-services/default`, { edge_cluster_path: EDGES, preferred_edge_paths: [`${EDGES}/edge-nodes/e2`] });
    const member = (name: string, more: object = {}) => ({ display_name: name, ip_address: lab.workload(name).address, port: '8080', ...more });
    await manager.patch(POOL, { algorithm: 'ROUND_ROBIN', snat_translation: { type: 'LBSnatAutoMap' }, members: [member('web1'), member('web2')] });
    await manager.patch(SERVICE, { connectivity_path: TIER1, size: 'SMALL' });
    await manager.patch('/infra/lb-app-profiles/tcp', { resource_type: 'LBFastTcpProfile' });
    await manager.patch(SERVER, {
      ip_address: VIRTUAL,
      ports: ['80'],
      pool_path: POOL,
      lb_service_path: SERVICE,
      application_profile_path: '/infra/lb-app-profiles/tcp',
    });
    await expect.realized(`${TIER1}/locale-services/default`, SERVER);
    await expect.soon('with a service router of its tier-1 web1 reaches the world outside', () => lab.workload('web1').pings('192.0.2.53') === 1);
    const answers = (from: string | undefined, count: number, address = VIRTUAL): string[] =>
      answersTo(from === undefined ? topOfRack.namespace : lab.workload(from).namespace, address, 80, count);
    const both = (names: readonly string[]): boolean | string => (names.includes('web1') && names.includes('web2') && !names.includes('')) || names.join();
    await expect.soon('the world outside is answered by both members', () => both(answers(undefined, 12)));
    await expect.soon('db2 is answered by both members', () => both(answers('db2', 12)));
    await manager.patch(POOL, {
      algorithm: 'ROUND_ROBIN',
      snat_translation: { type: 'LBSnatAutoMap' },
      members: [member('web1', { admin_state: 'DISABLED' }), member('web2')],
    });
    await expect.soon('a member that is switched off gets no connections', () => {
      const names = answers(undefined, 6);
      return names.every((name) => name === 'web2') || names.join();
    });
    const held = [1, 2, 3].map(() => new HeldConnection(topOfRack.namespace, VIRTUAL, 80));
    await expect.soon('the manager counts three connections that are open, and whose they are', async () => {
      const counted = await manager.poolStatistics(SERVICE, POOL);
      const open = ['all', lab.workload('web1').address, lab.workload('web2').address].map((name) => counted[name]?.current_sessions);
      return open.join() === '3,0,3' || JSON.stringify(counted);
    });
    for (const one of held) one.close();
    await expect.soon('and none once they are closed', async () => {
      const counted = await manager.serverStatistics(SERVICE, SERVER);
      return (counted.current_sessions === 0 && counted.total_sessions === undefined) || JSON.stringify(counted);
    });

    await manager.patch(EVERYONE, { expression: [{ resource_type: 'PathExpression', paths: [WEB, DB] }] });
    await manager.patch(EAST_WEST, { connectivity_path: EVERYONE, size: 'DLB' });
    await manager.patch(INSIDE_POOL, { algorithm: 'ROUND_ROBIN', members: [member('web1'), member('web2')] });
    await manager.patch(INSIDE, {
      ip_address: VIRTUAL_INSIDE,
      ports: ['80'],
      pool_path: INSIDE_POOL,
      lb_service_path: EAST_WEST,
      application_profile_path: '/infra/lb-app-profiles/tcp',
    });
    await expect.realized(INSIDE);
    for (const from of ['db1', 'db2', 'web3', 'web1'])
      await expect.soon(`${from} is answered by both members of a balancer on its own host`, () => both(answers(from, 12, VIRTUAL_INSIDE)));
  },
};
