import type { Expectations } from '../expectations.js';
import { type Lab, MANAGER_ADDRESS } from '../lab.js';
import { pause } from '../pause.js';
import { routing, TIER0 } from './routing.js';
import type { Scenario } from './scenario.js';
import { segments, WEB } from './segments.js';

/** Packets go on while what drives them is gone, and what was asked for meanwhile comes about when it is back. */
export const faults: Scenario = {
  title: 'Faults',
  name: 'faults',
  after: [segments, routing],
  async run(lab, expect) {
    const { manager } = lab;
    const [h1, h2] = [lab.node('h1'), lab.node('h2')];
    const { address } = lab.workload('web2');
    /** @param most pings, one each 50 ms, that may be lost */
    const survives = async (what: string, most: number, act: () => Promise<void>): Promise<void> => {
      let figures = '';
      await expect.now(`between h1 and h2 at most ${most} pings are lost while ${what}`, async () => {
        const { lost, sent } = await lab.workload('web1').lossWhile(address, act);
        figures = `${lost} of ${sent} were`;
        return (sent > 0 && lost <= most) || figures;
      });
      process.stdout.write(`          ${figures}\n`);
    };
    /** Something new is in force on h1, so all of it works again. */
    const works = async (what: string, number: number): Promise<void> => {
      const port = `${WEB}/ports/web3`;
      await manager.patch(port, {
        display_name: `after fault ${number}`,
        attachment: { id: lab.workload('web3').attachment },
        admin_state: number % 2 === 0 ? 'UP' : 'DOWN',
      });
      await expect.soon(
        `${what} a port of h1 is switched ${number % 2 === 0 ? 'on' : 'off'}`,
        () => lab.workload('web1').pings('10.1.1.13') === (number % 2 === 0 ? 1 : 0),
      );
    };

    await survives('the agent of h1 is killed and started again', 0, async () => {
      await h1.killAgent();
      await pause(1_000);
      h1.startAgent(manager.url, lab.bridges);
      await pause(4_000);
    });
    await works('with a new agent', 1);
    await survives('the manager is killed and started again', 0, async () => {
      await manager.kill();
      await pause(3_000);
      await manager.start();
    });
    await works('with a new manager', 2);
    await survives('ovn-controller is killed and started again', 3, async () => {
      h1.kill('ovn/ovn-controller');
      await pause(1_000);
      h1.startController();
      await pause(2_000);
    });
    await works('with a new ovn-controller', 3);
    await survives('northd is killed and started again', 3, async () => {
      h1.kill('ovn/ovn-northd');
      await pause(1_000);
      h1.startNorthd();
      await pause(1_000);
    });
    await works('with a new northd', 4);
    await survives('the databases are killed and started again', 3, async () => {
      for (const service of ['ovn/ovnnb_db', 'ovn/ovnsb_db', 'ovs/ovsdb-server'] as const) h1.kill(service);
      await pause(1_000);
      h1.startDatabaseServers();
      await pause(2_000);
    });
    await works('with new database servers', 5);
    await survives('ovs-vswitchd is killed and started again', 100, async () => {
      h1.kill('ovs/ovs-vswitchd');
      h1.startSwitch();
      await pause(5_000);
    });
    await works('with a new ovs-vswitchd', 6);
    await survives('the stream of h1 is cut, a change is made, and the stream is restored', 0, async () => {
      h1.block(MANAGER_ADDRESS, true);
      await manager.patch(`${WEB}/ports/web3`, { attachment: { id: lab.workload('web3').attachment }, admin_state: 'DOWN' });
      await pause(1_000);
      await expect.now('while h1 cannot be told, the change is not said to be in force', async () => (await manager.status(`${WEB}/ports/web3`)) !== 'SUCCESS');
      h1.block(MANAGER_ADDRESS, false);
      await expect.soon('and is in force once it can', () => lab.workload('web1').pings('10.1.1.13') === 0);
    });
    await works('with a new stream', 8);
    await survives('h2 loses its power and starts again', 400, async () => {
      h2.powerOff();
      await pause(1_000);
      lab.boot(h2);
      await expect.soon('web1 reaches web2 again', () => lab.workload('web1').pings(address) === 1);
    });
    await expect.realized(`${WEB}/ports/web2`);
    await refusal(lab, expect);
    h1.nbctl('lsp-del', lab.workload('web1').attachment);
    await expect.soon('what someone takes out of the database of h1 is put right again', () => lab.workload('web1').pings(address) === 1);
  },
};

/** Rules of one change of which the engine cannot do one. */
async function refusal(lab: Lab, expect: Expectations): Promise<void> {
  const { manager, topOfRack } = lab;
  const [count, bad] = [60, 30];
  const path = (number: number): string => `${TIER0}/nat/USER/nat-rules/many-${number}`;
  const rules = Array.from({ length: count }, (_, number) => ({
    resource_type: 'PolicyNatRule',
    id: `many-${number}`,
    action: 'DNAT',
    destination_network: number === bad ? '203.0.113.200/29' : `203.0.113.${130 + number}`,
    translated_network: '10.1.1.11',
  }));
  const nat = { resource_type: 'PolicyNat', id: 'USER', children: rules.map((rule) => ({ resource_type: 'ChildPolicyNatRule', PolicyNatRule: rule })) };
  const tier0 = {
    resource_type: 'ChildResourceReference',
    id: TIER0.split('/').at(-1),
    target_type: 'Tier0',
    children: [{ resource_type: 'ChildPolicyNat', PolicyNat: nat }],
  };
  await manager.patch('/infra', { resource_type: 'Infra', children: [tier0] });
  await expect.soon(`of ${count} rules in one change the one that OVN cannot do is an error, with its reason`, async () => {
    const reasons = await manager.alarms(path(bad));
    return reasons.some((reason) => reason.includes('OVN translates')) || reasons.join();
  });
  await expect.realized(path(0), path(count - 1));
  await expect.soon('and the others are in force', () => topOfRack.pings('203.0.113.130') && topOfRack.pings(`203.0.113.${130 + count - 1}`));
  for (let number = 0; number < count; number += 1) await manager.delete(path(number));
}
