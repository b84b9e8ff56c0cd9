import { CODES } from './error-codes.js';
import type { WriteView } from './hooks.js';
import { PolicyError } from './problem.js';
import type { NumberSpace } from './spaces.js';

/**
 * The number that an owner has in a space, taken now where it has none yet. Numbers are handed out in turn, so that one that was
 * given back is not in use again before every node has dropped it; the lowest free one would be, at once.
 * @param from where to begin within the space
 * @throws PolicyError when no number is left
 */
export function allocate(view: WriteView, { space, low, high }: NumberSpace, owner: string, from = low): bigint {
  const [held] = view.claims(owner, space);
  if (held) return held.low;
  // One counter for all spaces of a kind: a counter for every segment there ever was would only grow.
  const turn = BigInt(view.next(kindOf(space)) - 1) % (high - from + 1n);
  const number = view.take(space, owner, from + turn, high) ?? view.take(space, owner, from, high);
  if (number === undefined) throw exhausted(space, owner);
  return number;
}

/** The lowest free number, or the one that the owner has: for spaces so small that every number counts. */
export function allocateLowest(view: WriteView, { space, low, high }: NumberSpace, owner: string): bigint {
  const number = view.take(space, owner, low, high);
  if (number === undefined) throw exhausted(space, owner);
  return number;
}

/** Gives back what an owner holds in the spaces of a kind, except in the one that it stays in. */
export function leaveSpaces(view: WriteView, owner: string, kind: string, stays?: string): void {
  for (const { space } of view.claims(owner)) if (kindOf(space) === kind && space !== stays) view.release(owner, space);
}

/** `port-key:/infra/segments/web` is a space of the kind `port-key`. */
function kindOf(space: string): string {
  return space.split(':', 1)[0] as string;
}

function exhausted(space: string, owner: string): PolicyError {
  return new PolicyError({
    status: 400,
    code: CODES.exhausted,
    path: owner,
    message: `No number is left in ${space} for ${owner}: delete what is not needed any more.`,
  });
}
