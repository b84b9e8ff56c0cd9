import 'reflect-metadata';
import type { StructClass } from './field.js';
import type { FiguresView, Hooks } from './hooks.js';
import type { PolicyObject } from './policy-object.js';

/**
 * Where a type hangs in the tree: under its parent (none for a root), in a collection by id, or at a fixed place. A collection or
 * singleton may be several segments long (`static-routes/bfd-peers`). `within` keeps only those places of the parent that
 * themselves lie below another type: BGP hangs under the locale services of a tier-0, not of a tier-1.
 */
export type Position =
  | { readonly parent: StructClass; readonly collection: string; readonly within?: StructClass }
  | { readonly parent: StructClass; readonly singleton: string; readonly within?: StructClass }
  | { readonly root: string };

/** What a role must hold to use a type: `read` to see it, `write` to change it, granted by feature. */
export type Feature = 'networking' | 'security' | 'grouping' | 'services' | 'balancing' | 'addressing' | 'inventory' | 'fabric' | 'system';

export interface ResourceOptions<T extends object = object> {
  /** One sentence for the API reference. */
  readonly doc: string;
  readonly feature?: Feature;
  /** Where it hangs. Left out on a variant, which shares the positions of the abstract type that it extends. */
  readonly at?: readonly Position[];
  /** `true`: no routes of its own; other operations of the API write it, through the same pipeline. */
  readonly internal?: boolean;
  /** `true`: only its variants can be written; it holds what they share, and clients' `resource_type` picks one. */
  readonly abstract?: boolean;
  /** `resource_type` where it is not the class's name. */
  readonly type?: string;
  /** Other values of `resource_type` that clients write, where a type is written under another name than it is read. */
  readonly writtenAs?: readonly string[];
  /** Name of the wrapper in a hierarchical body where it is not `Child` + type, and of the property in it. */
  readonly child?: { readonly type?: string; readonly field?: string };
  /** Property of the parent in which these objects also appear, in order, on GET and may be written (rules of a policy). */
  readonly inline?: { readonly field: string; readonly orderBy?: string };
  /** Which verbs of the API exist; the default is all. */
  readonly verbs?: readonly Verb[];
  /** `true`: a PATCH is answered with the object, which clients of these few types read; others are answered with nothing. */
  readonly patchAnswers?: boolean;
  /** POST actions of an object beside the plain verbs. */
  readonly actions?: readonly 'revise'[];
  /** `true`: while its field `locked` is set, only whoever locked it and administrators change it, and what lies in it. */
  readonly lockable?: boolean;
  /** Fixed ids that exist with their parent; no others may be created. */
  readonly fixedIds?: readonly string[];
  readonly hooks?: Hooks<T>;
  /**
   * Set on types whose objects are kept and change nothing on any node: why, and what to do instead. Their realized state says so.
   * Types that nodes are told of, and those that only other objects read, do without.
   */
  readonly unrealized?: UnrealizedFacts<T>;
  /** Read-only fields that are not stored but worked out when an object is read: how many rules it has, how much is left of it. */
  readonly figures?: (object: T & PolicyObject, view: FiguresView) => Partial<T>;
}

export type Verb = 'GET' | 'LIST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a type says of intent that takes no effect. */
export interface UnrealizedFacts<T extends object = object> {
  readonly reason: string;
  /** Which objects want an effect in the first place; all where left out. */
  where?(object: T): boolean;
}

const RESOURCE = Symbol('heddle:resource');

/**
 * Declares a policy resource type. Together with its fields this is the one definition that routes, the hierarchical API,
 * search, permissions, audit, the command line and OpenAPI are derived from.
 */
export function Resource<T extends object = object>(options: ResourceOptions<T>): ClassDecorator {
  return (target) => Reflect.defineMetadata(RESOURCE, options, target);
}

export function resourceOptions(type: StructClass): ResourceOptions | undefined {
  return Reflect.getOwnMetadata(RESOURCE, type);
}
