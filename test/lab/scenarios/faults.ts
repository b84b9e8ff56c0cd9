import { pause } from '../pause.js';
import type { Scenario } from './scenario.js';
import { segments, WEB } from './segments.js';

/** Packets go on while what drives them is gone, and what was asked for meanwhile comes about when it is back. */
export const faults: Scenario = {
  title: 'Faults',
  name: 'faults',
  after: [segments],
  async run(lab, expect) {
    const { manager } = lab;
    const h1 = lab.node('h1');
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
    h1.nbctl('lsp-del', lab.workload('web1').attachment);
    await expect.soon('what someone takes out of the database of h1 is put right again', () => lab.workload('web1').pings(address) === 1);
  },
};
