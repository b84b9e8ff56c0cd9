import 'reflect-metadata';

/**
 * One decorator states every fact of a field: its type, what it means, its limits, whether a client may write it, whether it is
 * secret and what it refers to. Validation, OpenAPI, defaults, references and search are all derived from these facts, so that
 * they cannot disagree.
 */

/** JSON types of a field that is not a structure. `object` is free-form JSON, `any` a JSON value of whatever type. */
export type ScalarType = 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'any';

// biome-ignore lint/suspicious/noExplicitAny: any structure class, whatever its constructor takes
export type StructClass = abstract new (...args: any[]) => object;

/** What a field that holds policy paths may point to. */
export interface ReferenceFacts {
  /** Resource types a path may resolve to; a type's variants count as the type. */
  readonly to: readonly string[];
  /** Values other than paths that are also allowed: the word ANY, literal addresses, ranges and CIDR blocks, or any text. */
  readonly also?: readonly ('ANY' | 'ADDRESS' | 'TEXT')[];
  /**
   * `true`: the target may be deleted, or be absent, without an error (a soft reference). The default is a hard reference: it
   * must resolve when written, and it protects its target from deletion.
   */
  readonly soft?: boolean;
}

/** Names of string formats; `formats.ts` holds what each accepts. */
export type Format =
  | 'ip'
  | 'ipv4'
  | 'ipv6'
  | 'ip-cidr-block'
  | 'ipv4-cidr-block'
  | 'ipv6-cidr-block'
  | 'address-or-block-or-range'
  | 'list-of-address-or-block-or-range'
  | 'ip-cidr-block-or-any'
  | 'autonomous-system'
  | 'bgp-community'
  | 'hostname-or-ip'
  | 'hostname'
  | 'mac-address'
  | 'port-or-range'
  | 'vlan-or-range'
  | 'policy-path';

export interface FieldOptions {
  readonly array?: boolean;
  readonly required?: boolean;
  /** Set by the system: accepted from clients that send back what they read, and ignored. */
  readonly readOnly?: boolean;
  /** Kept apart and encrypted; never in an answer, the history or a log. */
  readonly secret?: boolean;
  readonly enum?: readonly (string | number)[];
  /** Written into the object when a client leaves the field out. */
  readonly default?: unknown;
  readonly min?: number;
  readonly max?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly format?: Format;
  readonly refs?: ReferenceFacts;
  readonly deprecated?: boolean;
  /**
   * A PATCH that leaves the field out keeps it, where others are unset: clients write parts of such an object by themselves.
   * `alone`: only a PATCH of the object itself does; inside the body of another object it comes whole.
   */
  readonly sticky?: boolean | 'alone';
  /** Set on fields whose values change nothing on any node: why, and what to do instead. The realized state of the object says so. */
  readonly unrealized?: string;
  /** Once created, the value stays: a different one is refused. */
  readonly immutable?: boolean;
}

export interface FieldFacts extends FieldOptions {
  readonly name: string;
  readonly doc: string;
  readonly type: ScalarType | 'struct' | 'union';
  /** For `struct` one class, for `union` one per variant. A thunk, because structures may contain themselves. */
  readonly structs?: () => readonly StructClass[];
}

/** A structure that is one of several in a union, told apart by a property with a fixed value. */
export interface VariantFacts {
  readonly property: string;
  readonly value: string;
}

const FIELDS = Symbol('heddle:fields');
const VARIANT = Symbol('heddle:variant');

type FieldType = ScalarType | (() => StructClass) | { readonly oneOf: () => readonly StructClass[] };

/**
 * Declares a field of a resource or of a structure inside one.
 * @param type a JSON type, a thunk of the structure's class, or `{ oneOf }` with a thunk of the classes of a union
 * @param doc one sentence for the API reference
 */
export function Field(type: FieldType, doc: string, options: FieldOptions = {}): PropertyDecorator {
  return (target, key) => {
    const facts: FieldFacts = { ...options, name: String(key), doc, ...shapeOf(type) };
    const own: FieldFacts[] = Reflect.getOwnMetadata(FIELDS, target) ?? [];
    Reflect.defineMetadata(FIELDS, [...own, facts], target);
  };
}

function shapeOf(type: FieldType): Pick<FieldFacts, 'type' | 'structs'> {
  if (typeof type === 'string') return { type };
  if (typeof type === 'function') return { type: 'struct', structs: () => [type()] };
  return { type: 'union', structs: type.oneOf };
}

/** Marks a structure as the variant of a union that has `property` equal to `value`. */
export function Variant(value: string, property = 'resource_type'): ClassDecorator {
  return (target) => {
    const facts: VariantFacts = { property, value };
    Reflect.defineMetadata(VARIANT, facts, target);
  };
}

export function variantOf(struct: StructClass): VariantFacts | undefined {
  return Reflect.getOwnMetadata(VARIANT, struct);
}

/** The structure that a value of a field has: a union's is told by its discriminator. Undefined for plain values, lists and unknown kinds. */
export function structOf(facts: FieldFacts, value: unknown): StructClass | undefined {
  if (!facts.structs || typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  let choice = choices.get(facts);
  if (!choice) {
    choice = choiceOf(facts.type, facts.structs());
    choices.set(facts, choice);
  }
  return typeof choice === 'function' ? choice : choice.byValue.get((value as Record<string, unknown>)[choice.property]);
}

/** The structures of a union by the value of the property that tells them apart. */
interface Choice {
  readonly property: string;
  readonly byValue: ReadonlyMap<unknown, StructClass>;
}

/** Worked out at the first value of a field, because structures may be declared after the fields that hold them. */
const choices = new WeakMap<FieldFacts, StructClass | Choice>();

function choiceOf(type: FieldFacts['type'], structs: readonly StructClass[]): StructClass | Choice {
  const [only] = structs;
  if (type === 'struct' && only) return only;
  const variants = structs.flatMap((struct) => {
    const variant = variantOf(struct);
    return variant ? [{ struct, ...variant }] : [];
  });
  return { property: variants[0]?.property ?? '', byValue: new Map(variants.map(({ value, struct }) => [value, struct])) };
}

/** The fields that a prototype's own class declares. */
export function declaredBy(proto: object): readonly FieldFacts[] {
  return Reflect.getOwnMetadata(FIELDS, proto) ?? [];
}

const fieldsByClass = new WeakMap<StructClass, readonly FieldFacts[]>();

/** All fields of a class, inherited ones first; a field declared again in a subclass replaces the inherited one in place. */
export function fieldsOf(struct: StructClass): readonly FieldFacts[] {
  const known = fieldsByClass.get(struct);
  if (known) return known;
  const chain: object[] = [];
  for (let proto = struct.prototype; proto && proto !== Object.prototype; proto = Object.getPrototypeOf(proto)) chain.unshift(proto);
  const fields = new Map<string, FieldFacts>();
  for (const proto of chain) for (const facts of declaredBy(proto)) fields.set(facts.name, facts);
  const all = [...fields.values()];
  fieldsByClass.set(struct, all);
  return all;
}

/** The class at the root of a structure's inheritance that declares fields, unless it is the structure itself. */
export function baseOf(struct: StructClass): StructClass | undefined {
  let base: StructClass | undefined;
  for (let proto = Object.getPrototypeOf(struct.prototype); proto && proto !== Object.prototype; proto = Object.getPrototypeOf(proto)) {
    if (Reflect.hasOwnMetadata(FIELDS, proto)) base = proto.constructor;
  }
  return base;
}
