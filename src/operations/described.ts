import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiQuery, ApiResponse } from '@nestjs/swagger';
import type { StructClass } from '../model/field.js';

/**
 * What operations outside the policy tree take and answer, for the API reference: structures of declared fields, as policy objects
 * are. The schemas come from the same facts that check the bodies.
 */
const structures = new Map<string, { readonly struct: StructClass; readonly listed: boolean }>();

function remember(struct: StructClass, listed: boolean): void {
  const known = structures.get(struct.name);
  if (known && known.struct !== struct) throw new Error(`two structures are named ${struct.name}: the API reference needs one name each`);
  structures.set(struct.name, { struct, listed: listed || known?.listed === true });
}

const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });

export interface BodyFacts {
  /** `false`: the operation has a meaning without a body too. */
  readonly required?: boolean;
  /** `true`: an HTML form, and no JSON. */
  readonly form?: boolean;
}

/** Says what the body of an operation is; of several structures, it is one. */
export function Takes(structs: StructClass | readonly StructClass[], { required = true, form = false }: BodyFacts = {}): MethodDecorator {
  const choices = Array.isArray(structs) ? (structs as readonly StructClass[]) : [structs as StructClass];
  for (const struct of choices) remember(struct, false);
  const [first, ...others] = choices.map(({ name }) => reference(name));
  const schema = first && others.length === 0 ? first : { oneOf: [first, ...others] as { $ref: string }[] };
  const body = ApiBody({ required, schema });
  return form ? applyDecorators(body, ApiConsumes('application/x-www-form-urlencoded')) : body;
}

export interface AnswerFacts {
  /** Status of the answer; 200 where left out. */
  readonly status?: number;
  readonly description?: string;
}

/** Says what an operation answers: a structure. */
export function Answers(struct: StructClass, { status = 200, description = 'As it is now.' }: AnswerFacts = {}): MethodDecorator {
  remember(struct, false);
  return ApiResponse({ status, description, content: { 'application/json': { schema: reference(struct.name) } } });
}

/** Says that an operation answers a page of structures. */
export function AnswersList(struct: StructClass, { status = 200, description = 'A page of them.' }: AnswerFacts = {}): MethodDecorator {
  remember(struct, true);
  return ApiResponse({ status, description, content: { 'application/json': { schema: reference(`${struct.name}ListResult`) } } });
}

/** Says that an operation answers text of a media type that is no JSON. */
export function AnswersText(mediaType: string, description: string): MethodDecorator {
  return ApiResponse({ status: 200, description, content: { [mediaType]: { schema: { type: 'string' } } } });
}

/** Says that an operation answers nothing but a status, and headers where some are named with what they hold. */
export function AnswersNothing({
  status = 200,
  description = 'Done.',
  headers = {},
}: AnswerFacts & { readonly headers?: Readonly<Record<string, string>> } = {}): MethodDecorator {
  const described = Object.entries(headers).map(([name, holds]) => [name, { description: holds, schema: { type: 'string' as const } }]);
  return ApiResponse({ status, description, ...(described.length > 0 ? { headers: Object.fromEntries(described) } : {}) });
}

export interface QueryFacts {
  readonly required?: boolean;
  readonly type?: 'string' | 'integer' | 'boolean';
  readonly enum?: readonly string[];
  readonly default?: string | number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Says which query parameter an operation looks at. */
export function Asks(name: string, description: string, { required = false, type = 'string', enum: values, ...limits }: QueryFacts = {}): MethodDecorator {
  return ApiQuery({ name, required, description, schema: { type, ...(values ? { enum: [...values] } : {}), ...limits } });
}

/** Where the description holds the parameters that many operations share. */
export const SHARED_PARAMETERS = '#/components/parameters/';

/** Says which of the shared parameters of listings an operation looks at. */
export function Pages(...names: readonly ('cursor' | 'page_size' | 'sort_by' | 'sort_ascending' | 'included_fields')[]): MethodDecorator {
  return applyDecorators(...names.map((name) => ApiQuery({ name, required: false, schema: { $ref: `${SHARED_PARAMETERS}${name}` } })));
}

export function describedStructures(): ReadonlyMap<string, { readonly struct: StructClass; readonly listed: boolean }> {
  return structures;
}
