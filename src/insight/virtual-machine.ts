import { Field } from '../model/field.js';
import { Tag } from '../model/policy-object.js';

/** Workloads that nodes report, as NSX-T shows them. */

class GuestInfo {
  @Field('string', 'Operating system of the machine.')
  os_name?: string;

  @Field('string', 'Name that the machine calls itself.')
  computer_name?: string;
}

class ReportingNode {
  @Field('string', 'Identifier of the node.', { required: true })
  target_id!: string;

  @Field('string', 'Kind of the node.', { required: true })
  target_type!: string;

  @Field('string', 'Name of the node.', { required: true })
  target_display_name!: string;

  @Field('boolean', 'Whether there is such a node.', { required: true })
  is_valid!: boolean;
}

/** Of a member of a group that no node reports any more only the identifiers are known. */
export class VirtualMachine {
  @Field('string', 'Identifier of the machine.', { required: true })
  external_id!: string;

  @Field('string', 'The same as external_id; only in members of groups.')
  id?: string;

  @Field('string', 'Name of the type.')
  resource_type?: string;

  @Field('string', 'Name of the machine.')
  display_name?: string;

  @Field('string', 'Identifiers by which other systems know the machine, each after its kind and a colon.', { array: true })
  compute_ids?: string[];

  @Field('string', 'Identifier of the machine on its node.')
  local_id_on_host?: string;

  @Field('string', 'Node that reports it.')
  host_id?: string;

  @Field('string', 'Kind of the machine.')
  type?: string;

  @Field('string', 'Whether it runs.', { enum: ['VM_RUNNING', 'VM_STOPPED'] })
  power_state?: string;

  @Field(() => GuestInfo, 'What the machine says of itself.')
  guest_info?: GuestInfo;

  @Field(() => ReportingNode, 'Node that reports it, as a reference.')
  source?: ReportingNode;

  @Field(() => Tag, 'Labels that users gave it.', { array: true })
  tags?: Tag[];

  @Field('boolean', 'Whether it is going.')
  marked_for_delete?: boolean;

  @Field('integer', 'When it was reported last, in milliseconds since 1970.')
  _last_sync_time?: number;
}

class InterfaceAddresses {
  @Field('string', 'How the addresses were found.', { required: true })
  source!: string;

  @Field('string', 'The addresses.', { required: true, array: true })
  ip_addresses!: string[];
}

/** Of a member of a group that no node reports any more only the identifier is known. */
export class VirtualNetworkInterface {
  @Field('string', 'Identifier of the interface.', { required: true })
  external_id!: string;

  @Field('string', 'Name of the type.')
  resource_type?: string;

  @Field('string', 'Name of the interface.')
  display_name?: string;

  @Field('string', 'Machine that it belongs to.')
  owner_vm_id?: string;

  @Field('string', 'Kind of that machine.')
  owner_vm_type?: string;

  @Field('string', 'Identifier of that machine on its node.')
  vm_local_id_on_host?: string;

  @Field('string', 'Node that reports it.')
  host_id?: string;

  @Field('string', 'Address of the interface.')
  mac_address?: string;

  @Field(() => InterfaceAddresses, 'IP addresses that were seen on it.', { array: true })
  ip_address_info?: InterfaceAddresses[];

  @Field('string', 'What the attachment of a segment port names; empty where it is plugged into nothing.')
  lport_attachment_id?: string;

  @Field('string', 'Identifier of the device in its machine.')
  device_key?: string;

  @Field('string', 'Name of the device in its machine.')
  device_name?: string;

  @Field('boolean', 'Whether it is going.')
  marked_for_delete?: boolean;

  @Field('integer', 'When it was reported last, in milliseconds since 1970.')
  _last_sync_time?: number;
}

export class VirtualMachineWithInterfaces {
  @Field(() => VirtualMachine, 'The machine.', { required: true })
  virtual_machine!: VirtualMachine;

  @Field(() => VirtualNetworkInterface, 'Its interfaces.', { required: true, array: true })
  vifs!: VirtualNetworkInterface[];
}

/** NSX-T has two names for the identifier; either will do. */
export class VirtualMachineTagsUpdate {
  @Field('string', 'External identifier of the machine.')
  virtual_machine_id?: string;

  @Field('string', 'External identifier of the machine.')
  external_id?: string;

  @Field(() => Tag, 'The labels.', { array: true, maxItems: 30 })
  tags?: Tag[];
}

export class VirtualMachineTags {
  @Field(() => Tag, 'The labels, instead of those that the machine had.', { array: true, maxItems: 30 })
  tags?: Tag[];
}
