import { randomUUID } from 'node:crypto';
import type { AddressRange, Claim } from '../model/hooks.js';
import type { PolicyObject } from '../model/policy-object.js';
import type { ChangeOperation, Commit, IntentTransaction, Reference, RequestContext, SecretChange } from '../policy/ports.js';
import type { ChangeLog } from './change-log.js';
import type { ClaimChange, Claims } from './claims.js';
import { CHANGES_PER_SET, positionOf } from './hash-chain.js';
import type { IntentTables, StoredObject } from './intent-tables.js';
import type { Secrets } from './secrets.js';
import type { ChangeRow } from './tables/history.tables.js';

/** The parts of the writer that a transaction works on; they live as long as the writer. */
export interface IntentParts {
  readonly tables: IntentTables;
  readonly claims: Claims;
  readonly secrets: Secrets;
  readonly log: ChangeLog;
}

/** What a transaction did to one object, from its state before to its last. */
interface Touched {
  readonly before: StoredObject | undefined;
  readonly change: ChangeRow;
}

/** Everything a finished transaction has for the commit feed, texts unparsed. */
export interface CommittedIntent {
  readonly sequence: number;
  readonly at: number;
  readonly changes: readonly ChangeRow[];
  readonly claims: readonly ClaimChange[];
  readonly secrets: Commit['secrets'];
}

/** One intent transaction: writes rows at once, so that its own reads see them, and the change log when it finishes. */
export class StoreTransaction implements IntentTransaction {
  readonly now: number;
  private readonly sequence: number;
  private readonly touched = new Map<string, Touched>();
  /** What was read and written so far; undefined: it is known not to exist, so that a create asks once. */
  private readonly known = new Map<string, StoredObject | undefined>();
  private ordinal = 0;
  private readonly claimChanges: ClaimChange[] = [];
  private readonly secretChanges: Commit['secrets'][number][] = [];

  constructor(private readonly parts: IntentParts) {
    this.now = parts.log.now();
    this.sequence = parts.log.sequence + 1;
  }

  uuid(): string {
    return randomUUID();
  }

  get(path: string): PolicyObject | undefined {
    return this.stored(path)?.object;
  }

  children(parentPath: string, types?: readonly string[]): readonly PolicyObject[] {
    return this.parts.tables.children(parentPath, types);
  }

  descendants(path: string): readonly string[] {
    return this.parts.tables.descendants(path);
  }

  referencesTo(path: string): readonly Reference[] {
    return this.parts.tables.referencesTo(path);
  }

  referencesInto(path: string): readonly Reference[] {
    return this.parts.tables.referencesInto(path);
  }

  put(object: PolicyObject, references: readonly Reference[]): void {
    const { path } = object;
    const current = this.stored(path);
    const text = JSON.stringify(object);
    const { before, position } = this.record(path, current, object, text);
    const stored = { number: (current ?? before)?.number ?? position, version: position, object, text };
    this.parts.tables.put(stored, references, current);
    this.known.set(path, stored);
  }

  delete(path: string): void {
    const current = this.stored(path);
    if (!current) return;
    this.parts.tables.delete(path, current);
    this.known.set(path, undefined);
    this.parts.claims.release(path, undefined, this.claimChanges);
    for (const field of this.parts.secrets.fieldsOf(path)) this.setSecret({ path, field, value: undefined });
    this.record(path, current, current.object, null);
  }

  setSecret(change: SecretChange): void {
    const version = this.parts.secrets.set(change);
    this.secretChanges.push({ path: change.path, field: change.field, version });
  }

  secretFields(path: string): readonly string[] {
    return this.parts.secrets.fieldsOf(path);
  }

  take(space: string, owner: string, low: bigint, high: bigint, wish?: bigint): bigint | undefined {
    return this.parts.claims.take(space, owner, { low, high }, wish, this.claimChanges);
  }

  next(space: string): number {
    return this.parts.claims.next(space);
  }

  release(owner: string, space?: string): void {
    this.parts.claims.release(owner, space, this.claimChanges);
  }

  claim(space: string, owner: string, ranges: readonly AddressRange[]): void {
    this.parts.claims.claim(space, owner, ranges, this.claimChanges);
  }

  overlap(space: string, range: AddressRange, owner: string): Claim | undefined {
    return this.parts.claims.overlap(space, range, owner);
  }

  lowestFree(space: string, from: bigint): bigint {
    return this.parts.claims.lowestFree(space, from);
  }

  claims(owner: string, space?: string): readonly Claim[] {
    return this.parts.claims.ofOwnerIn(owner, space);
  }

  /** Closes the change set. The transaction is used no more afterwards. */
  finish(context: RequestContext, status: number): CommittedIntent {
    const changes = Array.from(this.touched.values(), ({ change }) => change);
    const sequence = this.parts.log.append(context, status, this.now, changes);
    return { sequence, at: this.now, changes, claims: this.claimChanges, secrets: this.secretChanges };
  }

  private stored(path: string): StoredObject | undefined {
    if (this.known.has(path)) return this.known.get(path);
    const stored = this.parts.tables.get(path);
    this.known.set(path, stored);
    return stored;
  }

  /** Writes the one change that the set holds for an object, from its state before the transaction to what it is now. */
  private record(path: string, current: StoredObject | undefined, object: PolicyObject, after: string | null): { before?: StoredObject; position: number } {
    const known = this.touched.get(path);
    const { resource_type: type, _revision: revision } = object;
    if (known) {
      const { before } = known;
      const { position, previous } = known.change;
      if (!before && after === null) {
        this.touched.delete(path);
        this.parts.log.withdraw(position);
        return { position };
      }
      const change = { position, path, type, operation: operationOf(before, after), revision, previous, after };
      this.touched.set(path, { before, change });
      this.parts.log.rewrite(change);
      return { before, position };
    }
    if (this.ordinal >= CHANGES_PER_SET) throw new Error(`a change set holds at most ${CHANGES_PER_SET} changes`);
    const position = positionOf(this.sequence, this.ordinal++);
    const previous = current ? current.version : this.parts.log.lastDeleteOf(path);
    const change = { position, path, type, operation: operationOf(current, after), revision, previous, after };
    this.touched.set(path, { before: current, change });
    this.parts.log.write(change);
    return { before: current, position };
  }
}

function operationOf(before: StoredObject | undefined, after: string | null): ChangeOperation {
  if (after === null) return 'DELETE';
  return before ? 'UPDATE' : 'CREATE';
}
