import type { Secret, SecretRequest } from '../agents/session.pb.js';
import type { SecretReference } from '../realization/resources.pb.js';

/** Tells a version of a secret from all others; says nothing of it. */
export function secretName({ path, field, version }: SecretReference): string {
  return `${path} ${field} ${version}`;
}

/** How long the manager may take to answer, in milliseconds. */
const PATIENCE = 10_000;

interface Waiting {
  readonly resolve: (value: string) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * Secrets that resources of the node refer to, asked of the manager whenever the engine needs one. Nothing is kept here: what the
 * engine does not need any longer is nowhere in the agent.
 */
export class SecretRequests {
  private readonly waiting = new Map<number, Waiting>();
  private next = 1;

  /** @param send answers whether the manager can be asked now */
  constructor(private readonly send: (request: SecretRequest) => boolean) {}

  /** @throws Error when the manager is not connected, does not answer in time, or says that there is no such secret for the node */
  ask(reference: SecretReference): Promise<string> {
    const id = this.next++;
    const name = `${reference.field} of ${reference.path}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.settle(id)?.reject(new Error(`the manager did not answer for ${name}`)), PATIENCE);
      this.waiting.set(id, { resolve, reject: (error) => reject(new Error(`${name} is not to be had: ${error.message}`)), timer });
      if (!this.send({ id, reference })) this.settle(id)?.reject(new Error('the manager is not connected'));
    });
  }

  answered({ id, value, error }: Secret): void {
    const one = this.settle(id);
    if (error) one?.reject(new Error(error));
    else one?.resolve(value);
  }

  /** The stream is gone, and with it what was asked on it. */
  lost(): void {
    for (const id of [...this.waiting.keys()]) this.settle(id)?.reject(new Error('the manager is gone'));
  }

  private settle(id: number): Waiting | undefined {
    const one = this.waiting.get(id);
    if (one) clearTimeout(one.timer);
    this.waiting.delete(id);
    return one;
  }
}
