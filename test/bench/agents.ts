import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { FabricOrder } from '../../src/agent/simulated/fabric.process.js';
import type { ManagerUnderLoad } from './manager.js';
import type { Bench } from './measure.js';
import { type NetworkSize, nodeName, nodePath, plugWorkloads } from './network.js';

/** Tokens asked for at once. */
const TOGETHER = 16;

/** The agents of all nodes of a network, with simulated engines, in one process. */
export class Agents {
  private constructor(
    private readonly child: ChildProcess,
    /** Identifiers of the nodes, by number. */
    readonly nodeIds: readonly string[],
  ) {}

  /** Enrols the nodes, starts their agents and waits until each holds what it should. */
  static async start(bench: Bench, manager: ManagerUnderLoad, size: NetworkSize, stateDir: string): Promise<Agents> {
    plugWorkloads(size, stateDir);
    const tokens: { token: string; node_id: string }[] = [];
    for (let from = 0; from < size.nodes; from += TOGETHER) {
      bench.say(`network: ${from} of ${size.nodes} enrolment tokens`);
      const some = Array.from({ length: Math.min(TOGETHER, size.nodes - from) }, (_, index) =>
        manager.call('POST', '/heddle/api/v1/enrolment-tokens', { node_path: nodePath(from + index) }),
      );
      tokens.push(...((await Promise.all(some)) as { token: string; node_id: string }[]));
    }
    bench.say(`network: ${size.nodes} nodes enrol`);
    const order: FabricOrder = {
      manager: manager.started.url,
      agentHost: 'localhost',
      agentPort: manager.started.agentPort,
      stateDir,
      nodes: tokens.map(({ token }, node) => ({ name: nodeName(node), tunnelAddress: `198.18.${(node + 1) >> 8}.${(node + 1) & 0xff}`, token })),
      softwareVersion: 'bench',
      logLevel: 'warn',
    };
    const module = new URL('../../src/agent/simulated/fabric.process.js', import.meta.url);
    const child = fork(module, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`the agents ended with code ${code}`)));
      child.send(order);
    });
    const agents = new Agents(
      child,
      tokens.map(({ node_id }) => node_id),
    );
    await agents.inSync(bench, manager);
    return agents;
  }

  /** Waits until every node is connected and holds what it should. */
  async inSync(bench: Bench, manager: ManagerUnderLoad): Promise<void> {
    for (;;) {
      const { results } = await manager.get<{ results: { session?: { in_sync: boolean } }[] }>('/heddle/api/v1/nodes');
      const count = results.filter(({ session }) => session?.in_sync).length;
      if (count === this.nodeIds.length) return;
      bench.say(`network: ${count} of ${this.nodeIds.length} nodes in sync`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /** Bytes of memory that the process takes. */
  get residentBytes(): number {
    const pages = Number(readFileSync(`/proc/${this.child.pid}/statm`, 'utf8').split(' ')[1]);
    return pages * 4096;
  }

  async stop(): Promise<void> {
    const exited = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.disconnect();
    await exited;
  }
}
