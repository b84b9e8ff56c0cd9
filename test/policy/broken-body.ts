import type { Json } from '../../src/model/body.js';
import { type FieldFacts, fieldsOf, type StructClass, structOf, variantOf } from '../../src/model/field.js';
import { FORMATS } from '../../src/model/formats.js';
import type { Definition } from '../../src/model/registry.js';

/** A body with one thing wrong. */
export interface BrokenBody {
  readonly body: Json;
  /** JSON path that the answer must name. */
  readonly field: string;
  readonly what: string;
  /** The fields are as they should be: only the write pipeline can tell that the value refers to nothing. */
  readonly reference?: true;
}

type Path = readonly (string | number)[];

/** Every way in which a valid body can break one of its field facts, one at a time. */
export function* brokenBodies(definition: Definition, body: Json): Generator<BrokenBody> {
  yield* brokenStructures(definition.struct, body, body, [], new Set());
}

/** Fields of the object itself that say where the request goes. */
const IDENTITY = new Set(['id', 'resource_type']);

/** @param seen structures that were broken elsewhere in the body: once is enough */
function* brokenStructures(struct: StructClass, value: Json, body: Json, at: Path, seen: Set<StructClass>): Generator<BrokenBody> {
  if (seen.has(struct)) return;
  seen.add(struct);
  const variant = variantOf(struct);
  const broken = (path: Path, put: unknown, what: string): BrokenBody => ({ body: replaced(body, path, put), field: jsonPath(path), what });
  yield broken([...at, 'nonsense'], 1, 'an unknown field');
  if (variant && at.length > 0) yield broken([...at, variant.property], 'Nonsense', 'an unknown kind');
  for (const facts of fieldsOf(struct)) {
    const path = [...at, facts.name];
    if (facts.readOnly || (at.length === 0 && IDENTITY.has(facts.name)) || facts.name === variant?.property) continue;
    if (facts.required && !facts.secret) yield broken(path, undefined, 'a missing field');
    const inner = value[facts.name];
    for (const wrong of facts.array ? wrongLists(facts, inner) : wrongValues(facts)) {
      const here = wrong.item ? [...path, 0] : path;
      yield { ...broken(path, wrong.value, wrong.what), field: jsonPath(here), ...(wrong.reference ? { reference: true } : {}) };
    }
    for (const [index, item] of (Array.isArray(inner) ? inner : [inner]).entries()) {
      const kind = structOf(facts, item);
      if (kind) yield* brokenStructures(kind, item as Json, body, facts.array ? [...path, index] : path, seen);
    }
  }
}

interface Wrong {
  readonly value: unknown;
  readonly what: string;
  /** The first item of the list is what is wrong. */
  readonly item?: true;
  readonly reference?: true;
}

function* wrongLists(facts: FieldFacts, given: unknown): Generator<Wrong> {
  yield { value: 'x', what: 'a text for a list' };
  yield { value: { 0: 'x' }, what: 'a structure for a list' };
  yield { value: [null], what: 'null in a list', item: true };
  for (const wrong of wrongValues(facts)) yield { ...wrong, value: [wrong.value], item: true };
  const [item] = Array.isArray(given) ? given : [];
  if (item === undefined) return;
  const { minItems = 0, maxItems } = facts;
  if (maxItems !== undefined) yield { value: Array(maxItems + 1).fill(item), what: 'too many items' };
  if (minItems > 1 || (minItems === 1 && facts.required)) yield { value: Array(minItems - 1).fill(item), what: 'too few items' };
}

function* wrongValues(facts: FieldFacts): Generator<Wrong> {
  for (const value of WRONG_TYPES[facts.structs ? 'structure' : facts.type]) yield { value, what: `${JSON.stringify(value)} for ${facts.type}` };
  if (facts.enum) yield { value: facts.type === 'string' ? 'no such value' : 123_456_789, what: 'a value that is not in the list' };
  if (facts.min !== undefined) yield { value: facts.min - 1, what: 'too small a number' };
  if (facts.max !== undefined) yield { value: facts.max + 1, what: 'too large a number' };
  if (facts.maxLength !== undefined) yield { value: 'x'.repeat(facts.maxLength + 1), what: 'too long a text' };
  if (facts.minLength !== undefined && facts.minLength > 1) yield { value: 'x'.repeat(facts.minLength - 1), what: 'too short a text' };
  const { pattern, format, refs } = facts;
  const badText = ['\u0000 é', '-', '/'].find(
    (one) => (format && !FORMATS[format].accepts(one)) || (pattern !== undefined && !new RegExp(pattern, 'u').test(one)),
  );
  if (badText !== undefined) yield { value: badText, what: 'a text in the wrong form' };
  if (!refs || facts.enum || format || pattern) return;
  if (!refs.also?.includes('TEXT')) yield { value: 'no path', what: 'a reference that is no path', reference: true };
  if (!refs.soft) yield { value: '/infra/domains/default/groups/does-not-exist', what: 'a reference to nothing', reference: true };
}

const WRONG_TYPES: Readonly<Record<FieldFacts['type'] | 'structure', readonly unknown[]>> = {
  string: [5, true, { a: 1 }, ['x']],
  integer: ['five', 1.5, true, [1], { a: 1 }],
  number: ['five', false, [1]],
  boolean: ['yes', 1, [true]],
  object: ['x', 5, ['x']],
  any: [],
  struct: [],
  union: [],
  structure: ['x', 5, true, ['x']],
};

/** A copy of the body with a value at a path; undefined removes it. */
function replaced(body: Json, path: Path, value: unknown): Json {
  const copy = structuredClone(body);
  let holder: Json = copy;
  for (const name of path.slice(0, -1)) holder = holder[name] as Json;
  const last = path.at(-1) as string;
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy;
}

/** `subnets[0].gateway_address`. */
function jsonPath(path: Path): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
}
