import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
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
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import type { FieldFacts, StructClass } from './field.js';
import { FORMATS } from './formats.js';

/**
 * class-validator's decorators for a field, from the same facts that the compiled validator is made of. They serve code that
 * holds instances (tools, tests, Nest pipes); requests go through `validator.ts`, which takes a fiftieth of the time.
 */
export function classValidators(facts: FieldFacts): PropertyDecorator[] {
  const each = facts.array === true;
  const options = { each };
  const list: PropertyDecorator[] = [facts.required && !facts.readOnly ? IsDefined() : IsOptional()];
  if (each) list.push(IsArray());
  if (facts.minItems !== undefined) list.push(ArrayMinSize(facts.minItems));
  if (facts.maxItems !== undefined) list.push(ArrayMaxSize(facts.maxItems));
  if (facts.type === 'string') list.push(IsString(options));
  if (facts.type === 'integer') list.push(IsInt(options));
  if (facts.type === 'number') list.push(IsNumber({ allowNaN: false, allowInfinity: false }, options));
  if (facts.type === 'boolean') list.push(IsBoolean(options));
  if (facts.type === 'object') list.push(IsObject(options));
  if (facts.type === 'struct') list.push(ValidateNested(options), nested(facts));
  if (facts.enum) list.push(IsIn([...facts.enum], options));
  if (facts.min !== undefined) list.push(Min(facts.min, options));
  if (facts.max !== undefined) list.push(Max(facts.max, options));
  if (facts.minLength !== undefined) list.push(MinLength(facts.minLength, options));
  if (facts.maxLength !== undefined) list.push(MaxLength(facts.maxLength, options));
  if (facts.pattern !== undefined) list.push(Matches(new RegExp(facts.pattern, 'u'), options));
  if (facts.format) list.push(formatValidator(facts.format, options));
  return list;
}

function nested(facts: FieldFacts): PropertyDecorator {
  return Type(() => facts.structs?.()[0] as unknown as new () => object) as PropertyDecorator & ((type: StructClass) => void);
}

function formatValidator(format: keyof typeof FORMATS, options: { each: boolean }): PropertyDecorator {
  const { accepts, says } = FORMATS[format];
  return ValidateBy(
    { name: format, validator: { validate: (value) => typeof value === 'string' && accepts(value), defaultMessage: () => `$property must be ${says}` } },
    options,
  );
}
