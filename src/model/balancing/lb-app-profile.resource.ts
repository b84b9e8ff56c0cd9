import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';

const SECONDS = { min: 1, max: 2147483647 } as const;

@Resource({
  doc: 'How a virtual server treats the traffic of its application.',
  feature: 'balancing',
  abstract: true,
  at: [{ parent: Infra, collection: 'lb-app-profiles' }],
})
export abstract class LBAppProfile extends PolicyConfigResource {}

@Resource({ doc: 'Balancing of HTTP requests.' })
export class LBHttpProfile extends LBAppProfile {
  @Field('string', 'URL that every request is redirected to.')
  http_redirect_to?: string;

  @Field('boolean', 'Whether every request is redirected to the same URL over HTTPS.', { default: false })
  http_redirect_to_https!: boolean;

  @Field('string', "What becomes of the header X-Forwarded-For: the client's address is added, or replaces what is there.", { enum: ['INSERT', 'REPLACE'] })
  x_forwarded_for?: string;

  @Field('integer', 'How long a connection may be idle, in seconds.', { min: 1, max: 5400, default: 15 })
  idle_timeout!: number;

  @Field('integer', 'How long a member may take to answer, in seconds.', { ...SECONDS, default: 60 })
  response_timeout!: number;

  @Field('integer', 'Largest header of a request, in bytes.', { min: 1, default: 1024 })
  request_header_size!: number;

  @Field('integer', 'Largest header of an answer, in bytes.', { min: 1, max: 65536, default: 4096 })
  response_header_size!: number;

  @Field('integer', 'Largest body of a request, in bytes; no limit where left out.', { min: 1, max: 2147483647 })
  request_body_size?: number;

  @Field('boolean', 'Whether an answer is gathered before it is passed on.', { default: false })
  response_buffering!: boolean;

  @Field('boolean', 'Whether connections to members stay open between requests.')
  server_keep_alive?: boolean;

  @Field('boolean', 'Whether NTLM log-ins stay on one connection to a member.', { deprecated: true })
  ntlm?: boolean;
}

@Resource({ doc: 'Balancing of TCP connections without looking inside them.' })
export class LBFastTcpProfile extends LBAppProfile {
  @Field('integer', 'How long a connection may be idle, in seconds.', { ...SECONDS, default: 1800 })
  idle_timeout!: number;

  @Field('integer', 'How long a closed connection is remembered, in seconds.', { min: 1, max: 60, default: 8 })
  close_timeout!: number;

  @Field('boolean', 'Whether connections outlive a fail-over between edges.', { default: false })
  ha_flow_mirroring_enabled!: boolean;
}

@Resource({ doc: 'Balancing of UDP flows without looking inside them.' })
export class LBFastUdpProfile extends LBAppProfile {
  @Field('integer', 'How long a flow may be idle, in seconds.', { ...SECONDS, default: 300 })
  idle_timeout!: number;

  @Field('boolean', 'Whether flows outlive a fail-over between edges.', { default: false })
  flow_mirroring_enabled!: boolean;
}
