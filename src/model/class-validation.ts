import { plainToInstance, Transform } from 'class-transformer';
import {
  Allow,
  ArrayMaxSize,
  ArrayMinSize,
  Equals,
  IsArray,
  IsBoolean,
  IsDefined,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { declaredBy, type FieldFacts, type StructClass, structOf, type VariantFacts, variantOf } from './field.js';
import { FORMATS } from './formats.js';

const declared = new WeakSet<object>();

/**
 * Declares a class to class-validator, with the classes that it extends and the structures in its fields, from the same facts that
 * the compiled validator is made of. It serves code that holds instances (tools, tests, Nest pipes); requests go through
 * `validator.ts`, which takes a fiftieth of the time. Asked for by whoever needs it and not part of `@Field`, because every thread of
 * the manager would spend half a second on it at its start.
 */
export function declareToClassValidator(struct: StructClass): void {
  declare(struct.prototype);
}

function declare(proto: object): void {
  if (proto === Object.prototype || declared.has(proto)) return;
  declared.add(proto);
  declare(Object.getPrototypeOf(proto));
  for (const facts of declaredBy(proto)) {
    for (const validator of classValidators(facts)) validator(proto, facts.name);
    for (const inner of facts.structs?.() ?? []) declareToClassValidator(inner);
  }
  const variant = variantOf(proto.constructor as StructClass);
  if (variant) for (const validator of variantValidators(variant)) validator(proto, variant.property);
}

function classValidators(facts: FieldFacts): PropertyDecorator[] {
  if (facts.readOnly) return [Allow()];
  const each = facts.array === true;
  const options = { each };
  const list: PropertyDecorator[] = facts.required && !facts.secret ? required() : [IsOptional()];
  if (each) list.push(IsArray());
  if (facts.minItems !== undefined) list.push(ArrayMinSize(facts.minItems));
  if (facts.maxItems !== undefined) list.push(ArrayMaxSize(facts.maxItems));
  if (facts.type === 'string') list.push(IsString(options));
  if (facts.type === 'integer') list.push(IsInt(options));
  if (facts.type === 'number') list.push(IsNumber({ allowNaN: false, allowInfinity: false }, options));
  if (facts.type === 'boolean') list.push(IsBoolean(options));
  if (facts.type === 'object') list.push(IsObject(options));
  // Without IsObject, null would pass as an item of a list, and a list in place of one structure.
  if (facts.structs) list.push(IsObject(options), ValidateNested(options), instances(facts));
  if (facts.enum) list.push(IsIn([...facts.enum], options));
  if (facts.min !== undefined) list.push(Min(facts.min, options));
  if (facts.max !== undefined) list.push(Max(facts.max, options));
  if (facts.minLength !== undefined || facts.maxLength !== undefined) list.push(lengthValidator(facts, options));
  if (facts.pattern !== undefined) list.push(Matches(new RegExp(facts.pattern, 'u'), options));
  if (facts.format) list.push(formatValidator(facts.format, options));
  return list;
}

/** Decorators for the property that tells the variants of a union apart. */
function variantValidators({ value }: VariantFacts): PropertyDecorator[] {
  return [...required(), Equals(value)];
}

/** A field that may be left out in a base class and not in a subclass inherits the condition of IsOptional: this one replaces it. */
function required(): PropertyDecorator[] {
  return [ValidateIf(() => true), IsDefined()];
}

/** Makes instances of the structures in a field, of a union's by what tells them apart. What is no structure stays as it is, to be refused. */
function instances(facts: FieldFacts): PropertyDecorator {
  const instance = (value: unknown): unknown => {
    const struct = structOf(facts, value);
    return struct ? plainToInstance(struct as unknown as new () => object, value) : value;
  };
  return Transform(({ obj, key }) => (Array.isArray(obj[key]) ? obj[key].map(instance) : instance(obj[key])), { toClassOnly: true });
}

/** Characters are counted as JSON Schema does, by code point; class-validator's own count leaves some out. */
function lengthValidator({ minLength = 0, maxLength = Number.POSITIVE_INFINITY }: FieldFacts, options: { each: boolean }): PropertyDecorator {
  const fits = (length: number): boolean => length >= minLength && length <= maxLength;
  const limits = maxLength === Number.POSITIVE_INFINITY ? `at least ${minLength}` : `${minLength} to ${maxLength}`;
  return ValidateBy(
    {
      name: 'length',
      validator: {
        validate: (value) => typeof value === 'string' && fits([...value].length),
        defaultMessage: () => `$property must have ${limits} characters`,
      },
    },
    options,
  );
}

function formatValidator(format: keyof typeof FORMATS, options: { each: boolean }): PropertyDecorator {
  const { accepts, says } = FORMATS[format];
  return ValidateBy(
    { name: format, validator: { validate: (value) => typeof value === 'string' && accepts(value), defaultMessage: () => `$property must be ${says}` } },
    options,
  );
}
