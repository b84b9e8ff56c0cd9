import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SimulatedFabricProcess } from '../../src/manager/simulated-fabric.js';
import { ENFORCEMENT_POINT, ManagerUnderTest } from '../agents/manager.js';
import { startSimulatedNodes } from '../agents/simulated-nodes.js';
import { eventually } from '../eventually.js';
import { addressOf, attachmentOf, CASES, type Expectation, type Fate, MACHINES, portOf, wordsOf } from './packet-cases.js';

let manager: ManagerUnderTest;
let fabric: SimulatedFabricProcess;

beforeAll(async () => {
  manager = await ManagerUnderTest.start();
  fabric = await startSimulatedNodes(manager, { hosts: 2, edges: 0 });
  for (const one of MACHINES) {
    const workload = {
      node_path: `${ENFORCEMENT_POINT}/host-transport-nodes/host-${one.host + 1}`,
      external_id: one.name,
      interfaces: [{ external_id: `${one.name}-eth0`, attachment_id: attachmentOf(one), mac: one.mac, addresses: one.addresses }],
    };
    expect((await manager.call('POST', '/heddle/api/v1/workloads', workload)).status).toBe(201);
  }
});
afterAll(async () => {
  await fabric.stop();
  await manager.stop();
});

const FATES: Readonly<Record<string, Fate>> = { DELIVERED: 'passes', ANSWERED: 'passes', REJECTED: 'refused', DROPPED: 'dropped' };

async function fateOf(expectation: Expectation): Promise<Fate | string> {
  const { from, protocol, port, family } = expectation;
  const sender = MACHINES.find(({ name }) => name === from);
  if (!sender) throw new Error(`there is no machine ${from}`);
  const packet = {
    source_address: sender.addresses[family === 6 ? 1 : 0],
    destination_address: addressOf(expectation),
    protocol: protocol === 'ICMP' ? (family === 6 ? 'ICMPV6' : 'ICMPV4') : protocol,
    ...(protocol === 'ICMP' ? { icmp_type: family === 6 ? 128 : 8 } : { destination_port: port }),
  };
  const { body } = await manager.call('POST', '/heddle/api/v1/packet-traces', { from_port: portOf(sender), packet });
  const verdict = String((body as { readonly verdict?: string }).verdict);
  return FATES[verdict] ?? verdict;
}

// The lab shows the same with packets: `npm run lab -- --only packets`.
describe.each(CASES)('simulated nodes: $title', ({ intent, realized, expectations }) => {
  beforeAll(async () => {
    for (const [path, body] of intent) {
      if (body) await manager.patch(path, body);
      else expect((await manager.call('DELETE', `/policy/api/v1${path}`)).status).toBe(200);
    }
    for (const path of realized)
      await eventually(async () => expect((await manager.realization.calls.realizedState(path, manager.reader.sequence()))?.state).toBe('REALIZED'));
  });

  it.each(expectations.map((one) => [wordsOf(one), one] as const))('%s', async (_, expectation) => {
    expect(await fateOf(expectation)).toBe(expectation.fate);
  });
});
