import { type FieldFacts, fieldsOf, type StructClass } from './field.js';
import type { PolicyObject } from './policy-object.js';
import type { Definition, Registry } from './registry.js';

/** What of an object takes no effect on any node, in words for people. */
export interface Unrealized {
  /** Why the object as a whole takes none. */
  readonly whole: string | undefined;
  /** Why single fields take none, of an object that has an effect otherwise. */
  readonly parts: readonly string[];
}

/** Answers for an object what of it takes no effect; undefined: everything does. What the system made by itself asks for nothing. */
export type UnrealizedQuestion = (object: PolicyObject) => Unrealized | undefined;

/** A field that takes no effect, and the fields that lead to it. */
interface IdleField {
  readonly steps: readonly string[];
  readonly facts: FieldFacts;
}

export function unrealizedIn(registry: Registry): UnrealizedQuestion {
  const idle = new Map<string, { readonly definition: Definition; readonly fields: readonly IdleField[] }>();
  for (const definition of registry.definitions) {
    const fields = idleFields(definition.struct, [], new Set());
    if (definition.unrealized || fields.length > 0) idle.set(definition.name, { definition, fields });
  }
  return (object) => {
    const type = idle.get(object.resource_type);
    if (!type || object._system_owned) return undefined;
    const { unrealized } = type.definition;
    const whole = unrealized && (unrealized.where?.(object) ?? true) ? unrealized.reason : undefined;
    const parts = type.fields.filter((field) => isSet(field, object)).map(({ steps, facts }) => `${steps.join('.')}: ${facts.unrealized}`);
    return whole === undefined && parts.length === 0 ? undefined : { whole, parts };
  };
}

/** Not those within lists: nothing of the kind is idle so far. */
function idleFields(struct: StructClass, steps: readonly string[], above: ReadonlySet<StructClass>): IdleField[] {
  if (above.has(struct)) return [];
  const within = new Set([...above, struct]);
  return fieldsOf(struct).flatMap((facts) => {
    const here = [...steps, facts.name];
    if (facts.unrealized !== undefined) return [{ steps: here, facts }];
    return facts.array ? [] : (facts.structs?.() ?? []).flatMap((one) => idleFields(one, here, within));
  });
}

function isSet({ steps, facts }: IdleField, object: object): boolean {
  const value = steps.reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], object);
  if (value === undefined || value === null || value === false || value === '' || value === facts.default) return false;
  return !Array.isArray(value) || value.length > 0;
}
