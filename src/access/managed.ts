import { CODES } from '../model/error-codes.js';
import { Field } from '../model/field.js';
import { Tag } from '../model/policy-object.js';
import { PolicyError } from '../model/problem.js';
import type { RequestContext } from '../policy/ports.js';
import type { Managed } from './records.js';

/** What every record has beside its own fields; what the system sets is accepted from clients and ignored. */
export abstract class ManagedResource {
  @Field('string', 'Name for people.', { maxLength: 255 })
  display_name?: string;

  @Field('string', 'Free text.', { maxLength: 1024 })
  description?: string;

  @Field(() => Tag, 'Labels.', { array: true, maxItems: 30 })
  tags?: Tag[];

  @Field('integer', 'Number of the version that the change is based on.')
  _revision?: number;

  @Field('string', 'Identifier.', { readOnly: true })
  id?: string;

  @Field('string', 'Type of the record.', { readOnly: true })
  resource_type?: string;

  @Field('integer', 'Creation time, in milliseconds since 1970.', { readOnly: true })
  _create_time?: number;

  @Field('string', 'Who created the record.', { readOnly: true })
  _create_user?: string;

  @Field('integer', 'Time of the last change, in milliseconds since 1970.', { readOnly: true })
  _last_modified_time?: number;

  @Field('string', 'Who changed the record last.', { readOnly: true })
  _last_modified_user?: string;

  @Field('string', 'Who may change the record.', { readOnly: true })
  _protection?: string;

  @Field('boolean', 'Whether the record belongs to the system.', { readOnly: true })
  _system_owned?: boolean;

  @Field('string', 'Schema of the record.', { readOnly: true })
  _schema?: string;

  @Field('object', 'Link to the record.', { readOnly: true })
  _self?: object;

  @Field('object', 'Links to related operations.', { readOnly: true, array: true })
  _links?: object[];
}

/** The common part of a new record. */
export function created(id: string, body: ManagedResource, { actor }: RequestContext, now: number): Managed {
  return { id, ...about(body), revision: 0, createdAt: now, createdBy: actor.user, changedAt: now, changedBy: actor.user };
}

/**
 * The common part of a changed record.
 * @throws PolicyError 412 when the body names another revision than the current one
 */
export function changed(before: Managed, body: ManagedResource, { actor }: RequestContext, now: number): Managed {
  if (body._revision !== undefined && body._revision !== before.revision) {
    throw new PolicyError({
      status: 412,
      code: CODES.stale,
      field: '_revision',
      message: `${before.id} is at revision ${before.revision}, but the body is based on ${body._revision}: read it again, and repeat the change on what you read.`,
    });
  }
  const { id, createdAt, createdBy, revision } = before;
  return { id, ...about(body), revision: revision + 1, createdAt, createdBy, changedAt: now, changedBy: actor.user };
}

function about({ display_name: displayName, description, tags }: ManagedResource): Pick<Managed, 'displayName' | 'description' | 'tags'> {
  return { displayName, description, tags };
}

/** The common part of an answer. */
export function managedBody(record: Managed, type: string, systemOwned = false): object {
  return {
    id: record.id,
    display_name: record.displayName ?? record.id,
    ...(record.description === undefined ? {} : { description: record.description }),
    ...(record.tags === undefined ? {} : { tags: record.tags }),
    resource_type: type,
    _create_time: record.createdAt,
    _create_user: record.createdBy,
    _last_modified_time: record.changedAt,
    _last_modified_user: record.changedBy,
    _system_owned: systemOwned,
    _protection: 'NOT_PROTECTED',
    _revision: record.revision,
  };
}
