import { FieldSearch, type Json } from '../model/body.js';
import { CODES } from '../model/error-codes.js';
import type { ReferenceFacts } from '../model/field.js';
import type { PolicyObject } from '../model/policy-object.js';
import type { Problem } from '../model/problem.js';
import type { Definition, Registry } from '../model/registry.js';
import { parseRange } from '../shared/address.js';
import type { Reference } from './ports.js';

/** A reference together with what its field may point to. */
export interface FoundReference extends Reference {
  readonly facts: ReferenceFacts;
}

const references = new FieldSearch((facts) => facts.refs !== undefined);

/** Calls back for every text that a field which may refer to something holds. */
function eachText(definition: Definition, body: Json, found: (refs: ReferenceFacts, field: string, text: string) => void): void {
  references.each(definition.struct, body, ({ name, array, refs }, field, holder) => {
    const value = holder[name];
    if (!refs) return;
    if (typeof value === 'string') found(refs, field, value);
    else if (array && Array.isArray(value)) for (const [index, item] of value.entries()) if (typeof item === 'string') found(refs, `${field}[${index}]`, item);
  });
}

/** Every reference that an object holds. Literals that a field also takes (ANY, addresses) are none. */
export function referencesOf(definition: Definition, object: PolicyObject): readonly FoundReference[] {
  const found: FoundReference[] = [];
  eachText(definition, object as unknown as Json, (facts, field, text) => {
    if (text.startsWith('/')) found.push({ source: object.path, field, target: text, hard: facts.soft !== true, facts });
  });
  return found;
}

/** Values of reference fields that are neither a path nor one of the literals that the field also takes. */
export function literalProblems(definition: Definition, body: Json): readonly Problem[] {
  const problems: Problem[] = [];
  eachText(definition, body, ({ also = [], to }, field, text) => {
    if (text.startsWith('/')) return;
    if (also.includes('ANY') && text.toUpperCase() === 'ANY') return;
    if (also.includes('ADDRESS') && parseRange(text)) return;
    if (also.includes('TEXT')) return;
    const choices = [
      `the policy path of a ${to.join(' or ')}`,
      ...(also.includes('ANY') ? ['ANY'] : []),
      ...(also.includes('ADDRESS') ? ['an address, block or range'] : []),
    ];
    problems.push({ status: 400, code: CODES.badReference, field, message: `Field ${field} must be ${choices.join(', or ')}.` });
  });
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
