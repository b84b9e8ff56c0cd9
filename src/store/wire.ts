import { PolicyError, type Problem } from '../model/problem.js';
import type { ChangeOperation, Commit } from '../policy/ports.js';
import type { CommittedIntent } from './intent-transaction.js';
import type { JobKind } from './jobs.js';

/** What travels between the writer and the other threads: plain data, several in one message where several are ready. */

export interface JobMessage {
  readonly id: number;
  readonly kind: JobKind;
  readonly payload: unknown;
}

export type AnswerMessage = { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: ErrorMessage };

export type ErrorMessage = { readonly problems: readonly [Problem, ...Problem[]] } | { readonly message: string; readonly stack: string };

/** A job that failed in the writer for a reason that is no client's fault. */
export class StoreError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
  }
}

export function packError(error: unknown): ErrorMessage {
  if (error instanceof PolicyError) return { problems: error.problems };
  return error instanceof Error ? { message: error.message, stack: error.stack ?? '' } : { message: String(error), stack: '' };
}

export function unpackError(packed: ErrorMessage): Error {
  if ('problems' in packed) return new PolicyError(...packed.problems);
  const error = new StoreError(packed.message);
  error.stack = `${error.stack}\nin the writer: ${packed.stack}`;
  return error;
}

/** Objects travel as text, which is copied in one go, and are parsed by who listens: never in the writer's lane. */
export function unpackCommit({ sequence, at, changes, claims, secrets }: CommittedIntent): Commit {
  return {
    sequence,
    at,
    changes: changes.map(({ path, type, operation, after }) => ({
      path,
      type,
      operation: operation as ChangeOperation,
      after: after === null ? undefined : JSON.parse(after),
    })),
    claims,
    secrets,
  };
}
