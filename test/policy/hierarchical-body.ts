import type { Json } from '../../src/model/body.js';
import type { Located, Registry } from '../../src/model/registry.js';

/** An object of a hierarchical body, as it would be written by itself. */
export interface Part {
  readonly path: string;
  readonly type: string;
  readonly body: Json;
}

interface Node {
  readonly located: Located;
  part?: Part;
  readonly children: Map<string, Node>;
}

/**
 * One body for PATCH /infra that writes some objects: each in its wrapper, and references on the way to those whose parents are
 * not among them.
 * @param roll a number below its argument: decides in which order siblings stand
 */
export function hierarchicalBody(registry: Registry, parts: readonly Part[], roll: (sides: number) => number): Json {
  const root = node(registry, '/infra');
  for (const part of parts) {
    let here = root;
    for (const path of waysTo(registry, part.path)) {
      const next = here.children.get(path) ?? node(registry, path);
      here.children.set(path, next);
      here = next;
    }
    here.part = part;
  }
  return { resource_type: 'Infra', children: wrapped(root, roll) };
}

function wrapped({ children }: Node, roll: (sides: number) => number): Json[] {
  const wrappers: Json[] = [];
  for (const child of children.values()) wrappers.splice(roll(wrappers.length + 1), 0, wrapper(child, wrapped(child, roll)));
  return wrappers;
}

function wrapper({ located: { id, place }, part }: Node, children: Json[]): Json {
  const { name, wrapper: names } = place.definition;
  if (!part) return { resource_type: 'ChildResourceReference', id, target_type: name, children };
  // Ignored where an object is written by itself, but a deletion here.
  const { marked_for_delete: _ignored, ...body } = part.body;
  return { resource_type: names.type, [names.field]: { ...body, id, resource_type: part.type, ...(children.length > 0 ? { children } : {}) } };
}

/** Paths of the objects on the way from the root, which is left out, down to one. */
function waysTo(registry: Registry, path: string): string[] {
  const { parentPath } = node(registry, path).located;
  return parentPath === undefined ? [] : [...waysTo(registry, parentPath), path];
}

function node(registry: Registry, path: string): Node {
  const located = registry.locate(path);
  if (!located) throw new Error(`nothing hangs at ${path}`);
  return { located, children: new Map() };
}
