import { cycleThrough } from '../../shared/cycle.js';
import { CODES } from '../error-codes.js';
import { Field } from '../field.js';
import type { IntentView } from '../hooks.js';
import { Tier0 } from '../networking/tier0.resource.js';
import { PolicyConfigResource } from '../policy-object.js';
import type { Problem } from '../problem.js';
import { Resource } from '../resource.js';
import { Domain } from '../root/domain.resource.js';
import { EXPRESSIONS, type GroupExpression, pathsOf } from './expressions.js';

@Resource<Group>({
  doc: 'A set of workloads, ports or addresses, listed one by one or chosen by what is true of them.',
  feature: 'grouping',
  at: [
    { parent: Domain, collection: 'groups' },
    { parent: Tier0, collection: 'groups' },
  ],
  hooks: { check },
})
export class Group extends PolicyConfigResource {
  @Field({ oneOf: () => EXPRESSIONS }, 'Who is a member: expressions that alternate with conjunctions. A group without any is empty.', { array: true })
  expression?: GroupExpression[];

  @Field({ oneOf: () => EXPRESSIONS }, 'Narrows the members to those where a user of a directory group is logged in.', { array: true, maxItems: 1 })
  extended_expression?: GroupExpression[];

  @Field('string', 'What may be a member; anything where left out.', { array: true, enum: ['IPAddress', 'ANTREA'] })
  group_type?: string[];

  @Field('boolean', 'Whether another manager defines the group.', { readOnly: true, default: false })
  reference!: boolean;

  @Field('string', 'How far the members are worked out.', { readOnly: true, enum: ['IN_PROGRESS', 'SUCCESS', 'FAILURE'] })
  state?: string;
}

function check(group: Group, view: IntentView, before?: Group): readonly Problem[] {
  return [...shapeProblems(group.expression ?? [], 'expression'), ...cycleProblems(group, view, before)];
}

/** Expressions stand at even places, conjunctions between them; in brackets too. */
function shapeProblems(expressions: readonly GroupExpression[], field: string): Problem[] {
  const problems: Problem[] = [];
  expressions.forEach((expression, index) => {
    const isConjunction = expression.resource_type === 'ConjunctionOperator';
    const isLast = index === expressions.length - 1;
    if (isConjunction !== (index % 2 === 1) || (isConjunction && isLast)) {
      const message = `Field ${field}[${index}] is out of place: expressions and conjunctions alternate, and an expression comes last.`;
      problems.push({ status: 400, code: CODES.field, field: `${field}[${index}]`, message });
    }
    if ('expressions' in expression) problems.push(...shapeProblems(expression.expressions, `${field}[${index}].expressions`));
  });
  return problems.slice(0, 1);
}

/** A group must not be a member of itself, however far down. Only a path that was added can have closed a circle. */
function cycleProblems(group: Group, view: IntentView, before: Group | undefined): Problem[] {
  const known = new Set(pathsOf(before?.expression));
  if (pathsOf(group.expression).every((path) => known.has(path))) return [];
  const circle = cycleThrough(group.path, (path) => {
    const member = view.get<Group>(path);
    return member?.resource_type === 'Group' ? pathsOf(member.expression) : [];
  });
  if (!circle) return [];
  const message = `${group.path} would be a member of itself: ${circle.join(' has ')}. Take one of these out.`;
  return [{ status: 400, code: CODES.conflict, field: 'expression', message }];
}
