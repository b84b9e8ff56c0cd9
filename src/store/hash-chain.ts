import { createHash, hash } from 'node:crypto';
import type { ChangeRow, ChangeSetRow } from './tables/history.tables.js';

/**
 * The hash chain over the change log: each set's chain value covers the one before, who did what, and every changed object.
 * Editing, removing or adding a row anywhere breaks every value that follows. Pure functions; `change-log.ts` and `verify.ts` use them.
 */

/** The chain value before the first set. */
export const GENESIS = '0'.repeat(64);

export type ChangeSetHeader = Omit<ChangeSetRow, 'digest' | 'chain'>;

/** A change's part of the digest. The length of the body closes it, so that no other rows can make the same text. */
export function canonicalChange({ position, path, type, operation, revision, previous, after }: ChangeRow): string {
  return `${JSON.stringify([position, path, type, operation, revision, previous, after === null ? null : after.length])}\n${after ?? ''}\n`;
}

export function digestOf(changes: Iterable<ChangeRow>): string {
  // Most sets have one change, and hashing it in one call takes half the time.
  if (Array.isArray(changes) && changes.length === 1) return hash('sha256', canonicalChange(changes[0]));
  const sum = createHash('sha256');
  for (const change of changes) sum.update(canonicalChange(change));
  return sum.digest('hex');
}

export function chainOf(previous: string, header: ChangeSetHeader, digest: string): string {
  const { sequence, at, user, source, requestId, method, uri, status, changes } = header;
  return hash('sha256', `${previous}${JSON.stringify([sequence, at, user, source, requestId, method, uri, status, changes])}${digest}`);
}

/** Most changes one set can hold: a body of this many objects is far beyond what fits a request. */
export const CHANGES_PER_SET = 2 ** 20;

export function positionOf(sequence: number, ordinal: number): number {
  return sequence * CHANGES_PER_SET + ordinal;
}

export function sequenceOf(position: number): number {
  return Math.floor(position / CHANGES_PER_SET);
}
