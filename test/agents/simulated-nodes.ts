import { type FabricMemory, type SimulatedFabricParts, SimulatedFabricProcess } from '../../src/manager/simulated-fabric.js';
import { registry } from '../../src/model/types.js';
import { eventually } from '../eventually.js';
import type { ManagerUnderTest } from './manager.js';

/** What was made once for simulated nodes, remembered as long as the tests of a file run. */
export function memoryOfTests(): FabricMemory {
  let made: readonly string[] = [];
  return {
    get made() {
      return made;
    },
    remember: async (now) => {
      made = now;
    },
  };
}

/** What simulated nodes of a manager under test are started with. */
export function simulatedParts(manager: ManagerUnderTest, count: SimulatedFabricParts['count'], memory: FabricMemory): SimulatedFabricParts {
  return {
    count,
    registry,
    reader: manager.reader,
    writer: manager.unit,
    memory,
    enrolment: manager.enrolment,
    manager: manager.url,
    agentHost: 'localhost',
    agentPort: manager.realization.ready.agentPort,
    dataDir: manager.directory,
    softwareVersion: '0.1.0',
    logLevel: 'error',
  };
}

/** Starts simulated nodes, and waits until all are in sync. */
export async function startSimulatedNodes(manager: ManagerUnderTest, count: SimulatedFabricParts['count']): Promise<SimulatedFabricProcess> {
  const fabric = await SimulatedFabricProcess.start(simulatedParts(manager, count, memoryOfTests()));
  await eventually(async () => {
    const nodes = await manager.realization.calls.nodes();
    if (nodes.filter(({ session }) => session?.inSync).length < count.hosts + count.edges) throw new Error('not all nodes are in sync');
  });
  return fabric;
}
