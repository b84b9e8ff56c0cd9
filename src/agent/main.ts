import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLogger } from '../operations/logger.js';
import type { LogLevel } from '../operations/settings.js';
import type { Engine } from './engine.js';
import { EnrolmentRefused, enrol, hostOf } from './enrolment.js';
import { LINK_TIMING } from './manager-link.js';
import type { AgentLog } from './node-agent.js';
import { NodeHost } from './node-host.js';
import { type AgentIdentity, readIdentity, writeIdentity } from './node-state.js';
import { examineMachine } from './ovn/machine.js';
import { OvnEngine } from './ovn/ovn-engine.js';
import { SimulatedEngine } from './simulated/simulated-engine.js';
import { SimulatedWorkloads } from './simulated/workloads.js';

export interface AgentOptions {
  /** Directory in which the node keeps who it is and what it was told; made where it is missing. */
  readonly stateDir: string;
  /** `https://manager:8443`; needed until the node is enrolled. */
  readonly manager?: string;
  /** Enrolment token; needed until the node is enrolled, and ignored afterwards. */
  readonly token?: string;
  /** Path or id of the node that the agent is meant to be: a token for another one is then refused. */
  readonly node?: string;
  /** PEM file of the authority of the manager's HTTPS certificate, where that is not the manager's own. */
  readonly httpsAuthorityFile?: string;
  readonly engine: string;
  /** Underlay addresses at which tunnels to this node end. */
  readonly tunnelAddresses: readonly string[];
  /** Bridges to physical networks, by the policy path of the transport zone. Engines without a machine below them ignore it. */
  readonly bridges?: ReadonlyMap<string, string>;
  readonly softwareVersion: string;
  readonly logLevel: LogLevel;
}

/** What an agent cannot be started with; the message is one line, for the person who starts it. */
export class AgentOptionsError extends Error {}

interface EngineKind {
  /** Throws where this machine lacks what the engine needs: asked before a token is used up. */
  examine(): Promise<unknown>;
  open(nodeId: string, options: AgentOptions): Promise<Engine>;
}

/** Engines by the name that `--engine` takes. */
const ENGINES: Readonly<Record<string, EngineKind>> = {
  simulated: {
    examine: async () => undefined,
    open: async (nodeId, { stateDir, tunnelAddresses }) =>
      new SimulatedEngine({ nodeId, tunnelAddresses, workloads: new SimulatedWorkloads(join(stateDir, 'workloads.json')) }),
  },
  ovn: {
    examine: () => examineMachine(process.env),
    open: (nodeId, { stateDir, tunnelAddresses, bridges }) =>
      OvnEngine.open({ directory: stateDir, nodeId, tunnelAddresses, bridges: bridges ?? new Map(), environment: process.env }),
  },
};

export const ENGINE_NAMES = Object.keys(ENGINES);

/**
 * Runs one node until the signal is given: enrols it at the first start, then keeps its engine at what the manager says, or said
 * last while there is none.
 * @throws AgentOptionsError when an option is missing or wrong
 * @throws MachineUnfit when the engine needs something that the machine lacks
 * @throws EnrolmentRefused when the manager does not take the token
 */
export async function runAgent(options: AgentOptions, signal: AbortSignal): Promise<void> {
  const kind = ENGINES[options.engine];
  if (!kind) throw new AgentOptionsError(`there is no engine ${options.engine}: the engines are ${ENGINE_NAMES.join(', ')}`);
  await kind.examine();
  const log = createLogger(options.logLevel);
  const kept = readIdentity(options.stateDir) ?? (await enrolled(options, log, signal));
  if (!kept) return;
  // A manager that has moved since the enrolment is found where the option says.
  const identity = options.manager === undefined ? kept : { ...kept, managerHost: hostOf(managerUrl(options.manager)) };
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const host = await NodeHost.open(options.stateDir, { softwareVersion: options.softwareVersion, log, onDiskFailure: (error) => fail(error) });
  try {
    await host.start({ identity, directory: options.stateDir, engine: await kind.open(identity.nodeId, options) });
    log.info({ node: identity.path, manager: `${identity.managerHost}:${identity.agentPort}` }, 'The node runs.');
    await Promise.race([aborted(signal), failed]);
  } finally {
    await host.stop();
  }
}

/** Tries until the manager can be reached; undefined: the signal came first. */
async function enrolled(options: AgentOptions, log: AgentLog, signal: AbortSignal): Promise<AgentIdentity | undefined> {
  const { manager, token, node, httpsAuthorityFile, stateDir } = options;
  if (!manager || !token) throw new AgentOptionsError(`the node is not enrolled yet in ${stateDir}: give --manager and --token`);
  const url = managerUrl(manager);
  const httpsAuthority = httpsAuthorityFile === undefined ? undefined : readFileSync(httpsAuthorityFile, 'utf8');
  for (let wait = LINK_TIMING.firstWait; !signal.aborted; wait = Math.min(LINK_TIMING.longestWait, wait * 2)) {
    try {
      const identity = await enrol({ manager: url, token, node, httpsAuthority });
      writeIdentity(stateDir, identity);
      log.info({ node: identity.path }, 'The node is enrolled.');
      return identity;
    } catch (error) {
      if (error instanceof EnrolmentRefused) throw error;
      log.warn({ error: error instanceof Error ? error.message : String(error) }, 'The manager cannot be reached for enrolment; trying again.');
      await Promise.race([aborted(signal), new Promise((resolve) => setTimeout(resolve, Math.random() * wait))]);
    }
  }
  return undefined;
}

function managerUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:') throw new AgentOptionsError(`--manager must be an address such as https://manager:8443, not ${text}`);
  return url;
}

function aborted(signal: AbortSignal): Promise<void> {
  return signal.aborted ? Promise.resolve() : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
