import { answersTo, HeldConnection } from '../workload.js';
import { balancing, INSIDE, INSIDE_POOL, POOL, SERVER, VIRTUAL, VIRTUAL_INSIDE } from './balancing.js';
import type { Scenario } from './scenario.js';

const REMEMBER = '/infra/lb-persistence-profiles/by-address';

/** Clients that stay on their member, and members that are taken out of a balancer. */
export const members: Scenario = {
  title: 'Members',
  name: 'members',
  after: [balancing],
  async run(lab, expect) {
    const { manager, topOfRack } = lab;
    const member = (name: string, state = 'ENABLED') => ({ display_name: name, ip_address: lab.workload(name).address, port: '8080', admin_state: state });
    const poolOf = async (web1: string, web2: string): Promise<void> => {
      for (const pool of [POOL, INSIDE_POOL]) await manager.change(pool, { members: [member('web1', web1), member('web2', web2)] });
      await expect.realized(SERVER, INSIDE);
    };
    const names = (from: string | undefined, address: string, count = 8): string => {
      const namespace = from === undefined ? topOfRack.namespace : lab.workload(from).namespace;
      return [...new Set(answersTo(namespace, address, 80, count))].sort().join();
    };
    await poolOf('ENABLED', 'ENABLED');
    await manager.patch(REMEMBER, { resource_type: 'LBSourceIpPersistenceProfile', timeout: 60 });
    for (const server of [SERVER, INSIDE]) await manager.change(server, { lb_persistence_profile_path: REMEMBER });
    await expect.realized(SERVER, INSIDE);
    const stays = (text: string): boolean | string => /^web[12]$/.test(text) || text;
    await expect.soon('a client outside stays on its member', () => stays(names(undefined, VIRTUAL)));
    await expect.soon('db1 stays on its member of a balancer on its host', () => stays(names('db1', VIRTUAL_INSIDE)));
    for (const server of [SERVER, INSIDE]) await manager.change(server, { lb_persistence_profile_path: undefined });
    await expect.realized(SERVER, INSIDE);
    await expect.soon('and without persistence it does not', () => names('db1', VIRTUAL_INSIDE) === 'web1,web2' || names('db1', VIRTUAL_INSIDE));

    await poolOf('DISABLED', 'ENABLED');
    await expect.soon('db1 is connected to web2', () => names('db1', VIRTUAL_INSIDE) === 'web2');
    const held = new HeldConnection(lab.workload('db1').namespace, VIRTUAL_INSIDE, 80);
    await expect.soon('and keeps the connection', async () => (await held.answered()) === 'web2');
    await poolOf('ENABLED', 'GRACEFUL_DISABLED');
    await expect.soon('no new connection comes to web2 while it drains', () => names('db1', VIRTUAL_INSIDE) === 'web1' || names('db1', VIRTUAL_INSIDE));
    await expect.now('and the one that is open stays', async () => {
      const answered = await held.answered();
      return answered === 'web2' || `answered by ${answered}`;
    });
    held.close();
    await poolOf('ENABLED', 'ENABLED');
    await expect.soon('db1 is answered by both members again', () => names('db1', VIRTUAL_INSIDE) === 'web1,web2' || names('db1', VIRTUAL_INSIDE));
  },
};
