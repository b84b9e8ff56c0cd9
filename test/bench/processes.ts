import { type ChildProcess, fork } from 'node:child_process';

/**
 * Everything that is measured, and everything that measures it, runs in a process of its own. They talk in questions and answers; a
 * process may also tell things unasked.
 */

interface Question {
  readonly id: number;
  readonly ask: string;
  readonly argument: unknown;
}

type Message = { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: string } | { readonly told: unknown };

// biome-ignore lint/suspicious/noExplicitAny: each handler knows what it is asked with
export type Handlers = Readonly<Record<string, (argument: any) => unknown>>;

/** What a process answers its parent; it ends when the parent is gone. */
export function answerParent(handlers: Handlers): void {
  process.on('message', ({ id, ask, argument }: Question) => {
    const answer = async () => handlers[ask]?.(argument);
    answer().then(
      (result) => process.send?.({ id, result } satisfies Message),
      (error: unknown) => process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) } satisfies Message),
    );
  });
  process.once('disconnect', () => process.exit(0));
  // Ctrl-C in a terminal reaches the whole group of processes: the parent decides when its children end.
  process.on('SIGINT', () => undefined);
}

/** Tells the parent something that it did not ask for. */
export function tellParent(told: unknown): void {
  process.send?.({ told } satisfies Message);
}

interface Waiting {
  resolve(result: never): void;
  reject(error: Error): void;
}

/** A child process that answers questions. */
export class Child<Asked extends Handlers> {
  private readonly process: ChildProcess;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  private ended = false;

  /** @param module compiled module that calls `answerParent` */
  constructor(module: URL, options: { readonly execArgv?: readonly string[]; readonly told?: (told: never) => void } = {}) {
    this.process = fork(module, { execArgv: [...(options.execArgv ?? [])], serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.process.on('message', (message: Message) => {
      if ('told' in message) options.told?.(message.told as never);
      else this.settle(message);
    });
    this.process.once('exit', (code, signal) => {
      this.ended = true;
      for (const { reject } of this.waiting.values()) reject(new Error(`${module.pathname} ended with ${signal ?? code}`));
      this.waiting.clear();
    });
  }

  ask<Name extends keyof Asked & string>(name: Name, argument?: Parameters<Asked[Name]>[0]): Promise<Awaited<ReturnType<Asked[Name]>>> {
    return new Promise((resolve, reject) => {
      const id = this.nextId++;
      this.waiting.set(id, { resolve: resolve as Waiting['resolve'], reject });
      this.process.send({ id, ask: name, argument } satisfies Question);
    });
  }

  /** Ends the process by closing the channel to it. */
  async end(): Promise<void> {
    if (this.ended) return;
    const exited = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.disconnect();
    await exited;
  }

  private settle(message: Exclude<Message, { told: unknown }>): void {
    const question = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if ('error' in message) question?.reject(new Error(message.error));
    else question?.resolve(message.result as never);
  }
}

/** Milliseconds on a clock that all processes of the machine share. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
