import { randomUUID } from 'node:crypto';
import type { AddressRange, Claim } from '../model/hooks.js';
import type { PolicyObject } from '../model/policy-object.js';
import type { ChangeOperation, IntentTransaction, Reference, RequestContext, SecretChange } from '../policy/ports.js';
import type { ChangeLog, RecordedChange } from './change-log.js';
import type { ClaimChange, Claims } from './claims.js';
import type { IntentTables, StoredObject } from './intent-tables.js';
import type { Secrets } from './secrets.js';

/** The parts of the writer that a transaction works on; they live as long as the writer. */
export interface IntentParts {
  readonly tables: IntentTables;
  readonly claims: Claims;
  readonly secrets: Secrets;
  readonly log: ChangeLog;
}

/** What a transaction did to one object, from its first state to its last. */
interface Touched {
  readonly before: StoredObject | undefined;
  after: StoredObject | undefined;
}

/** Everything a finished transaction has for the commit feed, texts unparsed. */
export interface CommittedIntent {
  readonly sequence: number;
  readonly at: number;
  readonly changes: readonly RecordedChange[];
  readonly claims: readonly ClaimChange[];
  readonly secrets: readonly Pick<SecretChange, 'path' | 'field'>[];
}

/** One intent transaction: writes rows at once, so that its own reads see them, and the change log when it finishes. */
export class StoreTransaction implements IntentTransaction {
  readonly now: number;
  private readonly sequence: number;
  private readonly touched = new Map<string, Touched>();
  private readonly claimChanges: ClaimChange[] = [];
  private readonly secretChanges: Pick<SecretChange, 'path' | 'field'>[] = [];

  constructor(private readonly parts: IntentParts) {
    this.now = parts.log.now();
    this.sequence = parts.log.sequence + 1;
  }

  uuid(): string {
    return randomUUID();
  }

  get(path: string): PolicyObject | undefined {
    return this.parts.tables.get(path)?.object;
  }

  children(parentPath: string): readonly PolicyObject[] {
    return this.parts.tables.children(parentPath);
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
    const current = this.parts.tables.get(object.path);
    const after = this.parts.tables.put(object, references, current, this.sequence);
    this.touch(object.path, current, after);
  }

  delete(path: string): void {
    const current = this.parts.tables.get(path);
    if (!current) return;
    this.parts.tables.delete(path, current);
    this.parts.claims.release(path, undefined, this.claimChanges);
    for (const field of this.parts.secrets.fieldsOf(path)) this.setSecret({ path, field, value: undefined });
    this.touch(path, current, undefined);
  }

  setSecret(change: SecretChange): void {
    this.parts.secrets.set(change);
    this.secretChanges.push({ path: change.path, field: change.field });
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

  claims(owner: string, space?: string): readonly Claim[] {
    return this.parts.claims.ofOwnerIn(owner, space);
  }

  /** The JSON text of an object that this transaction answers: what is stored, unless it was composed for the answer. */
  textOf(object: PolicyObject | undefined): string | undefined {
    if (!object) return undefined;
    const stored = this.parts.tables.get(object.path);
    return stored?.object === object ? stored.text : JSON.stringify(object);
  }

  /** Appends what was done to the change log. The transaction is used no more afterwards. */
  finish(context: RequestContext, status: number): CommittedIntent {
    const changes: RecordedChange[] = [];
    for (const [path, { before, after }] of this.touched) {
      const change = recorded(path, before, after);
      if (change) changes.push(change);
    }
    const sequence = this.parts.log.append(context, status, this.now, changes);
    return { sequence, at: this.now, changes, claims: this.claimChanges, secrets: this.secretChanges };
  }

  private touch(path: string, before: StoredObject | undefined, after: StoredObject | undefined): void {
    const known = this.touched.get(path);
    if (known) known.after = after;
    else this.touched.set(path, { before, after });
  }
}

/** One object's change from first to last; undefined when it was made and deleted within the transaction. */
function recorded(path: string, before: StoredObject | undefined, after: StoredObject | undefined): RecordedChange | undefined {
  const object = after?.object ?? before?.object;
  if (!object || (!before && !after)) return undefined;
  const operation: ChangeOperation = !before ? 'CREATE' : after ? 'UPDATE' : 'DELETE';
  return {
    path,
    type: object.resource_type,
    operation,
    revision: object._revision,
    previous: before?.changedIn ?? null,
    after: after?.text ?? null,
  };
}
