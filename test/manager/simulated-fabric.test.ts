import { afterAll, beforeAll, expect, it } from 'vitest';
import { simulatedFabricIntent } from '../../src/agents/simulated-fabric-intent.js';
import { makeSimulatedFabric, SimulatedFabricProcess } from '../../src/manager/simulated-fabric.js';
import { ENFORCEMENT_POINT, ManagerUnderTest } from '../agents/manager.js';
import { memoryOfTests, simulatedParts } from '../agents/simulated-nodes.js';
import { eventually } from '../eventually.js';

const COUNT = { hosts: 2, edges: 2 };
let manager: ManagerUnderTest;
const memory = memoryOfTests();

beforeAll(async () => {
  manager = await ManagerUnderTest.start();
});
afterAll(() => manager.stop());

const parts = () => simulatedParts(manager, COUNT, memory);
const connected = async () => (await manager.realization.calls.nodes()).filter(({ session }) => session?.inSync).map(({ displayName }) => displayName);

it('runs the nodes of a laptop beside the manager, enrolled and connected like real ones', async () => {
  const fabric = await SimulatedFabricProcess.start(parts());
  expect(fabric.nodes).toBe(4);
  await eventually(async () => expect((await connected()).sort()).toEqual(['edge-1', 'edge-2', 'host-1', 'host-2']));
  const edges = manager.reader.children(`${ENFORCEMENT_POINT}/edge-clusters/EDGECLUSTER1`, ['PolicyEdgeNode']);
  expect(edges.map((edge) => (edge as unknown as { member_index: number }).member_index)).toEqual([0, 1]);
  const tokens = manager.enrolment.tokens().length;
  await fabric.stop();
  await eventually(async () => expect(await connected()).toEqual([]));

  const again = await SimulatedFabricProcess.start(parts());
  await eventually(async () => expect((await connected()).length).toBe(4));
  expect(manager.enrolment.tokens().length).toBe(tokens);
  await again.stop();
});

it('makes each of its objects once ever: what a user deletes stays deleted, and more nodes only add', async () => {
  const gone = `${ENFORCEMENT_POINT}/host-transport-nodes/host-2`;
  expect((await manager.call('DELETE', `/policy/api/v1${gone}`)).status).toBe(200);
  await makeSimulatedFabric({ ...parts(), count: { hosts: 3, edges: 2 } });
  expect(manager.reader.exists(gone)).toBe(false);
  expect(manager.reader.exists(`${ENFORCEMENT_POINT}/host-transport-nodes/host-3`)).toBe(true);
});

it('has parents before their children, and nothing where nothing is asked for', () => {
  const paths = simulatedFabricIntent(COUNT).map(({ path }) => path);
  for (const path of paths) {
    const parent = path.split('/').slice(0, -2).join('/');
    if (path.includes('/edge-nodes/')) expect(paths.indexOf(parent)).toBeLessThan(paths.indexOf(path));
  }
  expect(simulatedFabricIntent({ hosts: 0, edges: 0 })).toEqual([]);
});
