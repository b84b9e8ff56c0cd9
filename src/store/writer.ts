import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { Checkpoints } from './checkpoints.js';
import type { DataDirectory } from './data-directory.js';
import { GroupCommit, type WaitingJob } from './group-commit.js';
import type { CommittedIntent } from './intent-transaction.js';
import { type JobHandlers, jobHandlers } from './job-handlers.js';
import type { ApplyCommand, JobKind, JobTypes } from './jobs.js';
import { ManagerLock } from './manager-lock.js';
import { Meta } from './meta.js';
import { UndoLog } from './undo-log.js';
import { handleOf, openForWriting } from './writable-database.js';

/** The writer without its thread: has the data directory to itself, and runs jobs in groups. */
export class Writer {
  private readonly queue: WaitingJob[] = [];

  private constructor(
    private readonly lock: ManagerLock,
    private readonly source: DataSource,
    private readonly lane: GroupCommit,
    private readonly handlers: JobHandlers,
    private readonly checkpoints: Checkpoints,
  ) {}

  /**
   * @param apply what applies the commands of intent jobs
   * @param committed called after each commit, before it is answered, with what it changed of intent in the order of the change sequence
   * @throws when another manager has the directory, or the database cannot be opened or migrated
   */
  static async open(directory: DataDirectory, apply: ApplyCommand, committed: (commits: readonly CommittedIntent[]) => void): Promise<Writer> {
    directory.prepare();
    const lock = ManagerLock.acquire(directory);
    try {
      const source = await openForWriting(directory.database);
      const handle = handleOf(source);
      new Meta(handle).provide('installation', randomUUID());
      const undo = new UndoLog();
      const { handlers, checkpoints } = jobHandlers(handle, undo, directory, apply);
      return new Writer(lock, source, new GroupCommit(handle, undo, committed), handlers, checkpoints);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /** Puts a job in the queue; it runs with the next group. */
  enqueue<K extends JobKind>(kind: K, payload: JobTypes[K]['payload'], answer: Pick<WaitingJob, 'resolve' | 'reject'>): void {
    const handler: JobHandlers[K] | undefined = this.handlers[kind];
    if (!handler) answer.reject(new Error(`the writer knows no job ${kind}`));
    else this.queue.push({ run: (scope) => handler(payload, scope), ...answer });
  }

  /** Runs what waits, as far as one group takes it, and answers it; tells whether more waits. */
  runNextGroup(): boolean {
    if (this.checkpoints.isDue) this.enqueue('checkpoint', null, UNASKED);
    if (this.queue.length > 0) this.lane.runGroup(this.queue);
    return this.queue.length > 0;
  }

  /** Runs all that waits, signs the history and gives the directory up. */
  async close(): Promise<void> {
    this.enqueue('checkpoint', null, UNASKED);
    while (this.runNextGroup());
    await this.source.destroy();
    this.lock.release();
  }
}

/** A job of the writer's own: nobody waits for it, and if it fails the next group tries again. */
const UNASKED: Pick<WaitingJob, 'resolve' | 'reject'> = { resolve: () => undefined, reject: () => undefined };
