import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { WriteCommand } from '../policy/command.js';
import type { Commit, IntentWriter, WriteResult } from '../policy/ports.js';
import { workerUrl } from '../shared/worker-url.js';
import type { CommittedIntent } from './intent-transaction.js';
import type { JobKind, JobTypes } from './jobs.js';
import { type AnswerMessage, type JobMessage, StoreError, unpackCommit, unpackError } from './wire.js';
import type { ControlMessage, WriterOptions } from './writer.worker.js';

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/**
 * A client of the writer: submits jobs from any thread. Jobs of one client run in the order of submission, and an answer means
 * that the job is durable.
 */
export class UnitOfWork implements IntentWriter {
  private readonly waiting = new Map<number, Waiting>();
  private unsent: JobMessage[] = [];
  private nextId = 1;
  private closed: Error | undefined;

  /** @param port from `WriterThread.connect`, handed to this thread */
  constructor(private readonly port: MessagePort) {
    port.on('message', (answers: readonly AnswerMessage[]) => {
      for (const answer of answers) this.settle(answer);
    });
    port.on('close', () => this.fail(new StoreError('the store was closed')));
  }

  /**
   * Submits a job; the promise settles when it is durable or was refused.
   * @throws PolicyError what the client did wrong
   * @throws StoreError the store cannot do it: the disk is full, the writer is gone
   */
  submit<K extends JobKind>(kind: K, payload: JobTypes[K]['payload']): Promise<JobTypes[K]['result']> {
    if (this.closed) return Promise.reject(this.closed);
    return new Promise<unknown>((resolve, reject) => {
      const id = this.nextId++;
      this.waiting.set(id, { resolve, reject });
      this.unsent.push({ id, kind, payload });
      // Jobs of one turn of the event loop travel in one message.
      if (this.unsent.length === 1) setImmediate(() => this.send());
    }) as Promise<JobTypes[K]['result']>;
  }

  write(command: WriteCommand): Promise<WriteResult> {
    return this.submit('intent', { command });
  }

  close(): void {
    this.port.close();
  }

  private send(): void {
    const jobs = this.unsent;
    this.unsent = [];
    try {
      this.port.postMessage(jobs);
    } catch (error) {
      for (const { id } of jobs) this.settleWith(id, (job) => job.reject(new StoreError('a job must be plain data', { cause: error })));
    }
  }

  private settle(answer: AnswerMessage): void {
    this.settleWith(answer.id, (job) => ('error' in answer ? job.reject(unpackError(answer.error)) : job.resolve(answer.result)));
  }

  private settleWith(id: number, settle: (job: Waiting) => void): void {
    const job = this.waiting.get(id);
    this.waiting.delete(id);
    if (job) settle(job);
  }

  private fail(error: Error): void {
    this.closed ??= error;
    for (const id of [...this.waiting.keys()]) this.settleWith(id, (job) => job.reject(error));
  }
}

/** The thread that writes. One for each data directory; it refuses to start beside another manager. */
export class WriterThread {
  private constructor(
    private readonly worker: Worker,
    private readonly ended: Promise<number>,
    /** In shared memory: its one number grows with each commit, before anyone hears of it. Who reads can tell what is still true by it. */
    readonly commits: Int32Array,
  ) {}

  /**
   * Starts the thread, which brings the schema up to date.
   * @param intent URL of the module whose `applyCommand` applies the commands of intent jobs; the policy layer's where left out
   * @throws when the database cannot be opened or migrated
   */
  static async start(directory: string, intent: URL = workerUrl(import.meta.url, './intent-pipeline.js')): Promise<WriterThread> {
    const commits = new Int32Array(new SharedArrayBuffer(4));
    const workerData: WriterOptions = { directory, intent: intent.href, commits };
    const worker = new Worker(workerUrl(import.meta.url, './writer.worker.js'), { workerData, name: 'writer' });
    const ended = new Promise<number>((resolve) => worker.once('exit', resolve));
    await new Promise<void>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', () => {
        worker.off('error', reject);
        resolve();
      });
    });
    return new WriterThread(worker, ended, commits);
  }

  /** A port for `new UnitOfWork(port)`, here or, transferred, in another thread. */
  connect(): MessagePort {
    return this.channel((connect) => ({ connect }));
  }

  /** A port for `onCommit`, here or, transferred, in another thread. It gets every commit from now on, in order. */
  feed(): MessagePort {
    return this.channel((feed) => ({ feed }));
  }

  /** Called when the thread fails for good; the process should then end, because nothing can be written any more. */
  onFailure(listener: (error: Error) => void): void {
    this.worker.once('error', listener);
  }

  /** Writes what was submitted, answers it and ends the thread. */
  async stop(): Promise<void> {
    this.worker.postMessage('close' satisfies ControlMessage);
    await this.ended;
  }

  private channel(message: (port: MessagePort) => ControlMessage): MessagePort {
    const { port1, port2 } = new MessageChannel();
    this.worker.postMessage(message(port2), [port2]);
    return port1;
  }
}

/**
 * Listens to the commit feed. A listener that also reads the database subscribes first, reads then, and skips commits up to the
 * sequence that it read.
 */
export function onCommit(feed: MessagePort, listener: (commit: Commit) => void): void {
  feed.on('message', (commits: readonly CommittedIntent[]) => {
    for (const commit of commits) listener(unpackCommit(commit));
  });
}
