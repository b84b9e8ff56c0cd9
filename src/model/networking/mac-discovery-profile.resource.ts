import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

@Resource({
  doc: 'How MAC addresses behind a port are learned.',
  unrealized: { reason: 'Ports have the MAC addresses that nodes report, whatever the profile says. Bind further ones to the port.' },
  feature: 'networking',
  at: [{ parent: Infra, collection: 'mac-discovery-profiles' }],
})
export class MacDiscoveryProfile extends PolicyConfigResource {
  @Field('boolean', 'Whether MAC addresses behind a port are learned, as for a virtual machine that holds others.', { required: true })
  mac_learning_enabled!: boolean;

  @Field('boolean', 'Whether a workload may change its MAC address.', { default: false })
  mac_change_enabled?: boolean;

  @Field('integer', 'Most MAC addresses that are learned on one port.', { default: 4096, min: 0, max: 4096 })
  mac_limit?: number;

  @Field('string', 'What happens to traffic from further MAC addresses.', { enum: ['ALLOW', 'DROP'], default: 'ALLOW' })
  mac_limit_policy?: string;

  @Field('integer', 'Most MAC addresses on other nodes that a node remembers for a segment.', { default: 2048, min: 2048, max: 8192 })
  remote_overlay_mac_limit?: number;

  @Field('boolean', 'Whether traffic to a MAC address that nobody knows goes to all ports that learn.', { default: true })
  unknown_unicast_flooding_enabled?: boolean;

  @Field('integer', 'How long a MAC address that is no longer seen is kept, in seconds.', { readOnly: true, default: 600 })
  mac_learning_aging_time?: number;
}
