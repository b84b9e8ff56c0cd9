import { baseOf, type FieldFacts, fieldsOf, type StructClass, variantOf } from './field.js';

/**
 * JSON Schema (2020-12, which OpenAPI 3.1 uses as it is) from field facts. `validate` is for requests: it leaves read-only
 * fields open, since clients send back what they read. `document` is for people and code generators: what structures inherit
 * is said once, in the schema of their base.
 */
export type SchemaPurpose = 'validate' | 'document';

export type JsonSchema = { [keyword: string]: unknown };

/** Collects the schemas of structures that fields point to, by class name. */
export class SchemaSet {
  readonly schemas = new Map<string, JsonSchema>();
  private readonly owners = new Map<string, StructClass>();

  /** @param prefix where references point, such as `#/components/schemas/` */
  constructor(
    private readonly purpose: SchemaPurpose,
    private readonly prefix: string,
  ) {}

  /** A reference to a structure's schema, which is added when it is not there yet. */
  reference(struct: StructClass, name: string = struct.name): JsonSchema {
    const owner = this.owners.get(name);
    if (owner && owner !== struct) throw new Error(`two structures are named ${name}: the API reference needs one name each`);
    if (!owner) {
      this.owners.set(name, struct);
      this.schemas.set(name, {});
      this.schemas.set(name, this.structure(struct));
    }
    return { $ref: `${this.prefix}${name}` };
  }

  private structure(struct: StructClass): JsonSchema {
    const base = this.purpose === 'document' ? baseOf(struct) : undefined;
    if (!base) return { type: 'object', ...this.members(struct, fieldsOf(struct)), additionalProperties: false };
    const inherited = new Set(fieldsOf(base));
    const own = fieldsOf(struct).filter((field) => !inherited.has(field));
    return { type: 'object', allOf: [this.inherited(base)], ...this.members(struct, own), unevaluatedProperties: false };
  }

  /** A reference to the schema of what structures inherit. It is open: those that inherit it add their own fields. */
  private inherited(struct: StructClass): JsonSchema {
    const reference = this.reference(struct);
    this.schemas.set(struct.name, { type: 'object', ...this.members(struct, fieldsOf(struct)) });
    return reference;
  }

  private members(struct: StructClass, fields: readonly FieldFacts[]): JsonSchema {
    const variant = variantOf(struct);
    const properties: Record<string, JsonSchema> = {};
    for (const field of fields) properties[field.name] = this.field(field);
    if (variant) properties[variant.property] = { type: 'string', const: variant.value };
    // A secret is kept apart: only whoever knows the stored ones can say that one is missing.
    const isRequired = (field: FieldFacts): boolean => field.required === true && !field.readOnly && !(field.secret && this.purpose === 'validate');
    const required = fields.filter(isRequired).map((field) => field.name);
    if (variant && !required.includes(variant.property)) required.push(variant.property);
    return { properties, ...(required.length > 0 ? { required } : {}) };
  }

  private field(facts: FieldFacts): JsonSchema {
    const documenting = this.purpose === 'document';
    if (facts.readOnly && !documenting) return {};
    const about: JsonSchema = documenting
      ? {
          description: facts.doc,
          ...(facts.readOnly ? { readOnly: true } : {}),
          ...(facts.secret ? { writeOnly: true } : {}),
          ...(facts.deprecated ? { deprecated: true } : {}),
          ...(facts.default !== undefined ? { default: facts.default } : {}),
        }
      : {};
    const value = this.value(facts);
    if (!facts.array) return { ...value, ...about };
    return {
      type: 'array',
      items: value,
      ...(facts.minItems !== undefined ? { minItems: facts.minItems } : {}),
      ...(facts.maxItems !== undefined ? { maxItems: facts.maxItems } : {}),
      ...about,
    };
  }

  private value(facts: FieldFacts): JsonSchema {
    if (facts.type === 'struct') {
      const [struct] = facts.structs?.() ?? [];
      return struct ? this.reference(struct) : {};
    }
    if (facts.type === 'union') return this.union(facts.structs?.() ?? []);
    const limits: JsonSchema = {
      ...(facts.enum ? { enum: [...facts.enum] } : {}),
      ...(facts.min !== undefined ? { minimum: facts.min } : {}),
      ...(facts.max !== undefined ? { maximum: facts.max } : {}),
      ...(facts.minLength !== undefined ? { minLength: facts.minLength } : {}),
      ...(facts.maxLength !== undefined ? { maxLength: facts.maxLength } : {}),
      ...(facts.pattern !== undefined ? { pattern: facts.pattern } : {}),
      ...(facts.format ? { format: facts.format } : {}),
    };
    return { ...(facts.type === 'any' ? {} : { type: facts.type }), ...limits };
  }

  private union(structs: readonly StructClass[]): JsonSchema {
    const property = structs.map(variantOf).find((variant) => variant)?.property ?? 'resource_type';
    return { type: 'object', discriminator: { propertyName: property }, required: [property], oneOf: structs.map((struct) => this.reference(struct)) };
  }
}
