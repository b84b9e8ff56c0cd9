import { workerUrl } from '../../src/shared/worker-url.js';
import { UnitOfWork, WriterThread } from '../../src/store/unit-of-work.js';
import { CONTEXT, policyObject, type StepsCommand } from './apply-steps.js';

/**
 * A process that writes until it is killed, as 16 clients at once: `node endless-writer.js DIRECTORY NAME`. It says on its standard
 * output what it asked for before it asks, and what was acknowledged, a line each: `ask ID`, `ack ID`, `refused ID`.
 * Each write makes an object and takes a number; every eighth is refused after it did so.
 */
const [, , directory = '', name = ''] = process.argv;
const thread = await WriterThread.start(directory, workerUrl(import.meta.url, './apply-steps.js'));
const work = new UnitOfWork(thread.connect());

async function client(number: number): Promise<never> {
  for (let round = 0; ; round += 1) {
    const id = `${name}-${number}-${round}`;
    const refuse = round % 8 === 7 ? [{ refuse: 'no' }] : [];
    const command: StepsCommand = {
      context: CONTEXT,
      steps: [{ put: policyObject(`/infra/segments/${id}`) }, { take: 'numbers', owner: `/infra/segments/${id}`, low: 0n, high: 1_000_000n }, ...refuse],
    };
    say(`ask ${id}`);
    const outcome = await work.submit('intent', { command }).catch(() => undefined);
    say(outcome ? `ack ${id}` : `refused ${id}`);
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

await Promise.all(Array.from({ length: 16 }, (_, number) => client(number)));
