import { Field } from '../model/field.js';

/** A transport node as it is now, for the API reference. Times are milliseconds since 1970. */

class NodeSessionFacts {
  @Field('string', 'Address and port that the agent connects from.', { required: true })
  peer!: string;

  @Field('integer', 'When the session began, in milliseconds since 1970.', { required: true })
  since!: number;

  @Field('integer', 'When the agent was heard last, in milliseconds since 1970.', { required: true })
  last_heard!: number;

  @Field('boolean', 'Whether everything that the node should hold was sent and answered.', { required: true })
  in_sync!: boolean;

  @Field('integer', 'Number of the last change set that the node is known to stand at.', { required: true })
  applied_sequence!: number;

  @Field('string', 'Version of the agent.', { required: true })
  software_version!: string;

  @Field('string', 'Kind of the engine.', { required: true })
  engine!: string;

  @Field('string', 'Version of the engine.', { required: true })
  engine_version!: string;

  @Field('string', 'Serial number of the certificate that the agent shows.', { required: true })
  certificate_serial!: string;

  @Field('integer', 'When that certificate expires, in milliseconds since 1970.', { required: true })
  certificate_not_after!: number;

  @Field('integer', 'Changes that wait to be sent.', { required: true })
  waiting_changes!: number;

  @Field('integer', 'Deltas that were sent and are not acknowledged yet.', { required: true })
  unacknowledged_deltas!: number;
}

class BgpSession {
  @Field('string', 'BGP instance of the session.', { required: true })
  instance!: string;

  @Field('string', 'Neighbor at the other end.', { required: true })
  neighbor!: string;

  @Field('string', 'State of the session, such as ESTABLISHED.', { required: true })
  state!: string;

  @Field('integer', 'Seconds since it was established.', { required: true })
  established_seconds!: number;

  @Field('integer', 'Prefixes that the neighbor announces.', { required: true })
  prefixes_received!: number;

  @Field('integer', 'Prefixes that are announced to it.', { required: true })
  prefixes_sent!: number;
}

class TunnelDown {
  @Field('string', 'Endpoint that is not reached.', { required: true })
  endpoint!: string;

  @Field('string', 'Why.', { required: true })
  detail!: string;
}

class BalancerMemberDown {
  @Field('string', 'Balancer that checks the member.', { required: true })
  balancer!: string;

  @Field('string', 'Pool of the member.', { required: true })
  pool!: string;

  @Field('string', 'Address of the member.', { required: true })
  address!: string;

  @Field('integer', 'Port of the member.', { required: true })
  port!: number;

  @Field('string', 'Why it counts as down.', { required: true })
  detail!: string;
}

class NodeHealth {
  @Field('boolean', 'Whether the engine works.', { required: true })
  healthy!: boolean;

  @Field('string', 'What is wrong with it; empty where nothing is.', { required: true })
  detail!: string;

  @Field(() => BgpSession, 'BGP sessions.', { required: true, array: true })
  bgp_sessions!: BgpSession[];

  @Field('integer', 'Tunnels that work.', { required: true })
  tunnels_up!: number;

  @Field(() => TunnelDown, 'Tunnels that do not.', { required: true, array: true })
  tunnels_down!: TunnelDown[];

  @Field('integer', 'Members of balancers that answer.', { required: true })
  balancer_members_up!: number;

  @Field(() => BalancerMemberDown, 'Members of balancers that do not.', { required: true, array: true })
  balancer_members_down!: BalancerMemberDown[];
}

class RuleCounter {
  @Field('string', 'Policy path of the rule.', { required: true })
  rule!: string;

  @Field('integer', 'Packets that it decided about.', { required: true })
  packets!: number;

  @Field('integer', 'Bytes of those packets; absent where the engine does not count them.')
  bytes?: number;

  @Field('integer', 'How often it decided: first packets of connections, and packets that belong to none or were kept out.', { required: true })
  hits!: number;
}

class PortCounter {
  @Field('string', 'Key of the port.', { required: true })
  port!: string;

  @Field('integer', 'Packets that came in.', { required: true })
  packets_in!: number;

  @Field('integer', 'Packets that went out.', { required: true })
  packets_out!: number;

  @Field('integer', 'Packets that came in and were dropped.', { required: true })
  packets_in_dropped!: number;

  @Field('integer', 'Packets that were dropped instead of going out.', { required: true })
  packets_out_dropped!: number;

  @Field('integer', 'Bytes that came in; absent where the engine does not count them.')
  bytes_in?: number;

  @Field('integer', 'Bytes that went out; absent where the engine does not count them.')
  bytes_out?: number;
}

class NodeCounters {
  @Field('integer', 'When the engine began to count, in milliseconds since 1970.', { required: true })
  since!: number;

  @Field(() => RuleCounter, 'Rules that packets met.', { required: true, array: true })
  rules!: RuleCounter[];

  @Field(() => PortCounter, 'Ports that packets met.', { required: true, array: true })
  ports!: PortCounter[];
}

export class TransportNode {
  @Field('string', 'Identifier of the node.', { required: true })
  id!: string;

  @Field('string', 'Policy path of the node.', { required: true })
  path!: string;

  @Field('string', 'Type of the node.', { required: true, enum: ['HostTransportNode', 'PolicyEdgeNode'] })
  node_type!: string;

  @Field('string', 'Name of the node.', { required: true })
  display_name!: string;

  @Field('boolean', 'Whether its agent is connected.', { required: true })
  connected!: boolean;

  @Field(() => NodeSessionFacts, 'The session of its agent; absent where there is none.')
  session?: NodeSessionFacts;

  @Field(() => NodeHealth, 'Health of its engine, as last reported.')
  health?: NodeHealth;

  @Field(() => NodeCounters, 'What its engine counted; only where one node is read.')
  counters?: NodeCounters;
}
