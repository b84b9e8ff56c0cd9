import { addressOf, attachmentOf, CASES, type Expectation, type Fate, MACHINES, PORTS, wordsOf } from '../../packets/packet-cases.js';
import type { Lab } from '../lab.js';
import type { Attempt, Workload } from '../workload.js';
import { fabric } from './fabric.js';
import type { Scenario } from './scenario.js';

/** The cases that simulated nodes are tested with too, here with packets. */
export const packets: Scenario = {
  title: 'What every engine does',
  name: 'packets',
  after: [fabric],
  async run(lab, expect) {
    const { manager } = lab;
    for (const { name, host, mac, addresses, gateways } of MACHINES) {
      const prefixed = addresses.map((address) => `${address}/${address.includes(':') ? 64 : 24}`);
      const [gateway, ...more] = gateways;
      const workload = lab.addWorkload({ name, mac, addresses: prefixed, ...(gateway === undefined ? {} : { gateway }) }, `h${host + 1}`);
      // It is to speak from the addresses that the cases know, not from one that it makes of an advertised prefix.
      workload.namespace.run('sysctl', '-qw', 'net.ipv6.conf.eth0.accept_ra=0');
      for (const other of more) workload.namespace.run('ip', 'route', 'add', 'default', 'via', other);
      workload.listen(...PORTS);
    }
    const strangers = MACHINES.filter((one) => attachmentOf(one) !== lab.workload(one.name).attachment);
    if (strangers.length > 0) throw new Error(`${strangers.map(({ name }) => name).join()}: the lab plugs in under another name than the cases say`);
    for (const { intent, realized, expectations } of CASES) {
      for (const [path, body] of intent) await (body ? manager.patch(path, body) : manager.delete(path));
      await expect.realized(...realized);
      for (const expectation of expectations) {
        const seen = (): true | string => {
          const fate = fateOf(lab, expectation);
          return fate === expectation.fate || fate;
        };
        // The first packet to a node through a tunnel may be lost while its address is looked for.
        await (expectation.fate === 'dropped' ? expect.now(wordsOf(expectation), seen) : expect.soon(wordsOf(expectation), seen));
      }
    }
    for (const { name } of MACHINES) lab.workload(name).unplug();
  },
};

const FATES: Readonly<Record<Attempt, Fate>> = { connected: 'passes', refused: 'refused', silent: 'dropped' };

function fateOf(lab: Lab, expectation: Expectation): Fate {
  const sender: Workload = lab.workload(expectation.from);
  const address = addressOf(expectation);
  if (expectation.protocol === 'ICMP') return sender.pings(address) === 1 ? 'passes' : 'dropped';
  return FATES[sender.connect(address, expectation.port ?? 0, expectation.protocol === 'UDP' ? 'udp' : 'tcp')];
}
