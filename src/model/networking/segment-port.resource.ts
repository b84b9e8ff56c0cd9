import { createHash } from 'node:crypto';
import { allocate } from '../allocate.js';
import { Field } from '../field.js';
import type { AddressRange, Hooks } from '../hooks.js';
import { PolicyConfigResource } from '../policy-object.js';
import { fieldProblem } from '../problem.js';
import { Resource } from '../resource.js';
import { ATTACHMENTS, portKeys } from '../spaces.js';
import { PortAddressBindingEntry, SegmentExtraConfig } from './connectivity.js';
import { leaseToPort, leaseWhatIsFree } from './dhcp-leases.js';
import { Segment } from './segment.resource.js';

class AttachedInterfaceEntry {
  @Field('string', 'Name of the interface inside the server.', { required: true })
  app_intf_name!: string;

  @Field('string', 'Address of the default gateway of the interface.', { format: 'ip' })
  default_gateway?: string;

  @Field('string', 'Interface whose addresses move to the attached one.')
  migrate_intf?: string;

  @Field('string', 'Routes that the server installs on the interface.', { array: true })
  routing_table?: string[];
}

class PortAttachment {
  @Field('string', 'Identifier of the interface that is plugged in; the node that reports it is where the port lives.')
  id?: string;

  @Field('string', 'What is plugged in: an interface of its own, one that carries others in VLANs, one of those, or a server.', {
    enum: ['PARENT', 'CHILD', 'INDEPENDENT', 'STATIC'],
  })
  type?: string;

  @Field('string', 'For a child: the attachment identifier of its parent, or the policy path of the parent port. For the rest: the node.', {
    refs: { to: ['SegmentPort'], also: ['TEXT'], soft: true },
  })
  context_id?: string;

  @Field('string', 'What `context_id` is.', { readOnly: true, enum: ['PARENT'] })
  context_type?: string;

  @Field('string', 'Name of a child that is unique behind its parent.')
  app_id?: string;

  @Field('integer', 'VLAN by which the parent tells its children apart.', { min: 0, max: 4094 })
  traffic_tag?: number;

  @Field('string', 'Which addresses the port is given from pools, and which it finds out itself.', {
    enum: ['IP_POOL', 'MAC_POOL', 'BOTH', 'DHCP', 'DHCPV6', 'SLAAC', 'NONE'],
  })
  allocate_addresses?: string;

  @Field('string', 'Whether a parent has a channel to the node for its children.', { enum: ['ENABLE', 'DISABLE'], default: 'DISABLE' })
  hyperbus_mode?: string;

  @Field('string', 'VLANs of a trunk that become EVPN segments.', { array: true, maxItems: 1000, format: 'vlan-or-range' })
  evpn_vlans?: string[];

  @Field(() => AttachedInterfaceEntry, 'The interface inside a bare-metal server.')
  bms_interface_config?: AttachedInterfaceEntry;
}

/** An attachment as a number of its space. */
function attachmentNumber(id: string): AddressRange {
  const number = BigInt(`0x${createHash('sha256').update(id).digest('hex').slice(0, 32)}`);
  return { family: 6, low: number, high: number };
}

const hooks: Hooks<SegmentPort> = {
  complete({ attachment }) {
    if (attachment?.type === 'CHILD') attachment.context_type = 'PARENT';
  },
  written(port, view) {
    const { path, parent_path: segment, attachment } = port;
    allocate(view, portKeys(segment), path);
    view.claim(ATTACHMENTS, path, attachment?.id === undefined ? [] : [attachmentNumber(attachment.id)]);
    leaseToPort(port, view);
  },
  check({ path, attachment }, view) {
    const other = attachment?.id === undefined ? undefined : view.overlap(ATTACHMENTS, attachmentNumber(attachment.id), path);
    return other ? [fieldProblem('attachment.id', `is plugged into ${other.owner} already: unplug it there first.`)] : [];
  },
  deleted: ({ parent_path: segment }, view) => leaseWhatIsFree(segment, view),
};

@Resource<SegmentPort>({
  doc: 'A port of a segment, and what is plugged into it.',
  feature: 'networking',
  at: [{ parent: Segment, collection: 'ports' }],
  hooks,
})
export class SegmentPort extends PolicyConfigResource {
  @Field(() => PortAttachment, 'What is plugged in; a port with nothing in it is on no node.')
  attachment?: PortAttachment;

  @Field('string', 'Whether the port forwards.', { enum: ['UP', 'DOWN'], default: 'UP' })
  admin_state?: string;

  @Field(() => PortAddressBindingEntry, 'Addresses that belong to the port whatever its workload says.', { array: true, maxItems: 512 })
  address_bindings?: PortAddressBindingEntry[];

  @Field(() => PortAddressBindingEntry, 'Addresses that are passed over when they are learned from the workload.', { array: true, maxItems: 16 })
  ignored_address_bindings?: PortAddressBindingEntry[];

  @Field('string', 'How the port begins: with its VLAN open, or as the one that was there before.', { enum: ['UNBLOCKED_VLAN', 'RESTORE_VIF'] })
  init_state?: string;

  @Field(() => SegmentExtraConfig, 'Settings that are handed to the engine as they are.', { array: true })
  extra_configs?: SegmentExtraConfig[];

  @Field('string', 'Identifier of the object that the port was made from.', { readOnly: true })
  origin_id?: string;

  @Field('string', 'Site that the port was moved from.', { readOnly: true })
  source_site_id?: string;
}
