import { Field } from '../model/field.js';
import type { ConsolidatedStatus as Consolidated, NodeState, State } from '../realization/contract.js';

/** What became of intent, in the shapes that clients of NSX-T poll. */

const STATES: readonly State[] = ['UNREALIZED', 'REALIZED', 'ERROR'];
const CONSOLIDATED: readonly Consolidated[] = ['SUCCESS', 'IN_PROGRESS', 'ERROR', 'UNKNOWN'];
const NODE_STATES: readonly NodeState['state'][] = ['REALIZED', 'PENDING', 'ERROR', 'DISCONNECTED'];

class AlarmDetails {
  @Field('integer', 'Number of the kind of error.', { required: true })
  error_code!: number;

  @Field('string', 'What is wrong and what to do.', { required: true })
  error_message!: string;

  @Field('string', 'Part of the manager that found it.', { required: true })
  module_name!: string;

  @Field('string', 'Kind of trouble, node and resource.', { required: true })
  details!: string;
}

export class PolicyAlarmResource {
  @Field('string', 'Name of the type.', { required: true })
  resource_type!: string;

  @Field('string', 'Identifier, unique among the alarms of an object.', { required: true })
  id!: string;

  @Field('string', 'Kind of trouble, such as ENGINE_REFUSED.', { required: true })
  display_name!: string;

  @Field('string', 'Policy path of the object that could not be realized.', { required: true })
  source_reference!: string;

  @Field('string', 'What is wrong and where.', { required: true })
  message!: string;

  @Field(() => AlarmDetails, 'The same as an error.', { required: true })
  error_details!: AlarmDetails;
}

class RealizedAttributeValue {
  @Field('string', 'Name of the attribute.', { required: true })
  key!: string;

  @Field('string', 'Its values.', { required: true, array: true })
  values!: string[];

  @Field('string', 'Type of the values.', { required: true })
  data_type!: string;

  @Field('boolean', 'Whether there are several.', { required: true })
  multivalue!: boolean;
}

export class GenericPolicyRealizedResource {
  @Field('string', 'Name of the type.', { required: true })
  resource_type!: string;

  @Field('string', 'Identifier, unique among what the object became.', { required: true })
  id!: string;

  @Field('string', 'Name of the object.', { required: true })
  display_name!: string;

  @Field('string', 'Path of the realized object.', { required: true })
  path!: string;

  @Field('string', 'Path relative to the parent.', { required: true })
  relative_path!: string;

  @Field('string', 'Path of the parent.', { required: true })
  parent_path!: string;

  @Field('string', 'What it became, such as RealizedLogicalSwitch.', { required: true })
  entity_type!: string;

  @Field('string', 'Whether the nodes run it.', { required: true, enum: STATES })
  state!: string;

  @Field('string', 'The same as state.', { required: true, enum: STATES })
  publish_status!: string;

  @Field('string', 'Whether it works.', { required: true, enum: ['UP', 'DOWN', 'UNINITIALIZED'] })
  runtime_status!: string;

  @Field('string', 'Identifier of the realized object; absent until it is realized.')
  realization_specific_identifier?: string;

  @Field('string', 'Policy paths of the objects that it comes of.', { required: true, array: true })
  intent_paths!: string[];

  @Field('string', 'The same as intent_paths.', { required: true, array: true })
  intent_reference!: string[];

  @Field('string', 'Path of the enforcement point.', { required: true })
  enforcement_point_path!: string;

  @Field('string', 'Path of the site.', { required: true })
  site_path!: string;

  @Field(() => RealizedAttributeValue, 'What else is known of it.', { required: true, array: true })
  extended_attributes!: RealizedAttributeValue[];

  @Field(() => PolicyAlarmResource, 'What is wrong.', { required: true, array: true })
  alarms!: PolicyAlarmResource[];

  @Field('integer', 'When the object was created, in milliseconds since 1970.', { required: true })
  _create_time!: number;

  @Field('integer', 'When the object was changed last, in milliseconds since 1970.', { required: true })
  _last_modified_time!: number;

  @Field('boolean', 'Whether it belongs to the system.', { required: true })
  _system_owned!: boolean;

  @Field('integer', 'Version of the object.', { required: true })
  _revision!: number;

  @Field('boolean', 'Whether it is going.', { required: true })
  marked_for_delete!: boolean;

  @Field('boolean', 'Whether a local value overrides a global one.', { required: true })
  overridden!: boolean;
}

class ConsolidatedStatus {
  @Field('string', 'All nodes together, also those that are not connected.', { required: true, enum: CONSOLIDATED })
  consolidated_status!: string;
}

class ConsolidatedStatusPerEnforcementPoint {
  @Field('string', 'Name of the type.', { required: true })
  resource_type!: string;

  @Field('string', 'Path of the enforcement point.', { required: true })
  enforcement_point_path!: string;

  @Field('string', 'Path of the site.', { required: true })
  site_path!: string;

  @Field(() => ConsolidatedStatus, 'Its status.', { required: true })
  consolidated_status!: ConsolidatedStatus;
}

class RealizingNode {
  @Field('string', 'Identifier of the node.', { required: true })
  node_id!: string;

  @Field('string', 'How far the node is.', { required: true, enum: NODE_STATES })
  state!: string;
}

export class ConsolidatedRealizedStatus {
  @Field('string', 'Policy path of the object.', { required: true })
  intent_path!: string;

  @Field('string', 'Version of the object.', { required: true })
  intent_version!: string;

  @Field('string', 'Whether all connected nodes run it.', { required: true, enum: STATES })
  publish_status!: string;

  @Field(() => ConsolidatedStatus, 'All nodes together.', { required: true })
  consolidated_status!: ConsolidatedStatus;

  @Field(() => ConsolidatedStatusPerEnforcementPoint, 'The same for each enforcement point, of which there is one.', { required: true, array: true })
  consolidated_status_per_enforcement_point!: ConsolidatedStatusPerEnforcementPoint[];

  @Field(() => RealizingNode, 'Nodes that the object concerns.', { required: true, array: true })
  transport_nodes!: RealizingNode[];
}
