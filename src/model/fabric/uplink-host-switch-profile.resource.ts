import { Field } from '../field.js';
import { Resource } from '../resource.js';
import { PolicyBaseHostSwitchProfile } from './host-switch-profile.resource.js';

class Uplink {
  @Field('string', 'Name of the uplink.')
  uplink_name?: string;

  @Field('string', 'Whether it is a network card or a group of links.', { enum: ['PNIC', 'LAG'] })
  uplink_type?: string;

  @Field('string', 'What is special about it.', { enum: ['PRP_LAN_A', 'PRP_LAN_B', 'DPU'] })
  uplink_info?: string;
}

class TeamingPolicy {
  @Field('string', 'How traffic is spread over the active uplinks.', { enum: ['FAILOVER_ORDER', 'LOADBALANCE_SRCID', 'LOADBALANCE_SRC_MAC'] })
  policy?: string;

  @Field(() => Uplink, 'Uplinks that carry traffic.', { array: true })
  active_list?: Uplink[];

  @Field(() => Uplink, 'Uplinks that take over from failed ones, in this order.', { array: true })
  standby_list?: Uplink[];

  @Field('boolean', 'Whether traffic stays on the uplink that took over when the failed one is back.')
  rolling_order?: boolean;
}

class NamedTeamingPolicy extends TeamingPolicy {
  @Field('string', 'Name by which segments ask for it.')
  name?: string;
}

class Lag {
  @Field('string', 'Identifier of the group.', { readOnly: true })
  id?: string;

  @Field('string', 'Name of the group.')
  name?: string;

  @Field('string', 'Whether this side opens the negotiation.', { enum: ['ACTIVE', 'PASSIVE'] })
  mode?: string;

  @Field('string', 'By what traffic is spread over the links.', { enum: ['SRCMAC', 'DESTMAC', 'SRCDESTMAC', 'SRCDESTIPVLAN', 'SRCDESTMACIPPORT'] })
  load_balance_algorithm?: string;

  @Field('integer', 'Number of links.', { min: 0 })
  number_of_uplinks?: number;

  @Field('string', 'How quickly a silent link counts as gone.', { enum: ['SLOW', 'FAST'] })
  timeout_type?: string;

  @Field(() => Uplink, 'The links.', { array: true, readOnly: true })
  uplinks?: Uplink[];
}

@Resource({ doc: 'How virtual switches use the network cards of their nodes.' })
export class PolicyUplinkHostSwitchProfile extends PolicyBaseHostSwitchProfile {
  @Field(() => TeamingPolicy, 'How traffic uses the uplinks.')
  teaming?: TeamingPolicy;

  @Field(() => NamedTeamingPolicy, 'Other ways, which segments ask for by name.', { array: true })
  named_teamings?: NamedTeamingPolicy[];

  @Field(() => Lag, 'Groups of links.', { array: true })
  lags?: Lag[];

  @Field('integer', 'VLAN that tunnels travel in; 0 for none.', { min: 0, max: 4094 })
  transport_vlan?: number;

  @Field('integer', 'Largest packet on the uplinks, in bytes.', { min: 64, max: 65535 })
  mtu?: number;

  @Field('string', 'Encapsulation of tunnels.', { enum: ['VXLAN', 'GENEVE'] })
  overlay_encap?: string;
}
