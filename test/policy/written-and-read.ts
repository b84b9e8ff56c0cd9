import { isDeepStrictEqual } from 'node:util';
import { addDefaults, type Json, takeSecrets, withoutEmpty } from '../../src/model/body.js';
import { type FieldFacts, fieldsOf, structOf } from '../../src/model/field.js';
import type { Definition } from '../../src/model/registry.js';

/**
 * What an object must read like after a body was written: what means nothing is gone, defaults are there, and secrets are not.
 * @param before the object as it was: fields that cannot change, or that a PATCH keeps, come from there
 */
export function expected(definition: Definition, given: Json, op: 'put' | 'patch', before?: Json): Json {
  const body = withoutEmpty(definition.struct, given);
  takeSecrets(definition.struct, body);
  addDefaults(definition.struct, body);
  for (const { name, immutable, sticky } of definition.fields) {
    if (before?.[name] !== undefined && body[name] === undefined && (immutable || (sticky && op === 'patch'))) body[name] = before[name];
  }
  return body;
}

/** Fields that the pipeline itself fills in. */
const IDENTITY = new Set(['id', 'resource_type', 'display_name', '_revision']);

/**
 * Where an object as read is not what was expected, as JSON paths. What the system sets is its own business, and so is a field
 * that was left open where the type has a hook that completes it.
 */
export function differences(definition: Definition, wanted: Json, found: Json): string[] {
  const inline = definition.family.places.flatMap((place) => place.children.map((child) => child.definition.inline?.field));
  const known = new Set([...definition.fields.map(({ name }) => name), ...inline]);
  const unknown = Object.keys(found).filter((name) => !known.has(name));
  const fields = definition.fields.filter(({ name }) => !IDENTITY.has(name));
  return [...unknown, ...differing(fields, wanted, found, definition.hooks?.complete !== undefined)];
}

function differing(fields: readonly FieldFacts[], wanted: Json, found: Json, isCompleted: boolean): string[] {
  return fields.flatMap((facts) => {
    if (facts.readOnly) return [];
    const [left, right] = [wanted[facts.name], found[facts.name]];
    if (left === undefined && isCompleted) return [];
    return differingValues(facts, left, right, isCompleted).map((path) => `${facts.name}${path}`);
  });
}

function differingValues(facts: FieldFacts, wanted: unknown, found: unknown, isCompleted: boolean): string[] {
  if (Array.isArray(wanted) && Array.isArray(found) && wanted.length === found.length) {
    return wanted.flatMap((item, at) => differingValues(facts, item, found[at], isCompleted).map((path) => `[${at}]${path}`));
  }
  const struct = structOf(facts, wanted);
  if (struct && struct === structOf(facts, found)) {
    return differing(fieldsOf(struct), wanted as Json, found as Json, isCompleted).map((path) => `.${path}`);
  }
  return isDeepStrictEqual(wanted, found) ? [] : [` should be ${JSON.stringify(wanted)} and is ${JSON.stringify(found)}`];
}
