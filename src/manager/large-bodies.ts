import { type MessagePort, Worker } from 'node:worker_threads';
import type { LargeBodies, LargeWrite, LargeWriteOutcome } from '../policy/policy-service.js';
import { workerUrl } from '../shared/worker-url.js';
import { type ErrorMessage, unpackError } from '../store/wire.js';

export interface LargeWriteRequest {
  readonly id: number;
  readonly write: LargeWrite;
}

export type LargeWriteAnswer = { readonly id: number } & ({ readonly outcome: LargeWriteOutcome } | { readonly error: ErrorMessage });

interface Waiting {
  resolve(outcome: LargeWriteOutcome): void;
  reject(error: Error): void;
}

/** Large bodies on a thread of their own, one after the other. */
export class LargeBodyThread implements LargeBodies {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;

  /** @param writer a port of the writer's; it goes to the thread */
  constructor(writer: MessagePort) {
    this.worker = new Worker(workerUrl(import.meta.url, './large-bodies.worker.js'), { workerData: { writer }, transferList: [writer], name: 'large-bodies' });
    this.worker.on('message', (answer: LargeWriteAnswer) => {
      const job = this.waiting.get(answer.id);
      this.waiting.delete(answer.id);
      if ('error' in answer) job?.reject(unpackError(answer.error));
      else job?.resolve(answer.outcome);
    });
    this.worker.on('error', (error) => this.fail(error));
  }

  write(write: LargeWrite): Promise<LargeWriteOutcome> {
    return new Promise((resolve, reject) => {
      const id = this.nextId++;
      this.waiting.set(id, { resolve, reject });
      // A copy of its own, so that it can be given away: the buffer that came may share its memory with others.
      const bytes = new Uint8Array(write.bytes);
      this.worker.postMessage({ id, write: { ...write, bytes } } satisfies LargeWriteRequest, [bytes.buffer]);
    });
  }

  /** Called when the thread fails for good. */
  onFailure(listener: (error: Error) => void): void {
    this.worker.once('error', listener);
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
    this.fail(new Error('the manager stops'));
  }

  private fail(error: Error): void {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}
