import { join } from 'node:path';
import { Command } from 'commander';
import type { AdminPassword } from '../access/accounts.js';
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
function greeting(settings: Settings, { url, adminPassword }: Manager): string {
  const { productVersion, simulatedNodes, dataDir, certificateFile } = settings;
  const { hosts, edges } = simulatedNodes;
  const { told, login } = sayPassword(adminPassword);
  const trust = certificateFile === undefined ? `--cacert ${join(dataDir, 'ca.crt')} ` : '';
  return [
    '',
    `Heddle serves the NSX-T Policy API (as version ${productVersion}) at ${url}`,
    '  user      admin',
    `  password  ${told}`,
    `  nodes     ${hosts + edges === 0 ? 'none are simulated' : `${hosts} hosts and ${edges} edges, simulated`}`,
    '',
    'Try:',
    `  curl ${trust}-u ${login} ${url}/policy/api/v1/infra/tier-0s`,
    '',
    'Ctrl-C stops it.',
    '',
  ].join('\n');
}

/** The password as it is told, and as it goes into the line to try. */
function sayPassword(password: AdminPassword): { readonly told: string; readonly login: string } {
  if (typeof password === 'object') return { told: `${password.generated} (generated; it is not shown again)`, login: `admin:${password.generated}` };
  if (password === 'as given') return { told: 'as HEDDLE_ADMIN_PASSWORD says', login: '"admin:$HEDDLE_ADMIN_PASSWORD"' };
  const told = 'as it was set before; heddle admin reset-password sets another';
  return { told: password === 'kept' ? told : `${told}. HEDDLE_ADMIN_PASSWORD counts at the first start only`, login: 'admin' };
}
