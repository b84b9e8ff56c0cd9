import { type Json, valuesOf } from '../model/body.js';
import { CODES } from '../model/error-codes.js';
import { type FieldFacts, fieldsOf, type ReferenceFacts, type StructClass } from '../model/field.js';
import type { PolicyObject } from '../model/policy-object.js';
import type { Problem } from '../model/problem.js';
import type { Definition, Registry } from '../model/registry.js';
import { parseRange } from '../shared/address.js';
import type { Reference } from './ports.js';

/** A reference together with what its field may point to. */
export interface FoundReference extends Reference {
  readonly facts: ReferenceFacts;
}

const holders = new WeakMap<StructClass, boolean>();

/** Whether any field of a structure, or of one inside it, refers to something: bodies of the others are not searched. */
function hasReferences(struct: StructClass, seen: ReadonlySet<StructClass> = new Set()): boolean {
  const known = holders.get(struct);
  if (known !== undefined) return known;
  if (seen.has(struct)) return false;
  const found = fieldsOf(struct).some((facts) => facts.refs || facts.structs?.().some((inner) => hasReferences(inner, new Set([...seen, struct]))));
  if (seen.size === 0) holders.set(struct, found);
  return found;
}

const isReference = (facts: FieldFacts): boolean => facts.refs !== undefined;

/** Every reference that an object holds. Literals that a field also takes (ANY, addresses) are none. */
export function referencesOf(definition: Definition, object: PolicyObject): readonly FoundReference[] {
  if (!hasReferences(definition.struct)) return [];
  const found: FoundReference[] = [];
  for (const { facts, field, value } of valuesOf(definition.struct, object as unknown as Json, isReference)) {
    if (facts.refs && typeof value === 'string' && value.startsWith('/')) {
      found.push({ source: object.path, field, target: value, hard: facts.refs.soft !== true, facts: facts.refs });
    }
  }
  return found;
}

/** Values of reference fields that are neither a path nor one of the literals that the field also takes. */
export function literalProblems(definition: Definition, body: Json): readonly Problem[] {
  if (!hasReferences(definition.struct)) return [];
  const problems: Problem[] = [];
  for (const { facts, field, value } of valuesOf(definition.struct, body, isReference)) {
    if (!facts.refs || typeof value !== 'string' || value.startsWith('/')) continue;
    const { also = [], to } = facts.refs;
    if (also.includes('ANY') && value.toUpperCase() === 'ANY') continue;
    if (also.includes('ADDRESS') && parseRange(value)) continue;
    if (also.includes('TEXT')) continue;
    const choices = [
      `the policy path of a ${to.join(' or ')}`,
      ...(also.includes('ANY') ? ['ANY'] : []),
      ...(also.includes('ADDRESS') ? ['an address, block or range'] : []),
    ];
    problems.push({ status: 400, code: CODES.badReference, field, message: `Field ${field} must be ${choices.join(', or ')}.` });
  }
  return problems;
}

/** What is wrong with a reference, given the object at its target now. */
export function referenceProblem(registry: Registry, reference: FoundReference, target: PolicyObject | undefined): Problem | undefined {
  const where = { status: 400, code: CODES.badReference, field: reference.field, path: reference.source } as const;
  if (!target) {
    if (!reference.hard) return undefined;
    return { ...where, message: `Field ${reference.field} refers to ${reference.target}, which does not exist: create it first, or correct the path.` };
  }
  if (reference.facts.to.some((type) => registry.isA(target.resource_type, type))) return undefined;
  return {
    ...where,
    message: `Field ${reference.field} refers to ${reference.target}, which is a ${target.resource_type}: it must be a ${reference.facts.to.join(' or ')}.`,
  };
}
