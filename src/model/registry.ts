import { type FieldFacts, fieldsOf, type StructClass } from './field.js';
import { type Position, type ResourceOptions, resourceOptions, type Verb } from './resource.js';

/** One resource type as everything else sees it. */
export interface Definition extends Omit<ResourceOptions, 'type' | 'child' | 'at'> {
  readonly name: string;
  readonly struct: StructClass;
  readonly fields: readonly FieldFacts[];
  /** Of the fields, those that every write looks at. */
  readonly readOnlyFields: readonly FieldFacts[];
  readonly stickyFields: readonly FieldFacts[];
  readonly immutableFields: readonly FieldFacts[];
  readonly places: readonly Place[];
  /** The concrete types of an abstract one; a concrete type is its own only variant. */
  readonly variants: readonly Definition[];
  /** The abstract type a variant belongs to, otherwise the type itself. */
  readonly family: Definition;
  readonly wrapper: { readonly type: string; readonly field: string };
}

/** One position of a type in the tree: where its objects are found and what may hang below them. */
export interface Place {
  readonly definition: Definition;
  readonly parent?: Place;
  /** The singleton's or the collection's part of the path, mostly one segment. */
  readonly segment: string;
  readonly singleton: boolean;
  /** Path with a parameter for each id, such as `/infra/tier-1s/{tier-1-id}/segments/{segment-id}`. */
  readonly template: string;
  readonly children: Place[];
}

/** A policy path taken apart. */
export interface Located {
  readonly place: Place;
  readonly path: string;
  readonly id: string;
  /** Absent for a root. */
  readonly parentPath?: string;
  /** Ids on the way, in order of the template's parameters. */
  readonly ids: readonly string[];
}

/** A collection's path taken apart: `parentPath` and what lies in it. */
export interface LocatedCollection {
  readonly place: Place;
  readonly parentPath: string;
}

/**
 * All resource types and the tree that they form. Built once from the classes; everything that depends on a type asks here, so
 * that a new type is one file and one line of an index.
 */
export class Registry {
  private readonly byName = new Map<string, Definition>();
  private readonly byWrapper = new Map<string, Definition>();
  private readonly roots = new Map<string, Place>();
  /** Children of a place by the first segment that leads to them. */
  private readonly steps = new WeakMap<Place, Map<string, Step[]>>();

  constructor(classes: readonly StructClass[]) {
    const variantsOf = new Map<StructClass, StructClass[]>();
    const variants = new Set<StructClass>();
    for (const struct of classes) {
      const family = abstractAncestor(struct, classes);
      if (!family) continue;
      variantsOf.set(family, [...(variantsOf.get(family) ?? []), struct]);
      variants.add(struct);
    }
    const made = new Map<StructClass, Definition>();
    const define = (struct: StructClass, family?: Definition): Definition => {
      const { type, child, at: _at, ...options } = resourceOptions(struct) ?? fail(`${struct.name} has no @Resource`);
      const name = type ?? struct.name;
      const fields = fieldsOf(struct);
      const those = (wanted: (facts: FieldFacts) => unknown): readonly FieldFacts[] => fields.filter(wanted);
      const definition = {
        ...(family
          ? {
              feature: family.feature,
              inline: family.inline,
              verbs: family.verbs,
              patchAnswers: family.patchAnswers,
              actions: family.actions,
              fixedIds: family.fixedIds,
              unrealized: family.unrealized,
            }
          : {}),
        ...options,
        name,
        struct,
        fields,
        readOnlyFields: those(({ readOnly }) => readOnly),
        stickyFields: those(({ sticky, readOnly }) => sticky && !readOnly),
        immutableFields: those(({ immutable }) => immutable),
        places: family?.places ?? [],
        wrapper: family?.wrapper ?? { type: child?.type ?? `Child${name}`, field: child?.field ?? name },
      } as { -readonly [K in keyof Definition]: Definition[K] };
      definition.family = family ?? definition;
      definition.variants = family || !options.abstract ? [definition] : (variantsOf.get(struct) ?? []).map((variant) => define(variant, definition));
      if (this.byName.has(name)) fail(`the type ${name} is defined twice`);
      this.byName.set(name, definition);
      if (!family) this.byWrapper.set(definition.wrapper.type, definition);
      made.set(struct, definition);
      return definition;
    };
    const families = classes.filter((struct) => !variants.has(struct));
    for (const struct of families) define(struct);

    const placesOf = (struct: StructClass): readonly Place[] => {
      const definition = made.get(struct) ?? fail(`${struct.name} is a parent but is not in the index`);
      if (definition.places.length === 0) {
        for (const position of resourceOptions(struct)?.at ?? fail(`${definition.name} hangs nowhere`)) this.hang(definition, position, placesOf);
      }
      return definition.places;
    };
    for (const struct of families) placesOf(struct);
  }

  private hang(definition: Definition, position: Position, placesOf: (struct: StructClass) => readonly Place[]): void {
    const add = (parent: Place | undefined, segment: string, singleton: boolean): void => {
      const parameter = `{${kebab(definition.name)}-id}`;
      const template = `${parent?.template ?? ''}/${segment}${singleton ? '' : `/${parameter}`}`;
      const place: Place = { definition, parent, segment, singleton, template, children: [] };
      (definition.places as Place[]).push(place);
      if (parent) parent.children.push(place);
      else this.roots.set(segment, place);
    };
    if ('root' in position) return add(undefined, position.root, true);
    for (const parent of placesOf(position.parent)) {
      if (position.within && !liesWithin(parent, position.within)) continue;
      if ('singleton' in position) add(parent, position.singleton, true);
      else add(parent, position.collection, false);
    }
  }

  /** All types that clients can name, abstract ones included, in the order of the index. */
  get definitions(): readonly Definition[] {
    return [...this.byName.values()];
  }

  /** Every place in the tree whose objects have routes of their own. */
  get places(): readonly Place[] {
    return this.definitions.filter((definition) => definition.family === definition).flatMap((definition) => definition.places);
  }

  find(type: string): Definition | undefined {
    return this.byName.get(type);
  }

  get(type: string): Definition {
    return this.byName.get(type) ?? fail(`no resource type ${type}`);
  }

  /** The family that a wrapper of the hierarchical API (`ChildSegment`) holds. */
  findWrapper(type: string): Definition | undefined {
    return this.byWrapper.get(type);
  }

  /** Whether an object of type `type` counts as `wanted`: the same type, or a variant of an abstract one. */
  isA(type: string, wanted: string): boolean {
    return type === wanted || this.byName.get(type)?.family.name === wanted;
  }

  /** Takes an object's path apart; undefined when no type hangs there. */
  locate(path: string): Located | undefined {
    const found = this.walk(path);
    return found && 'id' in found ? found : undefined;
  }

  /** Takes a collection's path apart (`/infra/segments`); undefined when nothing hangs there. */
  locateCollection(path: string): LocatedCollection | undefined {
    const found = this.walk(path);
    return found && !('id' in found) ? found : undefined;
  }

  /** The path of a child, by its place below the parent's path. */
  static join(parentPath: string, place: Place, id: string): string {
    return place.singleton ? `${parentPath}/${place.segment}` : `${parentPath}/${place.segment}/${id}`;
  }

  private walk(path: string): Located | LocatedCollection | undefined {
    const [lead, rootName, ...rest] = path.split('/');
    let place = lead === '' && rootName !== undefined ? this.roots.get(rootName) : undefined;
    if (!place || rootName === undefined) return undefined;
    let here = `/${rootName}`;
    let parentPath: string | undefined;
    let id = rootName;
    const ids: string[] = [];
    for (let at = 0; at < rest.length; at += 1) {
      const step: Step | undefined = this.step(place, rest, at);
      if (!step) return undefined;
      const next = step.place;
      parentPath = here;
      here += `/${next.segment}`;
      at += step.segments.length - 1;
      if (next.singleton) {
        id = rest[at] as string;
      } else {
        at += 1;
        const given = rest[at];
        if (given === undefined) return { place: next, parentPath };
        if (given === '') return undefined;
        id = given;
        ids.push(id);
        here += `/${id}`;
      }
      place = next;
    }
    return { place, path: here, id, parentPath, ids };
  }

  /** The child of a place that the path goes on with; the longest match wins, so `static-routes/bfd-peers` is no static route. */
  private step(place: Place, path: readonly string[], at: number): Step | undefined {
    let steps = this.steps.get(place);
    if (!steps) {
      steps = new Map();
      const children = place.children.map((child) => ({ place: child, segments: child.segment.split('/') }));
      for (const child of children.sort((a, b) => b.place.segment.length - a.place.segment.length)) {
        const [first = ''] = child.segments;
        steps.set(first, [...(steps.get(first) ?? []), child]);
      }
      this.steps.set(place, steps);
    }
    return steps.get(path[at] as string)?.find(({ segments }) => segments.every((segment, offset) => path[at + offset] === segment));
  }
}

/** A child of a place with the segments that lead to it. */
interface Step {
  readonly place: Place;
  readonly segments: readonly string[];
}

/** The verbs that a type's objects understand at a place. */
export function verbsOf(place: Place): readonly Verb[] {
  const verbs = place.definition.verbs ?? ['GET', 'LIST', 'PUT', 'PATCH', 'DELETE'];
  return place.singleton ? verbs.filter((verb) => verb !== 'LIST') : verbs;
}

function abstractAncestor(struct: StructClass, classes: readonly StructClass[]): StructClass | undefined {
  for (let base = Object.getPrototypeOf(struct); typeof base === 'function' && base !== Function.prototype; base = Object.getPrototypeOf(base)) {
    if (classes.includes(base) && resourceOptions(base)?.abstract) return base;
  }
  return undefined;
}

function liesWithin(place: Place | undefined, type: StructClass): boolean {
  return place !== undefined && (place.definition.struct === type || liesWithin(place.parent, type));
}

/** `Tier0` becomes `tier-0`, `IPDiscoveryProfile` becomes `ip-discovery-profile`. */
function kebab(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z0-9])|(?<=\d)(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, '-').toLowerCase();
}

function fail(message: string): never {
  throw new Error(message);
}
