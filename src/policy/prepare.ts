import { addDefaults, type Json, takeSecrets, withoutEmpty } from '../model/body.js';
import { CODES } from '../model/error-codes.js';
import { PolicyError, type Problem } from '../model/problem.js';
import { type Definition, type Located, type Place, Registry, verbsOf } from '../model/registry.js';
import type { Feature } from '../model/resource.js';
import { validate } from '../model/validator.js';
import type { Move, Write } from './command.js';

/** A request's body as writes, in an order in which parents come before children, and what the actor must be allowed to change. */
export interface Prepared {
  readonly writes: readonly Write[];
  readonly features: ReadonlySet<Feature>;
}

export interface PrepareOptions {
  readonly move?: Move;
  /** Only the fields named change (`nsx-enable-partial-patch`). */
  readonly partial?: boolean;
}

/**
 * Turns the body of a PUT or PATCH of one object into writes: checked against the type's fields, completed with defaults, secrets
 * taken out, and with inline and hierarchical children as writes of their own. Needs nothing but the body, so it runs outside the
 * writer's lane.
 * @throws PolicyError with every problem found
 */
export function prepareObject(registry: Registry, op: 'put' | 'patch', located: Located, body: unknown, options: PrepareOptions = {}): Prepared {
  const preparation = new Preparation(registry);
  preparation.object(op, located, body, '', options);
  return preparation.finish();
}

class Preparation {
  private readonly writes: Write[] = [];
  private readonly features = new Set<Feature>();
  private readonly problems: Problem[] = [];

  constructor(private readonly registry: Registry) {}

  finish(): Prepared {
    const [first, ...more] = this.problems;
    if (first) throw new PolicyError(first, ...more);
    return { writes: this.writes, features: this.features };
  }

  /** @param at JSON path of the object in the whole body, empty for the body itself */
  object(op: 'put' | 'patch', located: Located, given: unknown, at: string, options: PrepareOptions = {}): void {
    const { place, path, id } = located;
    if (!isJson(given)) return this.problem(path, at, CODES.malformed, `${at === '' ? 'The body' : `Field ${at}`} must be a JSON object.`);
    const definition = this.variant(place.definition, given, path, at);
    if (!definition) return;
    this.features.add(definition.feature ?? 'system');
    const idProblem = problemOfId(id);
    if (idProblem) this.problem(path, member(at, 'id'), CODES.field, idProblem);

    // The path names the object: published examples, and objects that are copied to another path, carry another id.
    const { children, ...body } = given;
    const inlineLists = this.takeInline(place, path, body, at);
    const hasOwnFields = Object.keys(body).some((name) => name !== 'resource_type' && name !== 'id');
    if (!place.parent && at === '' && op === 'patch' && !hasOwnFields) this.children(place, path, children, at, options);
    else {
      const onlyChildren =
        op === 'put' && inlineLists[0]
          ? { segment: inlineLists[0].place.segment, ids: inlineLists[0].items.map(idOf).filter((one) => one !== undefined) }
          : undefined;
      this.own(op, definition, path, body, at, options, onlyChildren);
      for (const { place: childPlace, field, items } of inlineLists) {
        items.forEach((item, index) => {
          const where = `${member(at, field)}[${index}]`;
          const childId = idOf(item);
          if (childId === undefined) this.problem(path, `${where}.id`, CODES.field, `Field ${where}.id is required: add it.`);
          else this.below({ place: childPlace, id: childId, path: Registry.join(path, childPlace, childId), parentPath: path, ids: [] }, item, where, options);
        });
      }
      this.children(place, path, children, at, options);
    }
  }

  /** An object inside the body of another one: a move is not meant for it, a partial change is. */
  private below(located: Located, given: unknown, at: string, { partial }: PrepareOptions): void {
    this.object('patch', located, given, at, { partial });
  }

  private own(
    op: 'put' | 'patch',
    definition: Definition,
    path: string,
    given: Json,
    at: string,
    options: PrepareOptions,
    onlyChildren: { segment: string; ids: string[] } | undefined,
  ): void {
    const { struct, name: type } = definition;
    if (options.partial) {
      this.writes.push({ op: 'merge', path, type, body: given });
      return;
    }
    const body = withoutEmpty(struct, given);
    const problems = validate(struct, body, at);
    for (const problem of problems) this.problems.push({ ...problem, path });
    if (problems.length > 0) return;
    // An empty secret says that the stored one is to be deleted, so it is looked for in the body as it came.
    const secrets = takeSecrets(struct, given);
    takeSecrets(struct, body);
    addDefaults(struct, body);
    const unset = definition.stickyFields
      .filter(({ sticky, name }) => body[name] === undefined && (given[name] !== undefined || (sticky === 'alone' && at !== '')))
      .map(({ name }) => name);
    this.writes.push({ op, path, type, body, secrets, unset, onlyChildren, move: options.move });
  }

  /** Takes the lists out of a body that hold its inline children, such as the rules of a policy. */
  private takeInline(place: Place, path: string, body: Json, at: string): { place: Place; field: string; items: readonly unknown[] }[] {
    const lists: { place: Place; field: string; items: readonly unknown[] }[] = [];
    for (const child of place.children) {
      const field = child.definition.inline?.field;
      if (field === undefined) continue;
      const items = body[field];
      delete body[field];
      if (items === undefined || items === null || Array.isArray(items)) lists.push({ place: child, field, items: items ?? [] });
      else this.problem(path, member(at, field), CODES.field, `Field ${member(at, field)} must be an array.`);
    }
    return lists;
  }

  private variant(family: Definition, body: Json, path: string, at: string): Definition | undefined {
    const given = body.resource_type;
    const field = member(at, 'resource_type');
    const known = family.variants.map(({ name }) => name);
    if (!family.abstract && (given === undefined || family.writtenAs?.includes(String(given)))) return family;
    const variant = family.variants.find(({ name }) => name === given);
    if (!variant) this.problem(path, field, CODES.field, `Field ${field} must be ${known.length > 1 ? `one of ${known.join(', ')}` : known[0]}.`);
    return variant;
  }

  private children(place: Place, parentPath: string, given: unknown, at: string, options: PrepareOptions): void {
    if (given === undefined || given === null) return;
    const field = member(at, 'children');
    if (!Array.isArray(given)) return this.problem(parentPath, field, CODES.field, `Field ${field} must be an array.`);
    for (const [index, wrapper] of given.entries()) this.child(place, parentPath, wrapper, `${field}[${index}]`, options);
  }

  private child(place: Place, parentPath: string, wrapper: unknown, at: string, options: PrepareOptions): void {
    if (!isJson(wrapper)) return this.problem(parentPath, at, CODES.field, `Field ${at} must be a JSON object.`);
    const kind = wrapper.resource_type;
    if (kind === 'ChildResourceReference') return this.reference(place, parentPath, wrapper, at, options);
    const family = typeof kind === 'string' ? this.registry.findWrapper(kind) : undefined;
    const childPlace = family && place.children.find(({ definition }) => definition === family && !definition.internal);
    if (!childPlace) {
      const known = place.children
        .filter(({ definition }) => !definition.internal)
        .map(({ definition }) => definition.wrapper.type)
        .sort();
      return this.problem(
        parentPath,
        `${at}.resource_type`,
        CODES.field,
        `Field ${at}.resource_type must be ChildResourceReference or a child of ${place.definition.name}: ${known.join(', ')}.`,
      );
    }
    const name = Object.keys(wrapper).find((key) => key.toLowerCase() === childPlace.definition.wrapper.field.toLowerCase());
    const body = name === undefined ? undefined : wrapper[name];
    const field = `${at}.${name ?? childPlace.definition.wrapper.field}`;
    if (!isJson(body)) return this.problem(parentPath, field, CODES.field, `Field ${field} must be a JSON object: it is what ${String(kind)} wraps.`);
    const id = childPlace.singleton ? lastSegment(childPlace) : (idOf(body) ?? idOf(wrapper));
    if (id === undefined) return this.problem(parentPath, `${field}.id`, CODES.field, `Field ${field}.id is required: add it.`);
    const idProblem = problemOfId(id);
    if (idProblem) return this.problem(parentPath, `${field}.id`, CODES.field, idProblem);
    const path = Registry.join(parentPath, childPlace, id);
    if (isMarked(wrapper) || isMarked(body)) {
      if (!verbsOf(childPlace).includes('DELETE'))
        return this.problem(path, field, CODES.conflict, `${path} cannot be deleted: it stays as long as its parent.`);
      this.features.add(childPlace.definition.feature ?? 'system');
      this.writes.push({ op: 'delete', path, lenient: true });
      return;
    }
    this.below({ place: childPlace, id, path, parentPath, ids: [] }, childPlace.singleton ? { ...body, id: undefined } : body, field, options);
  }

  /** A reference leads to an object without changing it. */
  private reference(place: Place, parentPath: string, wrapper: Json, at: string, options: PrepareOptions): void {
    const { target_type: type, id } = wrapper;
    const childPlace = place.children.find(({ definition }) => definition.name === type || definition.variants.some(({ name }) => name === type));
    if (!childPlace)
      return this.problem(parentPath, `${at}.target_type`, CODES.field, `Field ${at}.target_type must be a type that hangs below ${place.definition.name}.`);
    if (typeof id !== 'string' || problemOfId(id))
      return this.problem(parentPath, `${at}.id`, CODES.field, `Field ${at}.id must be the id of a ${childPlace.definition.name}.`);
    this.children(childPlace, Registry.join(parentPath, childPlace, id), wrapper.children, at, options);
  }

  private problem(path: string, field: string, code: number, message: string): void {
    this.problems.push({ status: 400, code, path, field, message });
  }
}

/** What is wrong with an id, if anything: it becomes a segment of a path, in URLs, logs and file names of clients. */
export function problemOfId(id: string): string | undefined {
  if (id === '' || id === '.' || id === '..') return 'The id must not be empty, "." or "..": choose another.';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\u0000-\u001f\u007f/\\]/.test(id)) return 'The id must not hold a slash, a backslash or a control character: choose another.';
  if (!id.isWellFormed()) return 'The id is not well-formed Unicode: choose another.';
  return id.length > 1023 ? 'The id must have at most 1023 characters: choose a shorter one.' : undefined;
}

/** A singleton's place may be several segments long; its id is the last. */
function lastSegment({ segment }: Place): string {
  return segment.slice(segment.lastIndexOf('/') + 1);
}

/** Whether an object of a hierarchical body is to go; published examples put the mark in quotes. */
function isMarked({ marked_for_delete: mark }: Json): boolean {
  return mark === true || mark === 'true';
}

function idOf(value: unknown): string | undefined {
  if (!isJson(value)) return undefined;
  return typeof value.id === 'string' && value.id !== '' ? value.id : undefined;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function member(at: string, name: string): string {
  return at === '' ? name : `${at}.${name}`;
}
