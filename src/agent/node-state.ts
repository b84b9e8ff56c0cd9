import { join } from 'node:path';
import { readIfPresent, writeFileDurably } from '../shared/durable-file.js';

/** Who this agent is, once it is enrolled: its certificate and where its manager is. */
export interface AgentIdentity {
  readonly nodeId: string;
  /** Policy path of the node's object. */
  readonly path: string;
  /** Host name or address of the manager, and the port for agents. */
  readonly managerHost: string;
  readonly agentPort: number;
  /** PEM texts. */
  readonly privateKey: string;
  readonly certificate: string;
  readonly authority: string;
}

const FILE = 'identity.json';

/**
 * The identity kept in a state directory; undefined: not enrolled yet.
 * @throws Error when the file is there and is not what was written
 */
export function readIdentity(directory: string): AgentIdentity | undefined {
  const text = readIfPresent(join(directory, FILE));
  if (text === undefined) return undefined;
  const { nodeId, path, managerHost, agentPort, privateKey, certificate, authority } = JSON.parse(text) as Partial<AgentIdentity>;
  if (!nodeId || !path || !managerHost || !agentPort || !privateKey || !certificate || !authority) {
    throw new Error(`${join(directory, FILE)} is damaged: remove it and enrol the node again`);
  }
  return { nodeId, path, managerHost, agentPort, privateKey, certificate, authority };
}

/** One file for key and certificate, readable by the owner only, so that a crash cannot leave two generations side by side. */
export function writeIdentity(directory: string, identity: AgentIdentity): void {
  writeFileDurably(join(directory, FILE), `${JSON.stringify(identity, undefined, 2)}\n`, 0o600);
}
