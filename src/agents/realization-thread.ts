import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { callsOver, type Remote } from '../shared/port-calls.js';
import { workerUrl } from '../shared/worker-url.js';
import type { FabricCalls } from './fabric-calls.js';
import type { RealizationReady, RealizationWorkerOptions } from './realization.worker.js';

/** The thread of realization as the thread that starts it sees it. */
export class RealizationThread {
  private constructor(
    private readonly worker: Worker,
    private readonly ended: Promise<number>,
    /** Questions to the thread, and orders. */
    readonly calls: Remote<FabricCalls>,
    readonly ready: RealizationReady,
  ) {}

  /**
   * Starts the thread; resolves once everything is computed and agents can connect.
   * @param ports of the writer's, both for the thread alone: one to submit jobs, one that feeds commits
   * @throws when the agent port cannot be had, or the state cannot be computed
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
    const ready = await new Promise<RealizationReady>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', (message: RealizationReady) => {
        worker.off('error', reject);
        resolve(message);
      });
    });
    return new RealizationThread(worker, ended, callsOver<FabricCalls>(port1), ready);
  }

  /** Called when the thread fails for good; the process should then end, because nodes would be told nothing any more. */
  onFailure(listener: (error: Error) => void): void {
    this.worker.once('error', listener);
  }

  /** Ends the streams and the thread; what was observed is handed to the writer before. */
  async stop(): Promise<void> {
    await this.calls.stop();
    await this.ended;
  }
}
