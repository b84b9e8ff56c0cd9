import { Field } from '../model/field.js';
import { PortAddressBindingEntry } from '../model/networking/connectivity.js';

/** `/state` of networks and gateways, as NSX-T shows it. */

class NodeConfigurationState {
  @Field('string', 'Identifier of the node.', { required: true })
  sub_system_id!: string;

  @Field('string', 'Kind of the node.', { required: true })
  sub_system_type!: string;

  @Field('string', 'How far the node is; unknown where it is not connected.', { required: true, enum: ['success', 'in_progress', 'failed', 'unknown'] })
  state!: string;

  @Field('string', 'What is wrong there.')
  failure_message?: string;
}

abstract class ConfigurationState {
  @Field('string', 'Whether all connected nodes run it.', { required: true, enum: ['success', 'in_progress', 'failed'] })
  state!: string;

  @Field(() => NodeConfigurationState, 'Nodes that it concerns.', { required: true, array: true })
  details!: NodeConfigurationState[];

  @Field('string', 'What is wrong.')
  failure_message?: string;

  @Field('integer', 'Number of the kind of error.')
  failure_code?: number;
}

export class SegmentConfigurationState extends ConfigurationState {
  @Field('string', 'Policy path of the segment.', { required: true })
  segment_path!: string;
}

class PortAttacher {
  @Field('string', 'Identifier of the node.', { required: true })
  host!: string;
}

class PortAttachmentState {
  @Field('string', 'What the port is for; absent where it names nothing.')
  id?: string;

  @Field('string', 'Whether it is plugged in.', { required: true, enum: ['ATTACHED', 'DETACHED', 'FREE'] })
  state!: string;

  @Field(() => PortAttacher, 'Nodes where it is.', { required: true, array: true })
  attachers!: PortAttacher[];
}

export class AddressBindingState {
  @Field(() => PortAddressBindingEntry, 'The addresses.', { required: true })
  binding!: PortAddressBindingEntry;

  @Field('string', 'How they were found.', { required: true })
  source!: string;
}

export class SegmentPortState {
  @Field(() => PortAttachmentState, 'What is plugged into the port.', { required: true })
  attachment!: PortAttachmentState;

  @Field('string', 'Nodes that run the port.', { required: true, array: true })
  transport_node_ids!: string[];

  @Field(() => AddressBindingState, 'Addresses that users bound to the port, and those that DHCP gives it.', { required: true, array: true })
  realized_bindings!: AddressBindingState[];

  @Field(() => AddressBindingState, 'Addresses that were seen on the port beside them.', { required: true, array: true })
  discovered_bindings!: AddressBindingState[];

  @Field(() => AddressBindingState, 'Addresses that another port has too.', { required: true, array: true })
  duplicate_bindings!: AddressBindingState[];
}

class GatewayConfigurationState extends ConfigurationState {}

class GatewayNodeStatus {
  @Field('string', 'Identifier of the node.', { required: true })
  transport_node_id!: string;
}

class GatewayStatus {
  @Field('string', 'Identifier of the realized router.', { required: true })
  logical_router_id!: string;

  @Field(() => GatewayNodeStatus, 'Nodes that it concerns.', { required: true, array: true })
  per_node_status!: GatewayNodeStatus[];
}

export class Tier1GatewayState {
  @Field(() => GatewayConfigurationState, 'Whether the nodes run it.', { required: true })
  tier1_state!: GatewayConfigurationState;

  @Field(() => GatewayStatus, 'Where it runs.', { required: true })
  tier1_status!: GatewayStatus;

  @Field('string', 'Path of the enforcement point.', { required: true })
  enforcement_point_path!: string;
}

export class Tier0GatewayState {
  @Field(() => GatewayConfigurationState, 'Whether the nodes run it.', { required: true })
  tier0_state!: GatewayConfigurationState;

  @Field(() => GatewayStatus, 'Where it runs.', { required: true })
  tier0_status!: GatewayStatus;

  @Field('string', 'Path of the enforcement point.', { required: true })
  enforcement_point_path!: string;
}
