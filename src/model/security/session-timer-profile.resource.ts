import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

/** All timers are in seconds; 50 days at most. */
const SECONDS = { min: 10, max: 4_320_000 } as const;

@Resource({
  doc: 'How long the firewall remembers a connection that is quiet, by protocol and state.',
  feature: 'security',
  at: [{ parent: Infra, collection: 'firewall-session-timer-profiles' }],
})
export class PolicyFirewallSessionTimerProfile extends PolicyConfigResource {
  @Field('integer', 'After the first packet of a TCP connection.', { ...SECONDS, default: 120 })
  tcp_first_packet!: number;

  @Field('integer', 'During the handshake of a TCP connection.', { ...SECONDS, default: 30 })
  tcp_opening!: number;

  @Field('integer', 'While a TCP connection is open.', { min: 120, max: SECONDS.max, default: 43_200 })
  tcp_established!: number;

  @Field('integer', 'After one side began to close a TCP connection.', { ...SECONDS, default: 120 })
  tcp_closing!: number;

  @Field('integer', 'After both sides began to close a TCP connection.', { ...SECONDS, default: 45 })
  tcp_finwait!: number;

  @Field('integer', 'After a TCP connection was closed.', { ...SECONDS, default: 20 })
  tcp_closed!: number;

  @Field('integer', 'After the first packet of a UDP flow.', { ...SECONDS, default: 60 })
  udp_first_packet!: number;

  @Field('integer', 'While only one side of a UDP flow sends.', { ...SECONDS, default: 30 })
  udp_single!: number;

  @Field('integer', 'While both sides of a UDP flow send.', { ...SECONDS, default: 60 })
  udp_multiple!: number;

  @Field('integer', 'After the first packet of an ICMP flow.', { ...SECONDS, default: 20 })
  icmp_first_packet!: number;

  @Field('integer', 'After an ICMP error.', { ...SECONDS, default: 10 })
  icmp_error_reply!: number;
}
