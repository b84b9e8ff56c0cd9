import { isDeepStrictEqual } from 'node:util';
import { addDefaults, hasSecrets, type Json, secretFieldsOf, takeSecrets, withoutEmpty } from '../model/body.js';
import { CODES } from '../model/error-codes.js';
import { fieldsOf } from '../model/field.js';
import type { AddressRange, Claim, WriteView } from '../model/hooks.js';
import { LONGEST_NAME, PolicyConfigResource, type PolicyObject } from '../model/policy-object.js';
import { PolicyError, type Problem } from '../model/problem.js';
import type { Definition, Located, Registry } from '../model/registry.js';
import { validate } from '../model/validator.js';
import type { DeleteWrite, MergeWrite, ObjectWrite, Write, WriteCommand } from './command.js';
import { ADMINISTRATOR, type IntentTransaction, type Reference } from './ports.js';
import { type FoundReference, literalProblems, referenceProblem, referencesOf } from './references.js';
import { place } from './sequence.js';

/**
 * The one write pipeline, inside the transaction: every PUT, PATCH, POST action, DELETE, hierarchical body and write of the
 * system itself ends here. Objects are written in the order of the command; what they refer to, what refers to what was
 * deleted, and the types' own checks are looked at once all of them are written, so that the order inside a body does not
 * matter. Anything wrong throws a PolicyError, and the caller undoes the transaction.
 * @returns for each write the object as it is now, undefined when deleted
 */
export function applyCommand(registry: Registry, tx: IntentTransaction, command: WriteCommand): (PolicyObject | undefined)[] {
  const application = new Application(registry, tx, command);
  const results = command.writes.map((write) => application.write(write));
  application.finish();
  return results.map((path) => (path === undefined ? undefined : tx.get(path)));
}

/** Fields that the pipeline itself keeps; a body's values for them count for nothing. */
const SYSTEM_FIELDS = new Set(
  fieldsOf(PolicyConfigResource)
    .filter((facts) => facts.readOnly)
    .map((facts) => facts.name)
    .concat('_revision'),
);
/** Fields that say when and by whom: they do not make two versions of an object different. */
const STAMPS = ['_revision', '_last_modified_time', '_last_modified_user'] as const;

type Lockable = PolicyObject & { readonly locked?: boolean; readonly lock_modified_by?: string };

interface Touched {
  readonly before: PolicyObject | undefined;
  after: PolicyObject | undefined;
}

class Application implements WriteView {
  private readonly touched = new Map<string, Touched>();
  private readonly added = new Map<string, readonly FoundReference[]>();
  private readonly deletedRoots: string[] = [];
  /** The write whose object a hook is filling in. */
  private completing: ObjectWrite | undefined;

  constructor(
    private readonly registry: Registry,
    private readonly tx: IntentTransaction,
    private readonly command: WriteCommand,
  ) {}

  write(write: Write): string | undefined {
    if (write.op === 'delete') return this.delete(write, this.command.asSystem === true);
    this.store(write.op === 'merge' ? this.merged(write) : write, this.command.asSystem === true);
    return write.path;
  }

  /** Checks that need the state after the whole body. */
  finish(): void {
    const problems: Problem[] = [];
    for (const [path, { before, after }] of this.touched) {
      if (!after) {
        if (before && !this.command.force)
          problems.push(...(this.registry.get(before.resource_type).hooks?.checkDelete?.(before, this) ?? []).map((problem) => ({ path, ...problem })));
        continue;
      }
      for (const reference of this.added.get(path) ?? []) {
        const problem = referenceProblem(this.registry, reference, this.tx.get(reference.target));
        if (problem) problems.push(problem);
      }
      const { check } = this.registry.get(after.resource_type).hooks ?? {};
      if (check) problems.push(...check(after, this, before).map((problem) => ({ path, ...problem })));
    }
    if (!this.command.force) for (const path of this.deletedRoots) problems.push(...this.inUse(path));
    const [first, ...more] = problems;
    if (first) throw new PolicyError(first, ...more);
  }

  private inUse(path: string): readonly Problem[] {
    const [reference] = this.tx.referencesInto(path).filter(({ hard }) => hard);
    if (!reference || this.tx.get(path)) return [];
    const { source, field, target } = reference;
    const what = target === path ? path : `${target}, which goes with ${path},`;
    return [
      {
        status: 400,
        code: CODES.inUse,
        path,
        message: `${what} cannot be deleted: ${source} refers to it in ${field}. Change that first, or delete with force=true.`,
      },
    ];
  }

  private store(write: ObjectWrite, asSystem: boolean): void {
    const { path, type } = write;
    const definition = this.registry.get(type);
    const located = this.registry.locate(path);
    if (!located || located.place.definition !== definition.family) throw notFound(path);
    if (!asSystem) this.mustBeOpen(located);
    const current = this.tx.get(path);
    if (!current) this.mayCreate(located, asSystem);
    else if (!asSystem) this.mayChange(current);
    if (current && current.resource_type !== type) {
      throw bad(path, 'resource_type', CODES.conflict, `${path} is a ${current.resource_type} and cannot become a ${type}: delete it first.`);
    }
    this.checkRevision(write, current);

    const draft = this.draft(definition, located, write, current, asSystem);
    this.checkImmutable(definition, draft, current);
    const problems = asSystem ? [] : literalProblems(definition, draft as unknown as Json);
    if (problems[0]) throw new PolicyError(problems[0], ...problems.slice(1));
    if (write.move) place(this, this.registry, draft, write.move);
    const outer = this.completing;
    this.completing = write;
    definition.hooks?.complete?.(draft, this, current);
    this.completing = outer;

    const unchanged = current !== undefined && write.op === 'patch' && write.secrets.length === 0 && sameIntent(draft, current);
    if (!unchanged || this.command.countUnchanged) this.record(definition, draft, current);
    this.keepSecrets(definition, draft, write.secrets, asSystem);
    if (write.onlyChildren) this.keepOnly(path, write.onlyChildren);
    if (!unchanged) definition.hooks?.written?.(draft, this, current);
  }

  private mayCreate({ place: { definition }, parentPath, path, id }: Located, asSystem: boolean): void {
    if (parentPath !== undefined && !this.tx.get(parentPath)) {
      throw new PolicyError({ status: 404, code: CODES.parentNotFound, path, message: `${path} cannot be created: its parent ${parentPath} does not exist.` });
    }
    if (!asSystem && definition.fixedIds && !definition.fixedIds.includes(id)) {
      throw bad(path, 'id', CODES.conflict, `${path} cannot be created: the only ones are ${definition.fixedIds.join(', ')}.`);
    }
  }

  /** What a principal identity created is its own, unless the client says that it knows (`X-Allow-Overwrite`). */
  private mayChange(current: PolicyObject): void {
    if (current._protection !== 'REQUIRE_OVERRIDE' || this.command.allowOverwrite) return;
    const { actor } = this.command.context;
    if (actor.principal && actor.user === current._create_user) return;
    throw new PolicyError({
      status: 403,
      code: CODES.protected,
      path: current.path,
      message: `${current.path} is protected by the principal identity ${current._create_user}: send X-Allow-Overwrite: true to change it all the same.`,
    });
  }

  /** What someone locked, and what lies in it, is closed to others but administrators. */
  private mustBeOpen({ place: { definition, parent }, path, parentPath = '' }: Located): void {
    const lockable = definition.lockable ? path : parent?.definition.lockable ? parentPath : undefined;
    const found = lockable === undefined ? undefined : (this.tx.get(lockable) as Lockable | undefined);
    const { actor } = this.command.context;
    if (!found?.locked || found.lock_modified_by === actor.user || actor.roles.includes(ADMINISTRATOR)) return;
    throw new PolicyError({
      status: 403,
      code: CODES.protected,
      path,
      message: `${found.path} is locked by ${found.lock_modified_by}: ask them to unlock it, or an administrator.`,
    });
  }

  private checkRevision({ op, path, body }: ObjectWrite, current: PolicyObject | undefined): void {
    const given = body._revision;
    const wanted =
      op === 'put'
        ? current !== undefined || (given !== undefined && given !== 0)
        : this.command.enforceRevision && given !== undefined && current !== undefined;
    if (!wanted || this.command.asSystem || given === current?._revision) return;
    const known = current ? `is at revision ${current._revision}` : 'does not exist any more';
    const sent = given === undefined ? 'no _revision was sent' : `revision ${String(given)} was sent`;
    throw new PolicyError({
      status: 412,
      code: CODES.stale,
      path,
      field: '_revision',
      message: `${path} ${known}, but ${sent}: read it again, and repeat the change on what you read.`,
    });
  }

  private draft(
    definition: Definition,
    located: Located,
    { op, body, unset = [] }: ObjectWrite,
    current: PolicyObject | undefined,
    asSystem: boolean,
  ): PolicyObject {
    const { actor } = this.command.context;
    const kept: Json = {};
    const own: Json = {};
    const fixed: Json = {};
    if (current) {
      for (const { name } of definition.readOnlyFields) copy(asSystem ? kept : fixed, current as unknown as Json, name);
      if (op === 'patch') for (const { name } of definition.stickyFields) if (!unset.includes(name)) copy(kept, current as unknown as Json, name);
    }
    for (const name in body) if (!SYSTEM_FIELDS.has(name)) own[name] = body[name];
    const { id, path, parentPath = '' } = located;
    // Writes that follow in the same transaction belong to the first: together they make one version.
    const earlier = current && this.touched.get(path);
    const old = earlier ? earlier.before : current;
    const uniqueId = current?.unique_id ?? this.tx.uuid();
    return {
      ...kept,
      ...own,
      ...fixed,
      resource_type: definition.name,
      id,
      display_name: own.display_name ?? nameOf(id),
      path,
      relative_path: id,
      parent_path: parentPath,
      unique_id: uniqueId,
      realization_id: current?.realization_id ?? uniqueId,
      marked_for_delete: false,
      overridden: false,
      _create_time: current?._create_time ?? this.tx.now,
      _create_user: current?._create_user ?? (asSystem ? 'system' : actor.user),
      _last_modified_time: this.tx.now,
      _last_modified_user: asSystem && !earlier ? 'system' : actor.user,
      _system_owned: current?._system_owned ?? asSystem,
      _protection: current?._protection ?? (actor.principal && !asSystem ? 'REQUIRE_OVERRIDE' : 'NOT_PROTECTED'),
      _revision: old ? old._revision + 1 : 0,
    } as PolicyObject;
  }

  private checkImmutable(definition: Definition, draft: PolicyObject, current: PolicyObject | undefined): void {
    if (!current) return;
    for (const { name } of definition.immutableFields) {
      const [old, now] = [(current as unknown as Json)[name], (draft as unknown as Json)[name]];
      if (now === undefined) copy(draft as unknown as Json, current as unknown as Json, name);
      else if (old !== undefined && !isDeepStrictEqual(old, now)) {
        throw bad(draft.path, name, CODES.conflict, `Field ${name} of ${draft.path} cannot change once it is set: create another object instead.`);
      }
    }
  }

  private record(definition: Definition, object: PolicyObject, before: PolicyObject | undefined): void {
    const references = referencesOf(definition, object);
    const old = before ? new Set(referencesOf(definition, before).map(({ target }) => target)) : undefined;
    const added = old ? references.filter(({ target }) => !old.has(target)) : references;
    const earlier = this.added.get(object.path);
    this.added.set(object.path, earlier ? [...references.filter(({ target }) => earlier.some((one) => one.target === target)), ...added] : added);
    this.tx.put(object, references as readonly Reference[]);
    this.remember(object.path, before, object);
  }

  /** Keeps the secrets that came, gives up those whose structure is gone, and asks for those that the object cannot do without. */
  private keepSecrets(definition: Definition, object: PolicyObject, given: ObjectWrite['secrets'], asSystem: boolean): void {
    if (!hasSecrets(definition.struct)) return;
    const { path } = object;
    for (const { field, value } of given) this.tx.setSecret({ path, field, value });
    const fields = secretFieldsOf(definition.struct, object as unknown as Json);
    const stored = this.tx.secretFields(path);
    for (const field of stored) if (!fields.some((one) => one.field === field)) this.tx.setSecret({ path, field, value: undefined });
    const missing = asSystem ? undefined : fields.find(({ field, required }) => required && !stored.includes(field));
    if (missing) throw bad(path, missing.field, CODES.field, `Field ${missing.field} is required: add it.`);
  }

  private remember(path: string, before: PolicyObject | undefined, after: PolicyObject | undefined): void {
    const known = this.touched.get(path);
    if (known) known.after = after;
    else this.touched.set(path, { before, after });
  }

  private keepOnly(parentPath: string, { segment, ids }: NonNullable<ObjectWrite['onlyChildren']>): void {
    const prefix = `${parentPath}/${segment}/`;
    for (const child of this.tx.children(parentPath)) {
      if (child.path.startsWith(prefix) && !ids.includes(child.id)) this.delete({ op: 'delete', path: child.path }, false);
    }
  }

  private merged({ path, type, body }: MergeWrite): ObjectWrite {
    const definition = this.registry.get(type);
    const current = this.tx.get(path);
    const draft: Json = {};
    if (current) for (const facts of definition.fields) if (!facts.readOnly) copy(draft, current as unknown as Json, facts.name);
    delete draft._revision;
    const laid = mergePatch(draft, body) as Json;
    const full = withoutEmpty(definition.struct, laid);
    const problems = validate(definition.struct, full);
    if (problems[0]) throw new PolicyError({ path, ...problems[0] }, ...problems.slice(1));
    const removed = secretFieldsOf(definition.struct, full).filter(({ field }) => valueAt(body, field) === null);
    const secrets = [...removed.map(({ field }) => ({ field, value: undefined })), ...takeSecrets(definition.struct, laid)];
    takeSecrets(definition.struct, full);
    addDefaults(definition.struct, full);
    const unset = definition.stickyFields.filter(({ name }) => full[name] === undefined).map(({ name }) => name);
    return { op: 'patch', path, type, body: full, secrets, unset };
  }

  private delete({ path, lenient }: DeleteWrite, asSystem: boolean): undefined {
    const current = this.tx.get(path);
    if (!current) {
      if (lenient) return undefined;
      throw notFound(path);
    }
    if (!asSystem) {
      if (current._system_owned) {
        throw new PolicyError({ status: 403, code: CODES.protected, path, message: `${path} belongs to the system and cannot be deleted.` });
      }
      this.mayChange(current);
      const located = this.registry.locate(path);
      if (located) this.mustBeOpen(located);
    }
    const below = this.tx.descendants(path);
    if (this.command.refuseSubtree && below.length > 0) {
      throw new PolicyError({ status: 400, code: CODES.inUse, path, message: `${path} has children, such as ${below[0]}: delete them first.` });
    }
    for (const gone of [...below].reverse().concat(path)) {
      const object = this.tx.get(gone);
      if (!object) continue;
      this.tx.delete(gone);
      this.added.delete(gone);
      this.remember(gone, object, undefined);
      this.registry.get(object.resource_type).hooks?.deleted?.(object, this);
    }
    this.deletedRoots.push(path);
    return undefined;
  }

  // What hooks see.

  get now(): number {
    return this.tx.now;
  }

  uuid(): string {
    return this.tx.uuid();
  }

  get<T extends object = PolicyObject>(path: string): (T & PolicyObject) | undefined {
    return this.tx.get(path) as (T & PolicyObject) | undefined;
  }

  children<T extends object = PolicyObject>(parentPath: string, type?: string): readonly (T & PolicyObject)[] {
    const types = type === undefined ? undefined : this.registry.get(type).variants.map(({ name }) => name);
    return this.tx.children(parentPath, types) as readonly (T & PolicyObject)[];
  }

  referrers(path: string, type?: string): readonly PolicyObject[] {
    const sources = new Set(this.tx.referencesTo(path).map(({ source }) => source));
    return [...sources]
      .map((source) => this.tx.get(source))
      .filter((object): object is PolicyObject => object !== undefined && (type === undefined || this.registry.isA(object.resource_type, type)));
  }

  take(space: string, owner: string, low: bigint, high: bigint, wish?: bigint): bigint | undefined {
    return this.tx.take(space, owner, low, high, wish);
  }

  next(space: string): number {
    return this.tx.next(space);
  }

  release(owner: string, space?: string): void {
    this.tx.release(owner, space);
  }

  claim(space: string, owner: string, ranges: readonly AddressRange[]): void {
    this.tx.claim(space, owner, ranges);
  }

  overlap(space: string, range: AddressRange, owner: string): Claim | undefined {
    return this.tx.overlap(space, range, owner);
  }

  lowestFree(space: string, from: bigint): bigint {
    return this.tx.lowestFree(space, from);
  }

  claims(owner: string, space?: string): readonly Claim[] {
    return this.tx.claims(owner, space);
  }

  secret(path: string, field: string): { given?: string; held: boolean } {
    const written = this.completing?.path === path ? this.completing.secrets.find((secret) => secret.field === field) : undefined;
    if (written) return { given: written.value, held: written.value !== undefined };
    return { held: this.tx.secretFields(path).includes(field) };
  }

  put(path: string, body: Json): void {
    const located = this.registry.locate(path);
    if (!located) throw new Error(`nothing can be stored at ${path}`);
    const type = typeof body.resource_type === 'string' ? body.resource_type : located.place.definition.name;
    const full = structuredClone(body);
    addDefaults(this.registry.get(type).struct, full);
    this.store({ op: 'patch', path, type, body: full, secrets: [] }, true);
  }

  remove(path: string): void {
    this.delete({ op: 'delete', path, lenient: true }, true);
  }
}

/** An identifier as the name of its object: identifiers may be longer than names. */
function nameOf(id: string): string {
  return id.length > LONGEST_NAME ? [...id].slice(0, LONGEST_NAME).join('') : id;
}

function notFound(path: string): PolicyError {
  return new PolicyError({ status: 404, code: CODES.notFound, path, message: `${path} does not exist. Identifiers are case sensitive.` });
}

function bad(path: string, field: string, code: number, message: string): PolicyError {
  return new PolicyError({ status: 400, code, path, field, message });
}

function copy(to: Json, from: Json, name: string): void {
  if (from[name] !== undefined) to[name] = from[name];
}

function sameIntent(a: PolicyObject, b: PolicyObject): boolean {
  const left: Json = { ...a };
  const right: Json = { ...b };
  for (const stamp of STAMPS) {
    delete left[stamp];
    delete right[stamp];
  }
  return isDeepStrictEqual(left, right);
}

/** The value at a JSON path such as `servers[0].password`. */
function valueAt(body: Json, path: string): unknown {
  return path.split(/[.[\]]+/).reduce<unknown>((value, name) => (value as Json | null | undefined)?.[name], body);
}

/** RFC 7396: null removes, structures merge, everything else replaces. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Json = typeof target === 'object' && target !== null && !Array.isArray(target) ? { ...(target as Json) } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = mergePatch(result[name], value);
  }
  return result;
}
