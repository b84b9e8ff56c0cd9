import { type FieldFacts, fieldsOf, type StructClass, structOf } from './field.js';

/** JSON as clients send it. */
export type Json = { [name: string]: unknown };

/** What is asked of a structure's fields for every body, worked out once. */
interface Outline {
  readonly byName: ReadonlyMap<string, FieldFacts>;
  /** Fields that hold structures. */
  readonly nested: readonly FieldFacts[];
  readonly defaults: readonly FieldFacts[];
}

const outlines = new WeakMap<StructClass, Outline>();

function outlineOf(struct: StructClass): Outline {
  const known = outlines.get(struct);
  if (known) return known;
  const fields = fieldsOf(struct);
  const outline = {
    byName: new Map(fields.map((facts) => [facts.name, facts])),
    nested: fields.filter(({ structs }) => structs),
    defaults: fields.filter((facts) => facts.default !== undefined),
  };
  outlines.set(struct, outline);
  return outline;
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
  const { byName } = outlineOf(struct);
  const result: Json = {};
  for (const name in body) {
    const value = body[name];
    const field = byName.get(name);
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
  const { nested, defaults } = outlineOf(struct);
  for (const facts of nested) {
    const value = body[facts.name];
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? value : [value]) {
      const inner = structOf(facts, item);
      if (inner) addDefaults(inner, item as Json);
    }
  }
  for (const { name, default: value } of defaults) if (body[name] === undefined) body[name] = copyOf(value);
}

/** A copy of a default: those that are lists or objects are plain JSON, for which structuredClone does far too much. */
function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, copyOf(item)]));
}

/** A field of a structure that is wanted, or that may hold structures which have such fields. */
interface Step {
  readonly facts: FieldFacts;
  readonly wanted: boolean;
  readonly leads: boolean;
}

/**
 * Finds the wanted fields of bodies, also inside structures. Which fields are wanted or lead to such is worked out once a structure,
 * so that bodies without any are not searched, and of the others only what can hold one.
 */
export class FieldSearch {
  private readonly steps = new WeakMap<StructClass, readonly Step[]>();

  constructor(private readonly wanted: (facts: FieldFacts) => boolean) {}

  /** Whether a structure, or one inside it, has a wanted field. */
  finds(struct: StructClass): boolean {
    return this.stepsOf(struct).length > 0;
  }

  /**
   * Calls back for every wanted field of the structures that a body has, whether it has a value there or not, in the order of the
   * fields, with its JSON path (`destination.ports`, `subnets[0].ranges`) and the structure that holds it.
   */
  each(struct: StructClass, body: Json, found: (facts: FieldFacts, field: string, holder: Json) => void, at = ''): void {
    for (const { facts, wanted, leads } of this.stepsOf(struct)) {
      const field = at === '' ? facts.name : `${at}.${facts.name}`;
      if (wanted) found(facts, field, body);
      if (!leads) continue;
      const value = body[facts.name];
      const items = Array.isArray(value) ? value : [value];
      for (let index = 0; index < items.length; index += 1) {
        const inner = structOf(facts, items[index]);
        if (inner) this.each(inner, items[index], found, facts.array ? `${field}[${index}]` : field);
      }
    }
  }

  private stepsOf(struct: StructClass): readonly Step[] {
    let steps = this.steps.get(struct);
    if (!steps) {
      steps = fieldsOf(struct)
        .map((facts) => ({ facts, wanted: this.wanted(facts), leads: facts.structs?.().some((inner) => this.reaches(inner, new Set())) ?? false }))
        .filter(({ wanted, leads }) => wanted || leads);
      this.steps.set(struct, steps);
    }
    return steps;
  }

  private reaches(struct: StructClass, seen: Set<StructClass>): boolean {
    if (seen.has(struct)) return false;
    seen.add(struct);
    return fieldsOf(struct).some((facts) => this.wanted(facts) || facts.structs?.().some((inner) => this.reaches(inner, seen)));
  }
}

const secrets = new FieldSearch((facts) => facts.secret === true);

/** Whether a structure, or one inside it, has a secret field: most have none. */
export function hasSecrets(struct: StructClass): boolean {
  return secrets.finds(struct);
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
  secrets.each(struct, object, ({ required }, field) => found.push({ field, required: required === true }));
  return found;
}

/** Takes every secret out of a body, in place. An empty value means that the secret is to be deleted. */
export function takeSecrets(struct: StructClass, body: Json): { field: string; value: string | undefined }[] {
  const taken: { field: string; value: string | undefined }[] = [];
  secrets.each(struct, body, ({ name }, field, holder) => {
    const value = holder[name];
    if (value === undefined) return;
    taken.push({ field, value: isEmpty(value) ? undefined : String(value) });
    delete holder[name];
  });
  return taken;
}
