import { CODES } from '../error-codes.js';
import { Field, type StructClass, Variant } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import type { Problem } from '../problem.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

const ADMIN_STATES = ['ENABLED', 'DISABLED', 'GRACEFUL_DISABLED'] as const;

class LBPoolMember {
  @Field('string', 'Name for people.')
  display_name?: string;

  @Field('string', 'Address of the member.', { required: true, format: 'ip' })
  ip_address!: string;

  @Field('string', 'Port of the member; that of the virtual server where left out.', { format: 'port-or-range' })
  port?: string;

  @Field('string', 'Whether the member gets connections. `GRACEFUL_DISABLED` keeps what is open or persistent.', { enum: ADMIN_STATES, default: 'ENABLED' })
  admin_state!: string;

  @Field('boolean', 'Whether the member serves only while too few others do.', { default: false })
  backup_member!: boolean;

  @Field('integer', 'Share of the connections in algorithms that weigh.', { min: 1, max: 256, default: 1 })
  weight!: number;

  @Field('integer', 'Most connections at a time; no limit where left out.', { min: 1, max: 2147483647 })
  max_concurrent_connections?: number;
}

class PoolMemberSetting {
  @Field('string', 'Name for people.')
  display_name?: string;

  @Field('string', 'Address of the member that the setting is about.', { required: true, format: 'ip' })
  ip_address!: string;

  @Field('string', 'Port of the member.', { format: 'port-or-range' })
  port?: string;

  @Field('string', 'Whether the member gets connections.', { enum: ADMIN_STATES, default: 'ENABLED' })
  admin_state!: string;

  @Field('integer', 'Share of the connections in algorithms that weigh.', { min: 1, max: 255 })
  weight?: number;
}

class LBPoolMemberGroup {
  @Field('string', 'Group whose addresses are the members.', { required: true, refs: { to: ['Group'] } })
  group_path!: string;

  @Field('string', 'Versions of IP that count.', { enum: ['IPV4', 'IPV6', 'IPV4_IPV6'], default: 'IPV4' })
  ip_revision_filter!: string;

  @Field('integer', 'Port of the members; that of the virtual server where left out.', { min: 1, max: 65535 })
  port?: number;

  @Field('integer', 'Most addresses that are taken from the group; all where left out.', { min: 0, max: 2147483647 })
  max_ip_list_size?: number;

  @Field(() => PoolMemberSetting, 'Settings of single members.', { array: true })
  customized_members?: PoolMemberSetting[];
}

class LBSnatIpElement {
  @Field('string', 'Address or range that connections to members come from.', { required: true, format: 'address-or-block-or-range' })
  ip_address!: string;

  @Field('integer', 'Length of the prefix of the network that the addresses belong to.')
  prefix_length?: number;
}

@Variant('LBSnatAutoMap', 'type')
class LBSnatAutoMap {}

@Variant('LBSnatDisabled', 'type')
class LBSnatDisabled {}

@Variant('LBSnatIpPool', 'type')
class LBSnatIpPool {
  @Field(() => LBSnatIpElement, 'Addresses that connections to members come from.', { array: true, required: true, maxItems: 64 })
  ip_addresses!: LBSnatIpElement[];
}

const SNAT: readonly StructClass[] = [LBSnatAutoMap, LBSnatDisabled, LBSnatIpPool];

@Resource<LBPool>({
  doc: 'The servers among which a virtual server distributes its connections.',
  feature: 'balancing',
  at: [{ parent: Infra, collection: 'lb-pools' }],
  hooks: { check },
})
export class LBPool extends PolicyConfigResource {
  @Field('string', 'How a member is chosen for a connection.', {
    enum: ['ROUND_ROBIN', 'WEIGHTED_ROUND_ROBIN', 'LEAST_CONNECTION', 'WEIGHTED_LEAST_CONNECTION', 'IP_HASH'],
    default: 'ROUND_ROBIN',
  })
  algorithm!: string;

  @Field(() => LBPoolMember, 'Members by address.', { array: true })
  members?: LBPoolMember[];

  @Field(() => LBPoolMemberGroup, 'Members by group; then `members` stays empty.')
  member_group?: LBPoolMemberGroup;

  @Field('integer', 'Fewest members that must serve for the pool to do without its backups.', { min: 1, max: 2147483647, default: 1 })
  min_active_members!: number;

  @Field('string', 'Monitors that probe the members.', { array: true, deprecated: true, refs: { to: ['LBMonitorProfile'] } })
  active_monitor_paths?: string[];

  @Field('string', 'Monitor that judges members by the connections that fail.', { deprecated: true, refs: { to: ['LBMonitorProfile'] } })
  passive_monitor_path?: string;

  @Field({ oneOf: () => SNAT }, "Source address of connections to the members; the client's own where left out or disabled.")
  snat_translation?: { type: string; ip_addresses?: LBSnatIpElement[] };

  @Field('boolean', 'Whether requests of several clients share connections to a member.', { deprecated: true, default: false })
  tcp_multiplexing_enabled!: boolean;

  @Field('integer', 'Most shared connections to a member.', { deprecated: true, min: 0, max: 2147483647, default: 6 })
  tcp_multiplexing_number!: number;
}

function check({ members = [], member_group: group }: LBPool): readonly Problem[] {
  const bad = (field: string, message: string): Problem => ({ status: 400, code: CODES.conflict, field, message });
  if (group && members.length > 0) return [bad('member_group', 'A pool has members or a member_group, not both: take one out.')];
  const seen = new Set<string>();
  for (const [index, { ip_address: address, port = '' }] of members.entries()) {
    const key = `${address} ${port}`;
    if (seen.has(key)) return [bad(`members[${index}]`, `Field members[${index}] is there twice: ${port === '' ? address : `${address}, port ${port}`}.`)];
    seen.add(key);
  }
  return [];
}
