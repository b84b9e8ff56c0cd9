import type { MessagePort } from 'node:worker_threads';

/** Functions that another thread may call: plain data in, plain data out. */
// biome-ignore lint/suspicious/noExplicitAny: whatever each function takes
export type Callable = Record<string, (...parameters: any[]) => unknown>;

/** The same functions as the calling thread sees them. */
export type Remote<T> = { readonly [K in keyof T]: T[K] extends (...parameters: infer P) => infer R ? (...parameters: P) => Promise<Awaited<R>> : never };

interface Call {
  readonly id: number;
  readonly name: string;
  readonly parameters: readonly unknown[];
}

type Answer = { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: string };

/** Answers calls that come over a port. An error reaches the caller by its message. */
export function serveCalls<T extends object>(port: MessagePort, functions: T): void {
  port.on('message', (call: Call) => void answer(port, functions as Callable, call));
}

async function answer(port: MessagePort, functions: Callable, { id, name, parameters }: Call): Promise<void> {
  try {
    port.postMessage({ id, result: await functions[name]?.(...parameters) } satisfies Answer);
  } catch (error) {
    port.postMessage({ id, error: error instanceof Error ? error.message : String(error) } satisfies Answer);
  }
}

/**
 * Calls functions that another thread serves on the other end of a port. Calls that wait when the port closes are rejected.
 * @param names of the functions: what is asked for any other name, as `await` does for `then` and Nest for its hooks, is nothing
 */
export function callsOver<T extends object>(port: MessagePort, names: readonly (keyof T & string)[]): Remote<T> {
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  let nextId = 1;
  let closed = false;
  port.on('message', (message: Answer) => {
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if ('error' in message) call?.reject(new Error(message.error));
    else call?.resolve(message.result);
  });
  port.on('close', () => {
    closed = true;
    for (const call of waiting.values()) call.reject(new Error('the other thread has ended'));
    waiting.clear();
  });
  const call = (name: string, parameters: unknown[]): Promise<unknown> => {
    if (closed) return Promise.reject(new Error('the other thread has ended'));
    return new Promise((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, { resolve, reject });
      port.postMessage({ id, name, parameters } satisfies Call);
    });
  };
  return Object.fromEntries(names.map((name) => [name, (...parameters: unknown[]) => call(name, parameters)])) as Remote<T>;
}
