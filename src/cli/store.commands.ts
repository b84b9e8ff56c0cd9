import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { readSettings } from '../operations/settings.js';
import { backUp, restore } from '../store/backup.js';
import { CheckpointSigner } from '../store/checkpoint-signer.js';
import { DataDirectory } from '../store/data-directory.js';
import { openForReading } from '../store/database.js';
import { type Verification, verifyHistory } from '../store/verification.js';

export function backupCommand(): Command {
  return new Command('backup')
    .argument('<file>', 'where to; the file must not exist')
    .description('Copy the database to a file, also while the manager runs. Secrets in it are encrypted; secrets.key is not part of it: keep that apart.')
    .action((file: string) => {
      backUp(existingDirectory(), file);
      process.stdout.write(`Backed up to ${file}.\n`);
    });
}

export function restoreCommand(): Command {
  return new Command('restore')
    .argument('<file>', 'a backup')
    .description('Put a backup in the place of the database, after its history was verified. The manager must not run.')
    .action((file: string) => {
      const directory = new DataDirectory(readSettings(process.env).dataDir);
      const verification = restore(directory, file);
      process.stdout.write(`Restored ${file} to ${directory.path}. ${summary(verification)}\n`);
    });
}

export function historyCommand(): Command {
  return new Command('history').description('The record of all changes.').addCommand(
    new Command('verify')
      .description('Walk the hash chain over all changes and check every signature; fails when anything was altered, removed or added.')
      .action(() => {
        const directory = existingDirectory();
        const handle = openForReading(directory.database);
        try {
          const verification = verifyHistory(handle, new CheckpointSigner(directory.readHistoryKey()));
          if (verification.fault) throw new Error(`the history was altered at change set ${verification.fault.sequence}: ${verification.fault.what}`);
          process.stdout.write(`The history is whole. ${summary(verification)}\n`);
        } finally {
          handle.close();
        }
      }),
  );
}

function existingDirectory(): DataDirectory {
  const directory = new DataDirectory(readSettings(process.env).dataDir);
  if (!existsSync(directory.database)) throw new Error(`${directory.path} holds no database: HEDDLE_DATA_DIR says where it is.`);
  return directory;
}

function summary({ prunedUpTo, sequence, sets, changes, signed, foreign, chain }: Verification): string {
  const pruned = prunedUpTo === 0 ? '' : `, pruned up to ${prunedUpTo}`;
  const others = foreign === 0 ? '' : ` and ${foreign} by keys that are not here`;
  return `${sets} change sets up to ${sequence} with ${changes} changes${pruned}; ${signed} checkpoints signed by this manager${others}. Chain value ${chain}`;
}
