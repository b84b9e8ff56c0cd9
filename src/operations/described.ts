import { ApiBody, ApiResponse } from '@nestjs/swagger';
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

/** Says what the body of an operation is. */
export function Takes(struct: StructClass): MethodDecorator {
  remember(struct, false);
  return ApiBody({ required: true, schema: reference(struct.name) });
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
export function AnswersList(struct: StructClass): MethodDecorator {
  remember(struct, true);
  return ApiResponse({ status: 200, description: 'A page of them.', content: { 'application/json': { schema: reference(`${struct.name}ListResult`) } } });
}

/** Says that an operation answers nothing but a status. */
export function AnswersNothing(status = 200): MethodDecorator {
  return ApiResponse({ status, description: 'Done.' });
}

export function describedStructures(): ReadonlyMap<string, { readonly struct: StructClass; readonly listed: boolean }> {
  return structures;
}
