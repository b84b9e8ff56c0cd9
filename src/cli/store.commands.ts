import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { readSettings } from '../operations/settings.js';
import { type Archived, archiveHistory, verifyArchive } from '../store/archive.js';
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
  return new Command('history')
    .description('The record of all changes.')
    .addCommand(archiveCommand())
    .addCommand(
      new Command('verify')
        .description('Walk the hash chain over all changes and check every signature; fails when anything was altered, removed or added.')
        .option('--archive <file>', 'check a file that history was archived to instead')
        .action(async ({ archive }: { archive?: string }) => {
          const directory = existingDirectory();
          if (archive !== undefined) {
            const archived = await verifyArchive(archive, new CheckpointSigner(directory.readHistoryKey()));
            process.stdout.write(`The archive is whole: ${contents(archived)}\n`);
            return;
          }
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

function archiveCommand(): Command {
  return new Command('archive')
    .argument('<file>', 'where to; the file must not exist')
    .option('--until <time>', 'only what is older, such as 2026-01-31; without it, everything')
    .description('Move old history out of the database into a file. What exists, and what later history rests on, stays. The manager must not run.')
    .action(async (file: string, { until }: { until?: string }) => {
      const moment = until === undefined ? Date.now() : Date.parse(until);
      if (Number.isNaN(moment)) throw new Error(`--until takes a time such as 2026-01-31 or 2026-01-31T12:00:00Z, not ${until}.`);
      const archived = await archiveHistory(existingDirectory(), file, moment);
      process.stdout.write(archived ? `Moved to ${file}: ${contents(archived)}\n` : 'There is nothing that old to move.\n');
    });
}

function contents({ sets, sequence, chain }: Archived): string {
  return `${sets} change sets up to ${sequence}. Chain value ${chain}`;
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
