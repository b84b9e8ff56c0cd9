import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { DataDirectory } from './data-directory.js';
import type { CommittedIntent } from './intent-transaction.js';
import type { ApplyCommand } from './jobs.js';
import { type AnswerMessage, type JobMessage, packError } from './wire.js';
import { Writer } from './writer.js';

/** The writer's thread: takes jobs from any number of ports, gives each its answers, and feeds commits to those who listen. */

export interface WriterOptions {
  readonly directory: string;
  /** URL of the module whose export `applyCommand` applies the commands of intent jobs. */
  readonly intent: string;
  /** In shared memory; its one number grows with each commit. */
  readonly commits: Int32Array;
}

export type ControlMessage = { readonly connect: MessagePort } | { readonly feed: MessagePort } | 'close';

const { directory, intent, commits } = workerData as WriterOptions;
const control = parentPort as MessagePort;
const { applyCommand } = (await import(intent)) as { applyCommand: ApplyCommand };

const listeners = new Set<MessagePort>();
const writer = await Writer.open(new DataDirectory(directory), applyCommand, committed);
let scheduled = false;
/** Clients, each with its answers of the group that is running. */
const answers = new Map<MessagePort, AnswerMessage[]>();

function committed(changes: readonly CommittedIntent[]): void {
  Atomics.add(commits, 0, 1);
  if (changes.length > 0) for (const listener of listeners) listener.postMessage(changes);
}

function accept(port: MessagePort): void {
  answers.set(port, []);
  port.on('message', (jobs: readonly JobMessage[]) => {
    enqueue(port, jobs);
    schedule();
  });
  port.on('close', () => answers.delete(port));
}

function enqueue(port: MessagePort, jobs: readonly JobMessage[]): void {
  for (const { id, kind, payload } of jobs) {
    writer.enqueue(kind, payload as never, {
      resolve: (result) => answers.get(port)?.push({ id, result }),
      reject: (error) => answers.get(port)?.push({ id, error: packError(error) }),
    });
  }
}

/** Lets every message that has arrived join the next group. */
function schedule(): void {
  if (scheduled) return;
  scheduled = true;
  setImmediate(runGroup);
}

function runGroup(): void {
  scheduled = false;
  const more = writer.runNextGroup();
  sendAnswers();
  if (more) schedule();
}

function sendAnswers(): void {
  for (const [port, messages] of answers) {
    if (messages.length === 0) continue;
    port.postMessage(messages);
    answers.set(port, []);
  }
}

control.on('message', (message: ControlMessage) => {
  if (message === 'close') {
    void close();
  } else if ('connect' in message) {
    accept(message.connect);
  } else {
    listeners.add(message.feed);
    message.feed.on('close', () => listeners.delete(message.feed));
  }
});

/** Writes what was sent before; the thread then ends by itself, because nothing is left to wait for. */
async function close(): Promise<void> {
  for (const port of answers.keys()) {
    for (let sent = receiveMessageOnPort(port); sent; sent = receiveMessageOnPort(port)) enqueue(port, sent.message);
  }
  await writer.close();
  sendAnswers();
  for (const port of [...answers.keys(), ...listeners, control]) port.close();
}

control.postMessage('ready');
