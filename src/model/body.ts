import { type FieldFacts, fieldsOf, type StructClass, structOf } from './field.js';

/** JSON as clients send it. */
export type Json = { [name: string]: unknown };

/** A value that a field holds, with its JSON path: `source_groups[0]`, `attachment.id`. */
export interface FieldValue {
  readonly facts: FieldFacts;
  readonly field: string;
  readonly value: unknown;
}

const byName = new WeakMap<StructClass, ReadonlyMap<string, FieldFacts>>();

function factsByName(struct: StructClass): ReadonlyMap<string, FieldFacts> {
  let facts = byName.get(struct);
  if (!facts) {
    facts = new Map(fieldsOf(struct).map((field) => [field.name, field]));
    byName.set(struct, facts);
  }
  return facts;
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/**
 * The body without what means nothing: null says that a field is unset, the same as leaving it out, and so does an empty string or
 * an empty list in an optional one; what the system sets is ignored. Booleans and numbers in quotes are taken for what they are.
 * Unknown fields stay, for the validator to report.
 */
export function withoutEmpty(struct: StructClass, body: Json): Json {
  const facts = factsByName(struct);
  const result: Json = {};
  for (const name in body) {
    const value = body[name];
    const field = facts.get(name);
    if (!field) result[name] = value;
    else if (field.readOnly || value === null || (!field.required && isEmpty(value))) continue;
    else result[name] = withoutEmptyValue(field, value);
  }
  return result;
}

function withoutEmptyValue(facts: FieldFacts, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutEmptyValue(facts, item));
  if (typeof value === 'string') return unquoted(facts, value);
  const struct = structOf(facts, value);
  return struct ? withoutEmpty(struct, value as Json) : value;
}

/** Scripts that fill in templates send `"false"` and `"10"`, which NSX-T takes. Other text stays, for the validator to report. */
function unquoted({ type }: FieldFacts, text: string): unknown {
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  if (type === 'integer' || type === 'number') return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
  return text;
}

/** Writes the defaults of fields that were left out into a valid body, in place, also inside its structures. */
export function addDefaults(struct: StructClass, body: Json): void {
  for (const facts of fieldsOf(struct)) {
    const value = body[facts.name];
    if (value === undefined) {
      if (facts.default !== undefined) body[facts.name] = structuredClone(facts.default);
    } else if (facts.structs) {
      for (const item of Array.isArray(value) ? value : [value]) {
        const inner = structOf(facts, item);
        if (inner) addDefaults(inner, item as Json);
      }
    }
  }
}

/** Every value of fields that `wanted` picks, also inside structures, in the order of the fields. */
export function* valuesOf(struct: StructClass, body: Json, wanted: (facts: FieldFacts) => boolean, at = ''): Generator<FieldValue> {
  for (const facts of fieldsOf(struct)) {
    const value = body[facts.name];
    if (value === undefined || value === null) continue;
    const isWanted = wanted(facts);
    if (!isWanted && !facts.structs) continue;
    const name = at === '' ? facts.name : `${at}.${facts.name}`;
    const items = Array.isArray(value) ? value : [value];
    for (let index = 0; index < items.length; index += 1) {
      const field = facts.array ? `${name}[${index}]` : name;
      if (isWanted) yield { facts, field, value: items[index] };
      const inner = structOf(facts, items[index]);
      if (inner) yield* valuesOf(inner, items[index] as Json, wanted, field);
    }
  }
}

const withSecrets = new WeakMap<StructClass, boolean>();

/** Whether a structure, or one inside it, has a secret field: most have none, and their bodies need not be searched. */
export function hasSecrets(struct: StructClass, seen: ReadonlySet<StructClass> = new Set()): boolean {
  const known = withSecrets.get(struct);
  if (known !== undefined) return known;
  if (seen.has(struct)) return false;
  const found = fieldsOf(struct).some((facts) => facts.secret || facts.structs?.().some((inner) => hasSecrets(inner, new Set([...seen, struct]))));
  if (seen.size === 0) withSecrets.set(struct, found);
  return found;
}

/** A secret field of a structure that is there, whether it has a value or not. */
export interface SecretField {
  /** JSON path in the object. */
  readonly field: string;
  readonly required: boolean;
}

/** Every secret that an object may have, given the structures that it has. */
export function secretFieldsOf(struct: StructClass, object: Json): SecretField[] {
  const found: SecretField[] = [];
  for (const { facts, field } of secretPlaces(struct, object)) found.push({ field, required: facts.required === true });
  return found;
}

/** Takes every secret out of a body, in place. An empty value means that the secret is to be deleted. */
export function takeSecrets(struct: StructClass, body: Json): { field: string; value: string | undefined }[] {
  const taken: { field: string; value: string | undefined }[] = [];
  for (const { facts, field, holder } of secretPlaces(struct, body)) {
    const value = holder[facts.name];
    if (value === undefined) continue;
    taken.push({ field, value: isEmpty(value) ? undefined : String(value) });
    delete holder[facts.name];
  }
  return taken;
}

function* secretPlaces(struct: StructClass, holder: Json, at = ''): Generator<{ facts: FieldFacts; field: string; holder: Json }> {
  if (!hasSecrets(struct)) return;
  for (const facts of fieldsOf(struct)) {
    const field = at === '' ? facts.name : `${at}.${facts.name}`;
    if (facts.secret) yield { facts, field, holder };
    if (!facts.structs) continue;
    const value = holder[facts.name];
    const items = Array.isArray(value) ? value : [value];
    for (const [index, item] of items.entries()) {
      const inner = structOf(facts, item);
      if (inner) yield* secretPlaces(inner, item as Json, facts.array ? `${field}[${index}]` : field);
    }
  }
}
