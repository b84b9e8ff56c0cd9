import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { callsOver, type Remote } from '../shared/port-calls.js';
import { workerUrl } from '../shared/worker-url.js';
import type { FabricCalls } from './fabric-calls.js';
import type { RealizationReady, RealizationWorkerOptions } from './realization.worker.js';

/** The thread of realization as the thread that starts it sees it. */
export class RealizationThread {
  private constructor(
    private readonly ended: Promise<number>,
    private readonly failed: Promise<Error>,
    /** Questions to the thread, and orders. */
    readonly calls: Remote<FabricCalls>,
    readonly ready: RealizationReady,
  ) {}

  /**
   * Starts the thread; resolves once it has its port. Questions are answered, and agents let in, when everything is computed.
   * @param ports of the writer's, both for the thread alone: one to submit jobs, one that feeds commits
   * @throws when the agent port cannot be had
   */
  static async start(
    options: Omit<RealizationWorkerOptions, 'writer' | 'feed' | 'calls'>,
    ports: { readonly writer: MessagePort; readonly feed: MessagePort },
  ): Promise<RealizationThread> {
    const { port1, port2 } = new MessageChannel();
    const worker = new Worker(workerUrl(import.meta.url, './realization.worker.js'), {
      workerData: { ...options, ...ports, calls: port2 } satisfies RealizationWorkerOptions,
      transferList: [ports.writer, ports.feed, port2],
      name: 'realization',
    });
    const ended = new Promise<number>((resolve) => worker.once('exit', resolve));
    const failed = new Promise<Error>((resolve) => worker.once('error', resolve));
    const ready = await new Promise<RealizationReady>((resolve, reject) => {
      worker.once('message', resolve);
      void failed.then(reject);
    });
    return new RealizationThread(ended, failed, callsOver<FabricCalls>(port1, ready.calls), ready);
  }

  /** Called when the thread fails for good; the process should then end, because nodes would be told nothing any more. */
  onFailure(listener: (error: Error) => void): void {
    void this.failed.then(listener);
  }

  /** Ends the streams and the thread; what was observed is handed to the writer before. */
  async stop(): Promise<void> {
    await this.calls.stop();
    await this.ended;
  }
}
