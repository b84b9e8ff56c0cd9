import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';
import { LBServerSslProfileBinding } from './server-ssl-binding.js';

const COUNT = { min: 1, max: 2147483647 } as const;

@Resource({
  doc: "How the health of a pool's members is found out.",
  feature: 'balancing',
  abstract: true,
  at: [{ parent: Infra, collection: 'lb-monitor-profiles' }],
})
export abstract class LBMonitorProfile extends PolicyConfigResource {}

@Resource({ doc: 'Watches the connections that clients make: a member that fails often is left alone for a while.' })
export class LBPassiveMonitorProfile extends LBMonitorProfile {
  @Field('integer', 'Failures in a row after which a member counts as down.', { ...COUNT, default: 5 })
  max_fails!: number;

  @Field('integer', 'How long a member that is down is left alone, in seconds.', { ...COUNT, default: 5 })
  timeout!: number;
}

/** What monitors that send probes share. */
abstract class LBActiveMonitor extends LBMonitorProfile {
  @Field('integer', 'Time between two probes of a member, in seconds.', { ...COUNT, default: 5 })
  interval!: number;

  @Field('integer', 'Time within which a member must answer a probe, in seconds.', { ...COUNT, default: 5 })
  timeout!: number;

  @Field('integer', 'Failed probes in a row after which a member counts as down.', { ...COUNT, default: 3 })
  fall_count!: number;

  @Field('integer', 'Good probes in a row after which a member counts as up again.', { ...COUNT, default: 3 })
  rise_count!: number;

  @Field('integer', "Port that is probed; the member's own where left out or 0.", { min: 0, max: 65535 })
  monitor_port?: number;
}

class LbHttpRequestHeader {
  @Field('string', 'Name of the header.', { required: true })
  header_name!: string;

  @Field('string', 'Value of the header.', { required: true })
  header_value!: string;
}

/** What HTTP and HTTPS probes share. */
abstract class HttpMonitor extends LBActiveMonitor {
  @Field('string', 'Method of the request.', { enum: ['GET', 'OPTIONS', 'POST', 'HEAD', 'PUT'], default: 'GET' })
  request_method!: string;

  @Field('string', 'Path and query of the request.', { default: '/' })
  request_url!: string;

  @Field('string', 'Version of HTTP.', { enum: ['HTTP_VERSION_1_0', 'HTTP_VERSION_1_1'], default: 'HTTP_VERSION_1_1' })
  request_version!: string;

  @Field(() => LbHttpRequestHeader, 'Further headers of the request.', { array: true })
  request_headers?: LbHttpRequestHeader[];

  @Field('string', 'Body of the request.')
  request_body?: string;

  @Field('integer', 'Status codes that count as healthy; 200 where left out.', { array: true, maxItems: 64 })
  response_status_codes?: number[];

  @Field('string', 'Text that the body of a healthy answer has.')
  response_body?: string;
}

@Resource({ doc: 'Probes members with an HTTP request.' })
export class LBHttpMonitorProfile extends HttpMonitor {}

@Resource({ doc: 'Probes members with an HTTP request over TLS.' })
export class LBHttpsMonitorProfile extends HttpMonitor {
  @Field(() => LBServerSslProfileBinding, 'How the probe speaks TLS.')
  server_ssl_profile_binding?: LBServerSslProfileBinding;
}

@Resource({ doc: 'Probes members with an ICMP echo request.' })
export class LBIcmpMonitorProfile extends LBActiveMonitor {
  @Field('integer', 'Length of the data in the request, in bytes.', { min: 0, max: 65507, default: 56 })
  data_length!: number;
}

@Resource({ doc: 'Probes members with a TCP connection, and optionally with a text that is sent and one that must come back.' })
export class LBTcpMonitorProfile extends LBActiveMonitor {
  @Field('string', 'Text that is sent once connected.')
  send?: string;

  @Field('string', 'Text that a healthy member sends back.')
  receive?: string;
}

@Resource({ doc: 'Probes members with a datagram, and waits for one that must come back.' })
export class LBUdpMonitorProfile extends LBActiveMonitor {
  @Field('string', 'Text that is sent.', { required: true })
  send!: string;

  @Field('string', 'Text that a healthy member sends back.', { required: true })
  receive!: string;
}
