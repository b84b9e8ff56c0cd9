import type { AddressRange, Claim } from '../model/hooks.js';
import type { PolicyObject } from '../model/policy-object.js';
import type { WriteCommand } from './command.js';

/**
 * What the policy layer needs of the store, and what it hands to it. The store implements these; nothing here knows about
 * databases or threads.
 */

/** Who asks, how, and in which request: stored with every change and in the audit log. */
export interface Actor {
  /** Name of the user or of the principal identity. */
  readonly user: string;
  /** `true` for a principal identity: what it creates is protected from others. */
  readonly principal: boolean;
  readonly roles: readonly string[];
}

/** The role that changes everything, whoever locked it. */
export const ADMINISTRATOR = 'enterprise_admin';

export interface RequestContext {
  readonly actor: Actor;
  readonly requestId: string;
  /** Address of the client, empty for the system itself. */
  readonly source: string;
  readonly method: string;
  /** Path and query as asked, without credentials. */
  readonly uri: string;
}

/** A hard or soft reference from one object's field to another object. */
export interface Reference {
  readonly source: string;
  /** JSON path of the field, array indices kept: `source_groups[0]`. */
  readonly field: string;
  readonly target: string;
  readonly hard: boolean;
}

export type ChangeOperation = 'CREATE' | 'UPDATE' | 'DELETE';

/** A secret as the pipeline took it out of a body; `value` undefined deletes it. */
export interface SecretChange {
  readonly path: string;
  /** JSON path of the field in the object. */
  readonly field: string;
  readonly value: string | undefined;
}

/**
 * Intent inside one write transaction: synchronous, because the unit of work is the only writer and runs one body at a time.
 * Objects that it answers are frozen by convention: callers copy before they change.
 */
export interface IntentTransaction {
  readonly now: number;
  uuid(): string;

  get(path: string): PolicyObject | undefined;
  /** Direct children ordered by path; of the given concrete types only, where given, so that a parent's many others are not read. */
  children(parentPath: string, types?: readonly string[]): readonly PolicyObject[];
  /** Paths of everything below `path`, parents before children, `path` itself not included. */
  descendants(path: string): readonly string[];
  /** References that point at exactly `path`. */
  referencesTo(path: string): readonly Reference[];
  /** References that point at `path` or below it, from sources that are neither. */
  referencesInto(path: string): readonly Reference[];

  /** Creates or replaces an object with its references; the change is recorded with what was before. */
  put(object: PolicyObject, references: readonly Reference[]): void;
  /** Deletes one object (not its subtree), its references, claims and secrets. */
  delete(path: string): void;
  setSecret(change: SecretChange): void;
  /** Names of the secret fields of an object that have a value. */
  secretFields(path: string): readonly string[];

  take(space: string, owner: string, low: bigint, high: bigint, wish?: bigint): bigint | undefined;
  next(space: string): number;
  release(owner: string, space?: string): void;
  claim(space: string, owner: string, ranges: readonly AddressRange[]): void;
  overlap(space: string, range: AddressRange, owner: string): Claim | undefined;
  lowestFree(space: string, from: bigint): bigint;
  claims(owner: string, space?: string): readonly Claim[];
}

/** One change of an object as it is fed to realization and to live streams, after commit. */
export interface CommittedChange {
  readonly path: string;
  readonly type: string;
  readonly operation: ChangeOperation;
  /** The object after the change; undefined after a delete. */
  readonly after: PolicyObject | undefined;
}

/** Everything one transaction committed, under its number of the change sequence. */
export interface Commit {
  readonly sequence: number;
  readonly at: number;
  readonly changes: readonly CommittedChange[];
  /** Claims that were made or given up; `value` undefined: given up. */
  readonly claims: readonly { readonly space: string; readonly owner: string; readonly low: bigint; readonly high: bigint; readonly gone: boolean }[];
  /** Secrets that were set or taken away; `version` is different for every value that was ever set, and undefined: taken away. */
  readonly secrets: readonly { readonly path: string; readonly field: string; readonly version: string | undefined }[];
}

/** A page of a listing. */
export interface PageRequest {
  /** Objects to skip: cursors are decimal offsets, because real clients read them as numbers. */
  readonly offset: number;
  /** 1 to 1000. */
  readonly size: number;
  readonly sortBy?: string;
  readonly ascending: boolean;
}

export interface Page {
  /** Each object as JSON text, ready to be sent. */
  readonly bodies: readonly string[];
  /** All objects of the listing, whatever the page. */
  readonly total: number;
}

/** Reads of committed intent, on a read-only connection, synchronous: 3 to 10 µs for one object. */
export interface IntentReader {
  /** The object as JSON text, exactly as it is answered. */
  body(path: string): string | undefined;
  get<T extends object = PolicyObject>(path: string): (T & PolicyObject) | undefined;
  exists(path: string): boolean;
  list(parentPath: string, types: readonly string[], page: PageRequest): Page;
  /** All objects of a type, in order of path. */
  ofType<T extends object = PolicyObject>(type: string): readonly (T & PolicyObject)[];
  children<T extends object = PolicyObject>(parentPath: string, types?: readonly string[]): readonly (T & PolicyObject)[];
  /** The object and everything below it, parents before children. */
  subtree(path: string): readonly PolicyObject[];
  referencesTo(path: string): readonly Reference[];
  claims(owner: string, space?: string): readonly Claim[];
  /** How many numbers are claimed in a space whose claims are single numbers and whole networks. */
  claimed(space: string): bigint;
  /** Sequence number of the last commit. */
  sequence(): number;
}

/** What the writer answers for a body that was applied. */
export interface WriteResult {
  readonly sequence: number;
  /**
   * Of a dry run: the objects named by the request, in its order, as they would be, as JSON text (undefined when deleted). Empty
   * otherwise: what was written can be read, and copying it out of the writer would cost every write.
   */
  readonly objects: readonly (string | undefined)[];
}

/** Hands commands to the one writer; answers once they are durable, or throws the PolicyError that undid them. */
export interface IntentWriter {
  write(command: WriteCommand): Promise<WriteResult>;
}

/** Nest injection token of the registry of types. */
export const REGISTRY = Symbol('heddle:registry');

/** Nest injection tokens of the store's two faces. */
export const INTENT_READER = Symbol('heddle:intent-reader');
export const INTENT_WRITER = Symbol('heddle:intent-writer');
export const LARGE_BODIES = Symbol('heddle:large-bodies');
