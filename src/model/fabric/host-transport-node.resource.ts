import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { EnforcementPoint } from './enforcement-point.resource.js';
import { PreconfiguredHostSwitchSpec, StandardHostSwitchSpec } from './host-switches.js';

class HostNodeLoginCredential {
  @Field('string', 'User to log in as.')
  username?: string;

  @Field('string', 'Password of that user.', { secret: true })
  password?: string;

  @Field('string', 'Fingerprint that the key of the host must have.')
  thumbprint?: string;
}

class DpuInfo {
  @Field('string', 'Identifier of the unit.', { readOnly: true })
  dpu_id?: string;

  @Field('string', 'Who made the unit.', { readOnly: true })
  vendor?: string;

  @Field('string', 'What its maker calls it.', { readOnly: true })
  model?: string;

  @Field('string', 'Release of its firmware.', { readOnly: true })
  firmware_version?: string;

  @Field('string', 'Release of its operating system.', { readOnly: true })
  os_version?: string;

  @Field('boolean', 'Whether it is the one that the host uses first.', { readOnly: true })
  is_primary?: boolean;

  @Field('string', 'Whether it is in use.', { readOnly: true, enum: ['UNAVAILABLE', 'UNMANAGED', 'UNUSED', 'MANAGED', 'INVALID'] })
  state?: string;
}

class FabricHostNode {
  @Field('string', 'Addresses that the host is managed at.', { array: true, format: 'ip' })
  ip_addresses?: string[];

  @Field('string', 'Addresses that the host was found at.', { array: true, readOnly: true, format: 'ip' })
  discovered_ip_addresses?: string[];

  @Field('string', 'Name of the host.', { readOnly: true })
  fqdn?: string;

  @Field('string', 'Operating system of the host.', {
    enum: [
      'ESXI',
      'RHELKVM',
      'RHELSERVER',
      'WINDOWSSERVER',
      'RHELCONTAINER',
      'UBUNTUKVM',
      'UBUNTUSERVER',
      'HYPERV',
      'CENTOSKVM',
      'CENTOSSERVER',
      'CENTOSCONTAINER',
      'SLESKVM',
      'SLESSERVER',
      'OELSERVER',
    ],
  })
  os_type?: string;

  @Field('string', 'Release of the operating system.')
  os_version?: string;

  @Field(() => HostNodeLoginCredential, 'How to log in to the host.')
  host_credential?: HostNodeLoginCredential;

  @Field('string', 'Folder of the installation on Windows.')
  windows_install_location?: string;

  @Field('string', 'Whether the host is taken out of service.', { readOnly: true, enum: ['OFF', 'ENTERING', 'ON'] })
  maintenance_mode_state?: string;

  @Field('string', 'Cluster of hosts that the host belongs to.', { readOnly: true })
  compute_collection_id?: string;

  @Field('string', 'Host as the inventory found it.', { readOnly: true })
  discovered_node_id?: string;

  @Field('string', 'System that manages the host.', { readOnly: true })
  managed_by_server?: string;

  @Field(() => DpuInfo, 'Data processing units in the host.', { array: true, readOnly: true })
  dpu?: DpuInfo[];
}

@Resource({
  doc: 'A host whose workloads attach to segments: an agent enrols as one of these.',
  feature: 'fabric',
  at: [{ parent: EnforcementPoint, collection: 'host-transport-nodes' }],
})
export class HostTransportNode extends PolicyConfigResource {
  @Field(() => FabricHostNode, 'The host itself.')
  node_deployment_info?: FabricHostNode;

  @Field({ oneOf: () => [StandardHostSwitchSpec, PreconfiguredHostSwitchSpec] }, 'Virtual switches that were asked for on the host.')
  host_switch_spec?: StandardHostSwitchSpec | PreconfiguredHostSwitchSpec;

  @Field('string', 'Host of the inventory that becomes the transport node.')
  discovered_node_id_for_create?: string;

  @Field('boolean', 'Whether the node differs from the profile of its cluster.', { readOnly: true })
  is_overridden?: boolean;

  @Field('string', 'Whether the node is taken out of service.', { readOnly: true, enum: ['ENABLED', 'FORCE_ENABLED', 'DISABLED'] })
  maintenance_mode?: string;
}
