import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import { PasswordReset } from '../access/password-reset.js';
import { isAcceptablePassword, PASSWORD_RULE } from '../access/password-rule.js';
import { generatePassword } from '../access/passwords.js';
import { readSettings } from '../operations/settings.js';
import { DataDirectory } from '../store/data-directory.js';
import { openReader } from '../store/reader.js';

/** A running manager takes a reset within a second; after this long there is none, in milliseconds. */
const PATIENCE = 4000;

export function adminCommand(): Command {
  return new Command('admin')
    .description('Accounts of the manager, for those who hold its data directory.')
    .addCommand(
      new Command('reset-password')
        .description('Give a user a new password and unlock it, also while the manager runs.')
        .option('--user <name>', 'which user', 'admin')
        .option('--password-stdin', 'read the password from standard input instead of generating one')
        .action(resetPassword),
    );
}

async function resetPassword({ user, passwordStdin }: { readonly user: string; readonly passwordStdin?: boolean }): Promise<void> {
  const password = passwordStdin ? await firstLine() : generatePassword();
  if (!isAcceptablePassword(password)) throw new Error(`the password must be ${PASSWORD_RULE}.`);
  const { dataDir } = readSettings(process.env);
  refuseUnknown(user, new DataDirectory(dataDir));
  const reset = new PasswordReset(dataDir);
  await reset.leave(user, password);
  const until = Date.now() + PATIENCE;
  while (reset.isWaiting && Date.now() < until) await wait(100);
  if (!passwordStdin) process.stdout.write(`New password of ${user}: ${password}\n`);
  process.stdout.write(
    reset.isWaiting ? 'No manager runs on this data directory: the password counts from its next start.\n' : 'The password counts from now.\n',
  );
}

function refuseUnknown(user: string, { path, database }: DataDirectory): void {
  if (!existsSync(database)) throw new Error(`${path} holds no database: HEDDLE_DATA_DIR says where it is.`);
  const reader = openReader(database);
  try {
    const users: string[] = reader.systemRecords(['account']).map((record) => JSON.parse(record).id);
    if (!users.includes(user)) throw new Error(`there is no user ${user}: the users are ${users.join(', ')}.`);
  } finally {
    reader.close();
  }
}

async function firstLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
  }
}
