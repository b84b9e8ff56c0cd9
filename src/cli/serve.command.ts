import { join } from 'node:path';
import { Command } from 'commander';
import type { Manager } from '../manager/manager.js';
import { readSettings, type Settings } from '../operations/settings.js';
import { aborted, interrupted } from './interrupt.js';

export function serveCommand(): Command {
  return new Command('serve').description('Run the manager until Ctrl-C.').action(serve);
}

async function serve(): Promise<void> {
  const settings = readSettings(process.env);
  const signal = interrupted();
  // Loaded only now: the other commands need none of it, and it takes a second.
  const { startManager } = await import('../manager/manager.js');
  const manager = await startManager(settings);
  process.stdout.write(greeting(settings, manager));
  const failure = await Promise.race([manager.failed, aborted(signal)]);
  if (!failure) process.stdout.write('Stopping...\n');
  await manager.stop();
  if (failure) throw failure;
}

/** What a new user needs to go on. */
function greeting(settings: Settings, { url, generatedPassword }: Manager): string {
  const { productVersion, simulatedNodes, dataDir, certificateFile, adminPassword } = settings;
  const { hosts, edges } = simulatedNodes;
  const password =
    generatedPassword ?? (adminPassword === undefined ? 'as it was set; heddle admin reset-password sets another' : 'as HEDDLE_ADMIN_PASSWORD says');
  const login = generatedPassword === undefined ? (adminPassword === undefined ? 'admin' : '"admin:$HEDDLE_ADMIN_PASSWORD"') : `admin:${generatedPassword}`;
  const trust = certificateFile === undefined ? `--cacert ${join(dataDir, 'ca.crt')} ` : '';
  return [
    '',
    `Heddle serves the NSX-T Policy API (as version ${productVersion}) at ${url}`,
    '  user      admin',
    `  password  ${password}${generatedPassword === undefined ? '' : ' (generated; it is not shown again)'}`,
    `  nodes     ${hosts + edges === 0 ? 'none are simulated' : `${hosts} hosts and ${edges} edges, simulated`}`,
    '',
    'Try:',
    `  curl ${trust}-u ${login} ${url}/policy/api/v1/infra/tier-0s`,
    '',
    'Ctrl-C stops it.',
    '',
  ].join('\n');
}
