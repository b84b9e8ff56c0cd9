import { runAgent } from '../../src/agent/main.js';

/** One agent as a process of its own: `node agent.process.js STATE_DIRECTORY`, enrolled before. */

const [, , stateDir = ''] = process.argv;
const controller = new AbortController();
process.on('SIGTERM', () => controller.abort());
await runAgent({ stateDir, engine: 'simulated', tunnelAddresses: [], softwareVersion: '0.1.0', logLevel: 'error' }, controller.signal);
