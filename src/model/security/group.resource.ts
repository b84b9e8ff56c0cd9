import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Domain } from '../root/domain.resource.js';
import { EXPRESSIONS, type GroupExpression } from './expressions.js';

@Resource({
  doc: 'A set of workloads, ports or addresses, listed one by one or chosen by what is true of them.',
  feature: 'grouping',
  at: [{ parent: Domain, collection: 'groups' }],
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
