import { Field } from './field.js';

export class Tag {
  @Field('string', 'What the tag is about; empty where the tag stands alone.', { maxLength: 128 })
  scope?: string;

  @Field('string', 'The value of the tag.', { maxLength: 256 })
  tag?: string;
}

/** Every stored object as it appears in an answer: the fields that all types share. */
export interface PolicyObject {
  id: string;
  display_name: string;
  description?: string;
  resource_type: string;
  path: string;
  relative_path: string;
  parent_path: string;
  unique_id: string;
  realization_id: string;
  tags?: Tag[];
  marked_for_delete: boolean;
  overridden: boolean;
  _create_time: number;
  _create_user: string;
  _last_modified_time: number;
  _last_modified_user: string;
  _system_owned: boolean;
  _protection: string;
  _revision: number;
}

/** Characters of the longest display name. */
export const LONGEST_NAME = 255;

/** Base of every policy resource type (Resource, RevisionedResource, ManagedResource, PolicyResource, PolicyConfigResource). */
export abstract class PolicyConfigResource {
  @Field('string', 'Identifier, unique among the siblings; the last segment of the path.', { minLength: 1, maxLength: 1023 })
  id!: string;

  @Field('string', 'Name for people; where none is given the identifier, as far as it fits.', { maxLength: LONGEST_NAME })
  display_name?: string;

  @Field('string', 'Free text.', { maxLength: 1024 })
  description?: string;

  @Field('string', 'Name of the type.')
  resource_type!: string;

  @Field(() => Tag, 'Labels that groups, searches and other systems select by.', { array: true, maxItems: 30 })
  tags?: Tag[];

  @Field('string', 'Absolute policy path.', { readOnly: true })
  path!: string;

  @Field('string', 'Path relative to the parent.', { readOnly: true })
  relative_path!: string;

  @Field('string', 'Path of the parent.', { readOnly: true })
  parent_path!: string;

  @Field('string', 'Path on the remote manager; empty here.', { readOnly: true })
  remote_path?: string;

  @Field('string', 'Identifier that is never reused.', { readOnly: true })
  unique_id!: string;

  @Field('string', 'Identifier of the realized object.', { readOnly: true })
  realization_id!: string;

  @Field('string', 'Identifier of the manager that owns the object.', { readOnly: true })
  owner_id?: string;

  @Field('string', 'Site where the object was created.', { readOnly: true })
  origin_site_id?: string;

  @Field('boolean', 'Whether the object is being deleted.', { readOnly: true })
  marked_for_delete!: boolean;

  @Field('boolean', 'Whether a local value overrides a global one.', { readOnly: true })
  overridden!: boolean;

  @Field('integer', 'Creation time, in milliseconds since 1970.', { readOnly: true })
  _create_time!: number;

  @Field('string', 'Who created the object.', { readOnly: true })
  _create_user!: string;

  @Field('integer', 'Time of the last change, in milliseconds since 1970.', { readOnly: true })
  _last_modified_time!: number;

  @Field('string', 'Who changed the object last.', { readOnly: true })
  _last_modified_user!: string;

  @Field('boolean', 'Whether the object belongs to the system.', { readOnly: true })
  _system_owned!: boolean;

  @Field('string', 'Who may change the object.', { readOnly: true, enum: ['PROTECTED', 'NOT_PROTECTED', 'REQUIRE_OVERRIDE', 'UNKNOWN'] })
  _protection!: string;

  @Field('integer', 'Number of the version: 0 when created, one more with every write. A PUT must carry the current one.')
  _revision?: number;

  @Field('object', 'Links to related operations.', { readOnly: true, array: true })
  _links?: object[];

  @Field('string', 'Schema of the object.', { readOnly: true })
  _schema?: string;

  @Field('object', 'Link to the object itself.', { readOnly: true })
  _self?: object;
}
