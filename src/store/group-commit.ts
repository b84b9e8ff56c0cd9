import type { Handle, Statement } from './database.js';
import type { CommittedIntent } from './intent-transaction.js';
import type { UndoLog } from './undo-log.js';

/** What a job's body may ask of the lane that runs it. */
export interface JobScope {
  /** Hands what was committed to the feed, once it is. */
  publish(commit: CommittedIntent): void;
  /** Undoes everything the job did, though it succeeds. */
  discard(): void;
}

/** A job that waits: its body is synchronous, so nothing else can come between its statements. */
export interface WaitingJob {
  run(scope: JobScope): unknown;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/** A group is closed when it has run for this long, so that those who wait first are not held up by all that follow. */
const GROUP_MILLISECONDS = 15;

/**
 * The one lane in which everything is written. Whatever waits is run in one transaction, each job in a savepoint of its own, and
 * answered once that is durable: one sync of the disk serves them all, and a job that fails undoes only itself.
 */
export class GroupCommit {
  private readonly begin: Statement;
  private readonly commit: Statement;
  private readonly abort: Statement;
  private readonly save: Statement;
  private readonly release: Statement;
  private readonly undoSave: Statement;

  constructor(
    private readonly handle: Handle,
    private readonly undo: UndoLog,
    private readonly committed: (commits: readonly CommittedIntent[]) => void,
  ) {
    this.begin = handle.prepare('BEGIN IMMEDIATE');
    this.commit = handle.prepare('COMMIT');
    this.abort = handle.prepare('ROLLBACK');
    this.save = handle.prepare('SAVEPOINT job');
    this.release = handle.prepare('RELEASE job');
    this.undoSave = handle.prepare('ROLLBACK TO job');
  }

  /** Runs jobs from the front of the queue until it is empty or the group is full; commits, then answers. */
  runGroup(queue: WaitingJob[]): void {
    const group: WaitingJob[] = [];
    const outcomes: (() => void)[] = [];
    const commits: CommittedIntent[] = [];
    try {
      this.begin.run();
      const closes = performance.now() + GROUP_MILLISECONDS;
      while (queue.length > 0 && (group.length === 0 || performance.now() < closes)) {
        const job = queue.shift() as WaitingJob;
        group.push(job);
        outcomes.push(this.runJob(job, commits));
      }
      this.commit.run();
      this.undo.clear();
    } catch (error) {
      // The transaction itself failed (no space, a broken disk): nothing of the group is kept, and each member is told.
      if (this.handle.inTransaction) this.abort.run();
      this.undo.rollback(0);
      if (group.length === 0) group.push(...queue.splice(0));
      for (const job of group) job.reject(error);
      return;
    }
    this.committed(commits);
    for (const answer of outcomes) answer();
  }

  private runJob(job: WaitingJob, commits: CommittedIntent[]): () => void {
    const mark = this.undo.mark();
    const published: CommittedIntent[] = [];
    let discarded = false;
    this.save.run();
    try {
      const result = job.run({
        publish: (commit) => published.push(commit),
        discard: () => {
          discarded = true;
        },
      });
      if (discarded) this.takeBack(mark);
      else commits.push(...published);
      this.release.run();
      return () => job.resolve(result);
    } catch (error) {
      // SQLite gives up the whole transaction on some errors; then there is no savepoint left, and the group fails as one.
      if (!this.handle.inTransaction) throw error;
      this.takeBack(mark);
      this.release.run();
      return () => job.reject(error);
    }
  }

  private takeBack(mark: number): void {
    this.undoSave.run();
    this.undo.rollback(mark);
  }
}
