import { BroadcastChannel } from 'node:worker_threads';
import { CertificateAuthority } from '../../src/agents/pki/certificate-authority.js';
import { startManager } from '../../src/manager/manager.js';
import { readSettings } from '../../src/operations/settings.js';
import { ACKS, type Ack } from './ack-probe.js';
import { answerParent, tellParent } from './processes.js';

/** A manager as `heddle serve` runs it, in a process of its own: rate limits off, nothing logged but errors. */

export interface ManagerStarted {
  readonly url: string;
  readonly agentPort: number;
  /** PEM. */
  readonly authority: string;
}

export type ManagerHandlers = {
  readonly start: (order: { readonly dataDir: string; readonly password: string }) => Promise<ManagerStarted>;
  readonly residentBytes: () => number;
  readonly stop: () => Promise<void>;
};

let stop: () => Promise<void> = async () => undefined;

answerParent({
  start: async ({ dataDir, password }) => {
    const settings = readSettings({
      HEDDLE_PORT: '0',
      HEDDLE_AGENT_PORT: '0',
      HEDDLE_DATA_DIR: dataDir,
      HEDDLE_ADMIN_PASSWORD: password,
      HEDDLE_SIMULATED_NODES: '0',
      HEDDLE_LOG_LEVEL: 'error',
    });
    const manager = await startManager(settings);
    stop = manager.stop;
    const { certificate } = await CertificateAuthority.open(dataDir);
    return { url: manager.url, agentPort: manager.agentPort, authority: certificate };
  },
  residentBytes: () => process.memoryUsage.rss(),
  stop: () => stop(),
} satisfies ManagerHandlers);

const acks = new BroadcastChannel(ACKS);
acks.onmessage = (message) => tellParent((message as { data: readonly Ack[] }).data);
