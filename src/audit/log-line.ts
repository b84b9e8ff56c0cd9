import { Field } from '../model/field.js';

/** The audit log as clients of NSX-T ask for it. */

export class AuditLogRequest {
  @Field('integer', 'Only records that are not older than so many days.', { min: 0 })
  log_age_limit?: number;

  @Field('string', 'What the record must hold.', { maxLength: 1024 })
  log_filter?: string;

  @Field('string', 'Whether log_filter is a text or a regular expression.', { enum: ['TEXT', 'REGEX'], default: 'TEXT' })
  log_filter_type?: 'TEXT' | 'REGEX';
}

class LogParameters {
  @Field('string', 'true: this is a record of the audit log.', { required: true })
  audit!: string;

  @Field('string', 'Component that writes the record.', { required: true })
  comp!: string;

  @Field('string', 'INFO, or WARNING where the call was refused or failed.', { required: true })
  level!: string;

  @Field('string', 'Part of the component.', { required: true })
  subcomp!: string;

  @Field('string', 'true: a login failed, or a role did not suffice.', { required: true })
  security!: string;

  @Field('string', 'Who called.', { required: true })
  username!: string;

  @Field('string', 'Identifier of the request.', { required: true })
  req_id!: string;

  @Field('string', 'Number of the change set.', { required: true })
  ent_id!: string;

  @Field('string', 'Status that was answered where the call was refused or failed.', { required: true })
  error_code!: string;
}

/** A line of RFC 5424, whole and in its parts. */
class AuditLogLine {
  @Field('string', 'The whole line.')
  full_log?: string;

  @Field('integer', 'Facility and severity as one number.')
  priority?: number;

  @Field('integer', 'Number of the facility: log audit.')
  facility?: number;

  @Field('string', 'When the call was made, as ISO 8601.')
  timestamp?: string;

  @Field('string', 'Machine that the manager runs on.')
  hostname?: string;

  @Field('string', 'Name of the application.')
  appname?: string;

  @Field('integer', 'Number of the process.')
  procid?: number;

  @Field('string', 'Kind of the message.')
  msgid?: string;

  @Field(() => LogParameters, 'The structured part of the line.')
  struct_data?: LogParameters;

  @Field('string', 'The text of the line.')
  message?: string;
}

export class AuditLogPage {
  @Field(() => AuditLogLine, 'Lines, newest first.', { required: true, array: true })
  results!: AuditLogLine[];

  @Field('string', 'Where the next page starts; absent on the last.')
  cursor?: string;

  @Field('string', 'Time up to which the log is complete, as ISO 8601.', { required: true })
  last_full_sync_timestamp!: string;
}
