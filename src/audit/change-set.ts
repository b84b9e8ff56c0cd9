import { Field } from '../model/field.js';
import { PolicyConfigResource } from '../model/policy-object.js';
import type { ChangeOperation } from '../policy/ports.js';

/** What the history answers, for the API reference. */

export const OPERATIONS: readonly ChangeOperation[] = ['CREATE', 'UPDATE', 'DELETE'];

/** One audited call. */
class ChangeSetHeader {
  @Field('integer', 'Number of the change set; they follow each other without gaps.', { required: true })
  sequence!: number;

  @Field('integer', 'When it was done, in milliseconds since 1970.', { required: true })
  at!: number;

  @Field('string', 'Who did it.', { required: true })
  user!: string;

  @Field('string', 'Address that the request came from; empty where the manager did it itself.', { required: true })
  source!: string;

  @Field('string', 'Identifier of the request, which the answer has in X-Request-Id.', { required: true })
  request_id!: string;

  @Field('string', 'Method of the request.', { required: true })
  method!: string;

  @Field('string', 'Path and query of the request.', { required: true })
  uri!: string;

  @Field('integer', 'Status that was answered.', { required: true })
  status!: number;

  @Field('integer', 'Number of objects that it changed; 0 for what was refused.', { required: true })
  changes!: number;
}

export class ChangeSet extends ChangeSetHeader {}

export class ChangeSetPage {
  @Field(() => ChangeSet, 'Change sets, newest first.', { required: true, array: true })
  results!: ChangeSet[];

  @Field('string', 'Where the next page starts; absent on the last.')
  cursor?: string;
}

class FieldDifference {
  @Field('string', 'Where in the object, such as subnets[0].gateway_address.', { required: true })
  field!: string;

  @Field('any', 'The value as it was; absent where there was none.')
  before?: unknown;

  @Field('any', 'The value as it is then; absent where there is none.')
  after?: unknown;
}

class ObjectChange {
  @Field('string', 'Policy path of the object.', { required: true })
  path!: string;

  @Field('string', 'Type of the object.', { required: true })
  resource_type!: string;

  @Field('string', 'What was done to it.', { required: true, enum: OPERATIONS })
  operation!: string;

  @Field('integer', 'Number of the version that came of it.', { required: true })
  revision!: number;

  @Field(() => PolicyConfigResource, 'The object as it was; absent where it was created, or where that version was pruned.')
  before?: PolicyConfigResource;

  @Field(() => PolicyConfigResource, 'The object as it is then; absent where it was deleted.')
  after?: PolicyConfigResource;

  @Field(() => FieldDifference, 'What differs between the two.', { required: true, array: true })
  differences!: FieldDifference[];
}

export class ChangeSetDetails extends ChangeSetHeader {
  @Field('integer', 'Changes that the roles of the caller hide.', { required: true })
  hidden!: number;

  @Field(() => ObjectChange, 'Every object that changed.', { required: true, array: true })
  details!: ObjectChange[];
}

/** What is known of the call that made a version is absent where that part of the log was pruned. */
class ObjectVersion {
  @Field('string', 'Policy path of the object.', { required: true })
  path!: string;

  @Field('string', 'Type of the object.', { required: true })
  resource_type!: string;

  @Field('string', 'What was done to it.', { required: true, enum: OPERATIONS })
  operation!: string;

  @Field('integer', 'Number of the version.', { required: true })
  revision!: number;

  @Field('integer', 'Number of the change set that made it.', { required: true })
  sequence!: number;

  @Field('integer', 'When it was made, in milliseconds since 1970.')
  at?: number;

  @Field('string', 'Who made it.')
  user?: string;

  @Field('string', 'Address that the request came from.')
  source?: string;

  @Field('string', 'Identifier of the request.')
  request_id?: string;

  @Field('string', 'Method of the request.')
  method?: string;

  @Field('string', 'Path and query of the request.')
  uri?: string;

  @Field(() => PolicyConfigResource, 'The object; absent where it was deleted.')
  object?: PolicyConfigResource;
}

export class ObjectVersionPage {
  @Field(() => ObjectVersion, 'Versions of the object, newest first.', { required: true, array: true })
  results!: ObjectVersion[];

  @Field('string', 'Where the next page starts; absent on the last.')
  cursor?: string;
}

export class ObjectDifference {
  @Field('string', 'Policy path of the object.', { required: true })
  path!: string;

  @Field('integer', 'Number of the earlier change set.', { required: true })
  from!: number;

  @Field('integer', 'Number of the later change set.', { required: true })
  to!: number;

  @Field(() => FieldDifference, 'What differs; empty where nothing does.', { required: true, array: true })
  differences!: FieldDifference[];
}
