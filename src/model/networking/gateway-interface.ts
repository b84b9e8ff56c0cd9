import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { InterfaceSubnet } from './connectivity.js';

/** What interfaces of tier-0 and tier-1 gateways have in common. */
export abstract class GatewayInterface extends PolicyConfigResource {
  @Field(() => InterfaceSubnet, 'Addresses of the interface, by subnet.', { array: true, required: true, minItems: 1 })
  subnets!: InterfaceSubnet[];

  @Field('string', 'Whether traffic passes the interface.', { enum: ['UP', 'DOWN'] })
  admin_state?: string;

  @Field('integer', 'Largest packet that the interface sends, in bytes.', { min: 64, max: 65535 })
  mtu?: number;

  @Field('string', 'Whether what comes from a source that would not be routed back here is dropped.', { enum: ['NONE', 'STRICT'], default: 'STRICT' })
  urpf_mode?: string;

  @Field('string', 'Policy path of the router advertisement profile of the interface.', {
    array: true,
    minItems: 0,
    maxItems: 1,
    refs: { to: ['Ipv6NdraProfile'] },
  })
  ipv6_profile_paths?: string[];

  @Field('string', 'Policy path of the relay that DHCP requests on the interface go to.', { refs: { to: ['DhcpRelayConfig'] } })
  dhcp_relay_path?: string;
}
