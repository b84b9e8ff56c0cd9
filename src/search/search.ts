import type { Json } from '../model/body.js';
import type { PolicyObject } from '../model/policy-object.js';
import type { PageRequest } from '../policy/ports.js';
import { matches, type Pattern, type Query } from './query.js';

/** What narrows a search before single objects are looked at; the store has an index for each. */
export interface Narrowing {
  /** In any case: some clients write types in lower case. */
  readonly type?: string;
  readonly id?: string;
  readonly path?: string;
  readonly parentPath?: string;
  /** In any case. */
  readonly namePrefix?: string;
  readonly tag?: string;
}

/** Where searchable objects come from: stored intent, and what the nodes report. */
export interface SearchSource {
  /** JSON texts of all objects that may match, in an order that stays. More than those that match is allowed, fewer is not. */
  candidates(narrowing: Narrowing): Iterable<string>;
}

export interface SearchPage {
  readonly bodies: readonly string[];
  readonly total: number;
}

/** Searches the sources one after the other. The total is exact, because clients page until they have that many. */
export function search(query: Query, sources: readonly SearchSource[], page: PageRequest, readable: (type: string) => boolean): SearchPage {
  const narrowing = narrow(query);
  const found: { readonly body: string; readonly object: Json }[] = [];
  for (const source of sources) {
    for (const body of source.candidates(narrowing)) {
      const object = JSON.parse(body) as Json & PolicyObject;
      if (readable(object.resource_type) && fits(query, object)) found.push({ body, object });
    }
  }
  const { sortBy, ascending, offset, size } = page;
  if (sortBy !== undefined) {
    const sign = ascending ? 1 : -1;
    found.sort((a, b) => sign * compare(a.object[sortBy], b.object[sortBy]));
  }
  return { bodies: found.slice(offset, offset + size).map(({ body }) => body), total: found.length };
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [String(a ?? ''), String(b ?? '')];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Whether an object matches a query. A term without a field looks at every value. */
export function fits(query: Query, object: Json): boolean {
  switch (query.kind) {
    case 'and':
      return query.of.every((one) => fits(one, object));
    case 'or':
      return query.of.some((one) => fits(one, object));
    case 'not':
      return !fits(query.of, object);
    case 'term':
      return query.field === undefined ? anywhere(object, query.pattern) : within(object, query.field.split('.'), query.pattern);
  }
}

function within(value: unknown, names: readonly string[], pattern: Pattern): boolean {
  if (Array.isArray(value)) return value.some((item) => within(item, names, pattern));
  const [name, ...rest] = names;
  if (name !== undefined) return typeof value === 'object' && value !== null && Object.hasOwn(value, name) && within((value as Json)[name], rest, pattern);
  return isPlain(value) && matches(pattern, String(value));
}

/** Free text: a value that equals the pattern or has it as a word. */
function anywhere(value: unknown, pattern: Pattern): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some((inner) => anywhere(inner, pattern));
  if (!isPlain(value)) return false;
  const text = String(value);
  return matches(pattern, text) || text.split(/[\s,;/:]+/).some((word) => matches(pattern, word));
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** What the terms that every match must fulfil say about indexed fields. Paths, ids and tags are compared as written there. */
export function narrow(query: Query): Narrowing {
  const terms = query.kind === 'and' ? query.of : [query];
  const narrowing: { -readonly [K in keyof Narrowing]: Narrowing[K] } = {};
  for (const term of terms) {
    if (term.kind !== 'term') continue;
    const { field, pattern } = term;
    if (field === 'resource_type' && pattern.literal !== undefined) narrowing.type = pattern.literal;
    if (field === 'display_name' && pattern.prefix !== '') narrowing.namePrefix = pattern.prefix;
    if (field === 'id' && pattern.literal !== undefined) narrowing.id = pattern.literal;
    if (field === 'path' && pattern.literal !== undefined) narrowing.path = pattern.literal;
    if (field === 'parent_path' && pattern.literal !== undefined) narrowing.parentPath = pattern.literal;
    if (field === 'tags.tag' && pattern.literal !== undefined) narrowing.tag = pattern.literal;
  }
  return narrowing;
}
