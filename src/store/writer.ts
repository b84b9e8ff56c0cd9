import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { ChangeLog } from './change-log.js';
import { Claims } from './claims.js';
import type { DataDirectory } from './data-directory.js';
import { handleOf, openForWriting } from './database.js';
import { GroupCommit, type JobScope, type WaitingJob } from './group-commit.js';
import { IntentTables } from './intent-tables.js';
import { type CommittedIntent, type IntentParts, StoreTransaction } from './intent-transaction.js';
import type { ApplyCommand, AuditJob, IntentJob, JobKind, JobTypes } from './jobs.js';
import { Meta } from './meta.js';
import { SecretBox } from './secret-box.js';
import { Secrets } from './secrets.js';
import { SystemRecords } from './system-records.js';
import { UndoLog } from './undo-log.js';

type Handlers = { readonly [K in JobKind]: (payload: JobTypes[K]['payload'], scope: JobScope) => JobTypes[K]['result'] };

/** The writer without its thread: opens the database, and runs jobs in groups. */
export class Writer {
  private readonly queue: WaitingJob[] = [];

  private constructor(
    private readonly source: DataSource,
    private readonly lane: GroupCommit,
    private readonly handlers: Handlers,
  ) {}

  /**
   * @param apply what applies the commands of intent jobs
   * @param publish called after each commit that changed intent, in the order of the change sequence
   */
  static async open(directory: DataDirectory, apply: ApplyCommand, publish: (commits: readonly CommittedIntent[]) => void): Promise<Writer> {
    directory.prepare();
    const source = await openForWriting(directory.database);
    const handle = handleOf(source);
    const undo = new UndoLog();
    const parts: IntentParts = {
      tables: new IntentTables(handle, undo),
      claims: new Claims(handle, undo),
      secrets: new Secrets(handle, new SecretBox(directory.readSecretKeys())),
      log: new ChangeLog(handle, undo),
    };
    const meta = new Meta(handle);
    const records = new SystemRecords(handle);
    const audit = ({ context, status }: AuditJob): number => parts.log.append(context, status, parts.log.now(), []);
    meta.provide('installation', randomUUID());
    const handlers: Handlers = {
      intent: (job, scope) => runIntent(parts, apply, job, scope),
      audit: (job) => ({ sequence: audit(job) }),
      records: (job) => {
        if (job.audit) audit(job.audit);
        return records.apply(job.changes);
      },
      'meta.set': (facts) => meta.set(facts),
    };
    return new Writer(source, new GroupCommit(handle, undo, publish), handlers);
  }

  /** Puts a job in the queue; it runs with the next group. */
  enqueue<K extends JobKind>(kind: K, payload: JobTypes[K]['payload'], answer: Pick<WaitingJob, 'resolve' | 'reject'>): void {
    const handler: Handlers[K] | undefined = this.handlers[kind];
    if (!handler) answer.reject(new Error(`the writer knows no job ${kind}`));
    else this.queue.push({ run: (scope) => handler(payload, scope), ...answer });
  }

  /** Runs all that waits, in as many groups as it takes for none to hold up the answers of the others. */
  runNextGroup(): boolean {
    if (this.queue.length > 0) this.lane.runGroup(this.queue);
    return this.queue.length > 0;
  }

  async close(): Promise<void> {
    await this.source.destroy();
  }
}

function runIntent(parts: IntentParts, apply: ApplyCommand, { command, status = 200 }: IntentJob, scope: JobScope): JobTypes['intent']['result'] {
  const before = parts.log.sequence;
  const transaction = new StoreTransaction(parts);
  const objects = apply(transaction, command).map((object) => transaction.textOf(object));
  if (command.dryRun) {
    scope.discard();
    return { sequence: before, objects };
  }
  const commit = transaction.finish(command.context, status);
  if (commit.changes.length > 0 || commit.claims.length > 0 || commit.secrets.length > 0) scope.publish(commit);
  return { sequence: commit.sequence, objects };
}
