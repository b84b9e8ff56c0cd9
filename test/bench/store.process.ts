import { workerUrl } from '../../src/shared/worker-url.js';
import { UnitOfWork, WriterThread } from '../../src/store/unit-of-work.js';
import { CONTEXT, policyObject, type StepsCommand } from '../store/apply-steps.js';
import { answerParent } from './processes.js';

/** The store alone: single objects through the writer thread, without API, validation or types. */

export interface StoreLoad {
  readonly directory: string;
  readonly clients: number;
  readonly milliseconds: number;
  /** `true`: each client changes twenty objects over and over; otherwise every write creates one. */
  readonly update: boolean;
}

export type StoreHandlers = {
  /** @returns writes a second */
  readonly run: (load: StoreLoad) => Promise<number>;
};

const DESCRIPTION = 'x'.repeat(850);
const OBJECTS_A_CLIENT = 20;
let turn = 0;

answerParent({
  run: async ({ directory, clients, milliseconds, update }) => {
    const thread = await WriterThread.start(directory, workerUrl(import.meta.url, '../store/apply-steps.js'));
    const work = new UnitOfWork(thread.connect());
    turn += 1;
    let done = 0;
    const started = performance.now();
    const client = async (number: number): Promise<void> => {
      for (let round = 0; performance.now() - started < milliseconds; round += 1) {
        const path = `/infra/segments/bench-${turn}-${number}-${update ? round % OBJECTS_A_CLIENT : round}`;
        const command: StepsCommand = {
          context: { ...CONTEXT, requestId: `request-${number}-${round}` },
          steps: [
            {
              put: policyObject(path, { description: DESCRIPTION, _revision: round, tags: [{ scope: 'owner', tag: 'bench' }] }),
              references: [{ source: path, field: 'transport_zone_path', target: '/infra/sites/default', hard: true }],
            },
          ],
        };
        await work.submit('intent', { command });
        done += 1;
      }
    };
    await Promise.all(Array.from({ length: clients }, (_, number) => client(number)));
    const rate = (done * 1000) / (performance.now() - started);
    await thread.stop();
    return rate;
  },
} satisfies StoreHandlers);
