#!/usr/bin/env node
import { Command } from 'commander';
import { VERSION } from '../shared/version.js';
import { adminCommand } from './admin.command.js';
import { agentCommand } from './agent.command.js';
import { nodeCommand } from './node.command.js';
import { serveCommand } from './serve.command.js';
import { backupCommand, historyCommand, restoreCommand } from './store.commands.js';

const program = new Command('heddle')
  .description('An open network management plane that speaks the NSX-T Policy API. Settings are environment variables: see docs/settings.md.')
  .version(VERSION)
  .showHelpAfterError();
for (const command of [serveCommand(), agentCommand(), nodeCommand(), adminCommand(), backupCommand(), restoreCommand(), historyCommand()]) {
  program.addCommand(command);
}

try {
  await program.parseAsync();
} catch (error) {
  // What went wrong is said in one line; where in the code it did is for those who look for a fault in it.
  process.stderr.write(`heddle: ${error instanceof Error ? error.message : String(error)}\n`);
  if (process.env.HEDDLE_LOG_LEVEL === 'debug' && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
}
