import { pause } from '../pause.js';
import { answersTo } from '../workload.js';
import { balancing, EAST_WEST, INSIDE, INSIDE_POOL, POOL, SERVER, VIRTUAL, VIRTUAL_INSIDE } from './balancing.js';
import type { Scenario } from './scenario.js';

const MONITOR = '/infra/lb-monitor-profiles/listens';
const NOBODY_IN = '/infra/domains/default/security-policies/nobody-in';
const DEAD = 'its monitor gets no answer that is good';

/** Members of layer-4 balancers that die and live again: on the edge, and on every host although only one of them can look. */
export const monitors: Scenario = {
  title: 'Monitors',
  name: 'monitors',
  after: [balancing],
  async run(lab, expect) {
    const { manager, topOfRack } = lab;
    const member = (name: string, more: object = {}) => ({ display_name: name, ip_address: lab.workload(name).address, port: '8080', ...more });
    const both = [member('web1'), member('web2')];
    await manager.patch(MONITOR, { resource_type: 'LBTcpMonitorProfile', interval: 1, timeout: 1, fall_count: 2, rise_count: 2 });
    await manager.change(POOL, { members: both, active_monitor_paths: [MONITOR] });
    await manager.change(INSIDE_POOL, { members: both, active_monitor_paths: [MONITOR] });
    await expect.realized(SERVER, INSIDE);
    const names = (from: string | undefined, address: string, count = 6): string => {
      const namespace = from === undefined ? topOfRack.namespace : lab.workload(from).namespace;
      return [...new Set(answersTo(namespace, address, 80, count))].sort().join();
    };
    const answers = async (what: string, wanted: string): Promise<void> => {
      await expect.soon(`the world outside is answered ${what}`, () => names(undefined, VIRTUAL) === wanted || names(undefined, VIRTUAL));
      for (const from of ['db1', 'db2'])
        await expect.soon(`${from} is answered ${what}`, () => names(from, VIRTUAL_INSIDE) === wanted || names(from, VIRTUAL_INSIDE));
    };
    const told = async (): Promise<boolean> => JSON.stringify(await manager.get('/heddle/api/v1/nodes')).includes(DEAD);
    await answers('by both members', 'web1,web2');
    await expect.soon('no member is said to be dead', async () => !(await told()));

    await manager.patch(NOBODY_IN, {
      category: 'Application',
      rules: [{ id: 'all', resource_type: 'Rule', destination_groups: [lab.workload('web1').address], action: 'DROP' }],
    });
    await expect.realized(NOBODY_IN);
    await expect.soon(
      'a rule that lets nobody to web1 stops db1',
      () => answersTo(lab.workload('db1').namespace, lab.workload('web1').address, 8080, 1)[0] === '',
    );
    await pause(3_000);
    await expect.now('but not the monitor of its host', () => {
      const held = lab.node('h2').nbctl('--bare', '--columns=vips', 'find', 'Load_Balancer', `name="${INSIDE}"`);
      return held.includes(`${lab.workload('web1').address}:8080`) || held;
    });
    await manager.delete(NOBODY_IN);

    lab.workload('web2').silence();
    await answers('by the one that lives, after web2 on h2 has died', 'web1');
    await expect.soon('the manager says which is dead', told);
    await expect.soon('also at the path that NSX-T has for it', async () => {
      const { results } = await manager.get(`/policy/api/v1${EAST_WEST}${INSIDE_POOL.replace('/infra', '')}/detailed-status`);
      const [{ status, members }] = results as [{ readonly status: string; readonly members: readonly { readonly status: string }[] }];
      const said = [status, ...members.map((one) => one.status)].join();
      return said === 'PARTIALLY_UP,UP,DOWN' || said;
    });
    await lab.node('h2').killAgent();
    await manager.kill();
    await manager.start();
    await expect.now('db1 on h1 is still answered by web1 alone, with a new manager and no agent on h2', () => names('db1', VIRTUAL_INSIDE) === 'web1');
    await expect.soon('it still says so where clients of NSX-T look', async () => {
      const down = await manager.membersDown(EAST_WEST, INSIDE_POOL);
      return down.join() === lab.workload('web2').address || down.join();
    });
    lab.node('h2').startAgent(manager.url, lab.bridges);
    await expect.realized(INSIDE);
    await expect.now('and so is db2 with a new agent on h2', () => names('db2', VIRTUAL_INSIDE) === 'web1' || names('db2', VIRTUAL_INSIDE));
    lab.workload('web2').listen(8080);
    await answers('by both again', 'web1,web2');
    await expect.soon('the manager says that all live', async () => !(await told()));
  },
};
