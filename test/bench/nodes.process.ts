import { join } from 'node:path';
import { NodeHost } from '../../src/agent/node-host.js';
import type { AgentIdentity } from '../../src/agent/node-state.js';
import { SimulatedEngine } from '../../src/agent/simulated/simulated-engine.js';
import { SimulatedWorkloads } from '../../src/agent/simulated/workloads.js';
import { answerParent } from './processes.js';

/** Simulated nodes that are enrolled already, each with one machine on it. */

export interface NodesOrder {
  readonly stateDir: string;
  readonly identities: readonly AgentIdentity[];
}

const handlers = {
  async start({ stateDir, identities }: NodesOrder): Promise<void> {
    const host = await NodeHost.open(stateDir, {
      softwareVersion: 'bench',
      log: { info: () => undefined, warn: () => undefined },
      onDiskFailure: (error) => {
        throw error;
      },
    });
    for (const [index, identity] of identities.entries()) {
      const { nodeId } = identity;
      const workloads = new SimulatedWorkloads();
      workloads.plug({
        machine: { externalId: `vm-${nodeId}`, displayName: `vm-${nodeId}`, computerName: '', osName: '', poweredOn: true },
        interfaces: [{ externalId: `eth-${nodeId}`, attachmentId: `vif-${nodeId}`, machine: `vm-${nodeId}`, mac: '02:00:00:00:00:01', addresses: [] }],
      });
      const engine = new SimulatedEngine({ nodeId, workloads, tunnelAddresses: [`198.18.${index >> 8}.${index & 0xff}`] });
      await host.start({ identity, directory: join(stateDir, nodeId), engine });
    }
  },
};

export type NodesHandlers = typeof handlers;
answerParent(handlers);
