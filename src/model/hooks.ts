import type { PolicyObject } from './policy-object.js';
import type { Problem } from './problem.js';

/**
 * What a type may add to the general behaviour of resources. Every hook is a pure function of the object and of the view that
 * it is given: it does no I/O of its own, so the same code runs in a dry run, in the writer and in a test.
 */
export interface Hooks<T extends object = PolicyObject> {
  /**
   * Runs in the write transaction after defaults and before the object is stored, on create and on every update. May set
   * system fields on `draft` and take allocations. `current` is the stored object, absent on create.
   */
  complete?(draft: T & PolicyObject, view: WriteView, current?: T & PolicyObject): void;
  /** Runs right after the object was created or changed in the transaction; writes what the system keeps beside it. */
  written?(object: T & PolicyObject, view: WriteView, before?: T & PolicyObject): void;
  /** Runs once the whole body is applied and before references are checked. Reports what is wrong; any problem undoes all. */
  check?(object: T & PolicyObject, view: IntentView, before?: T & PolicyObject): readonly Problem[];
  /**
   * Runs once the whole body is applied, for an object that is gone then: checks whether it may go. What the same body deletes
   * with it is gone as well, and its own allocations are released. Not asked when the client forces the delete.
   */
  checkDelete?(object: T & PolicyObject, view: IntentView): readonly Problem[];
  /** Runs right after the object was deleted; deletes what the system kept beside it elsewhere in the tree. */
  deleted?(object: T & PolicyObject, view: WriteView): void;
}

/** Intent as the transaction sees it: what was committed, and what this transaction wrote so far. */
export interface IntentView {
  get<T extends object = PolicyObject>(path: string): (T & PolicyObject) | undefined;
  /** Direct children, in order of path; `type` narrows (an abstract type stands for its variants). */
  children<T extends object = PolicyObject>(parentPath: string, type?: string): readonly (T & PolicyObject)[];
  /** Objects that hold a reference to `path`; a type's name narrows. */
  referrers(path: string, type?: string): readonly PolicyObject[];
  /** The claim of another owner that overlaps the range inside the space, if any. */
  overlap(space: string, range: AddressRange, owner: string): Claim | undefined;
  /** Lowest number not below `from` that nobody claims in a space. */
  lowestFree(space: string, from: bigint): bigint;
  /** Claims an owner holds in a space (all spaces when left out). */
  claims(owner: string, space?: string): readonly Claim[];
}

export interface WriteView extends IntentView {
  /** The moment of this transaction, in milliseconds since 1970. */
  readonly now: number;
  /** A new random UUID. */
  uuid(): string;
  /**
   * Takes the lowest free number of `[low, high]` in a space for an owner, or the one it already has there. Undefined: none is
   * free. `wish` asks for one number: undefined is answered when someone else has it.
   */
  take(space: string, owner: string, low: bigint, high: bigint, wish?: bigint): bigint | undefined;
  /** Takes the next number that was never handed out in a space (rule ids, keys that must not be reused soon). */
  next(space: string): number;
  /** Gives up what an owner holds in a space (all spaces when left out). */
  release(owner: string, space?: string): void;
  /** Replaces all ranges that an owner claims in a space; nothing is checked, see `overlap`. */
  claim(space: string, owner: string, ranges: readonly AddressRange[]): void;
  /**
   * A secret field of the object at `path`, which is the one being completed: its text where this write gives one, and whether the
   * object has one once it is written. The text of a secret that was stored earlier is not for hooks.
   */
  secret(path: string, field: string): { readonly given?: string; readonly held: boolean };
  /** Writes an object of the system's own beside the one being written, through the same pipeline. */
  put(path: string, body: Record<string, unknown>): void;
  /** Deletes an object of the system's own, with its subtree. */
  remove(path: string): void;
}

/** What the figures of an object are worked out from when it is read. */
export interface FiguresView {
  /** Direct children; `type` narrows (an abstract type stands for its variants). */
  children<T extends object = PolicyObject>(parentPath: string, type?: string): readonly (T & PolicyObject)[];
  /** How many direct children there are of a type. */
  count(parentPath: string, type: string): number;
  /** How many numbers are claimed in a space whose claims are single numbers and whole networks. */
  claimed(space: string): bigint;
}

/** Addresses or numbers from `low` to `high`, both included. IPv4 addresses are numbers below 2^32, with `family` 4. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly low: bigint;
  readonly high: bigint;
}

export interface Claim extends AddressRange {
  readonly space: string;
  readonly owner: string;
}
