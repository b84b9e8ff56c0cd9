import { BroadcastChannel, workerData } from 'node:worker_threads';
import type { RealizationWorkerOptions } from '../../src/agents/realization.worker.js';
import { RealizationGraph } from '../../src/realization/graph.js';
import { now } from './processes.js';

/**
 * Loaded into every thread of a manager that is measured (`--import`): in the thread of realization it notes when the calculation
 * has taken an ack. That is the moment at which a change is known to be in force, and no answer of the API can tell it to the
 * fraction of a millisecond.
 */

export interface Ack {
  readonly node: string;
  /** As `now` gives it. */
  readonly at: number;
}

export const ACKS = 'heddle:bench:acks';
/** Acks are handed on together, so that telling of them is not part of what is measured. */
const TOGETHER = 50;

if ((workerData as Partial<RealizationWorkerOptions> | null)?.pki !== undefined) {
  const channel = new BroadcastChannel(ACKS);
  channel.unref();
  let taken: Ack[] = [];
  const { acked } = RealizationGraph.prototype;
  RealizationGraph.prototype.acked = function (node, resources) {
    acked.call(this, node, resources);
    if (taken.length === 0) {
      setTimeout(() => {
        channel.postMessage(taken);
        taken = [];
      }, TOGETHER);
    }
    taken.push({ node, at: now() });
  };
}
