import type { Json } from '../model/body.js';
import type { RequestContext } from './ports.js';

/** A write that is ready for the transaction: its body is valid, complete with defaults, and free of secrets. */
export interface ObjectWrite {
  /** `put` wants the current revision and raises it; `patch` replaces too, but leaves an object alone that would not change. */
  readonly op: 'put' | 'patch';
  readonly path: string;
  readonly type: string;
  readonly body: Json;
  readonly secrets: readonly { readonly field: string; readonly value: string | undefined }[];
  /** Sticky fields that are unset all the same: they were sent empty, or are not kept where the body came from. */
  readonly unset?: readonly string[];
  /** Children named here that are not written by the same command are deleted: a PUT replaces the inline rules of a policy. */
  readonly onlyChildren?: { readonly segment: string; readonly ids: readonly string[] };
  readonly move?: Move;
}

/** A body that changes only the fields it names; it can be checked only once it is laid over what is stored. */
export interface MergeWrite {
  readonly op: 'merge';
  readonly path: string;
  readonly type: string;
  readonly body: Json;
}

export interface DeleteWrite {
  readonly op: 'delete';
  readonly path: string;
  /** `true`: a missing object is not an error. */
  readonly lenient?: boolean;
}

/** Where a policy or rule goes among its siblings (`action=revise`). */
export interface Move {
  readonly operation: 'insert_top' | 'insert_bottom' | 'insert_before' | 'insert_after';
  readonly anchor?: string;
}

export type Write = ObjectWrite | MergeWrite | DeleteWrite;

/** All writes of one request: they take effect together or not at all. */
export interface WriteCommand {
  readonly context: RequestContext;
  readonly writes: readonly Write[];
  /** Delete although others refer to it. */
  readonly force?: boolean;
  /** Compare the revision of every object of the body that carries one. */
  readonly enforceRevision?: boolean;
  /** Raise the revision also of objects that do not change: the hierarchical API counts every object it is sent. */
  readonly countUnchanged?: boolean;
  /** Change what a principal identity protects (`X-Allow-Overwrite`). */
  readonly allowOverwrite?: boolean;
  /** Refuse a delete that would take children along. */
  readonly refuseSubtree?: boolean;
  /** For objects of the system's own at first start: read-only fields in the bodies are taken as they are. */
  readonly asSystem?: boolean;
  readonly dryRun?: boolean;
}
