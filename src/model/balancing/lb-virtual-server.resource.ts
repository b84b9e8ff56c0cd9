import { isDeepStrictEqual } from 'node:util';
import { CODES } from '../error-codes.js';
import { Field } from '../field.js';
import type { IntentView } from '../hooks.js';
import { PolicyConfigResource, type PolicyObject } from '../policy-object.js';
import type { Problem } from '../problem.js';
import { Resource } from '../resource.js';
import { Infra } from '../root/infra.resource.js';
import { LBRule } from './lb-rules.js';
import { portsOverlap } from './ports.js';
import { LBServerSslProfileBinding } from './server-ssl-binding.js';

class LBAccessListControl {
  @Field('boolean', 'Whether the list is looked at.', { default: false })
  enabled!: boolean;

  @Field('string', 'Whether only members of the group may connect, or all but them.', { required: true, enum: ['ALLOW', 'DROP'] })
  action!: string;

  @Field('string', 'Group whose addresses are on the list.', { required: true, refs: { to: ['Group'] } })
  group_path!: string;
}

class LBClientSslProfileBinding {
  @Field('string', 'Ciphers and protocols.', { refs: { to: ['LBClientSslProfile'] } })
  ssl_profile_path?: string;

  @Field('string', 'Certificate for clients that ask for no server name, or for one without a certificate.', {
    required: true,
    refs: { to: ['TlsCertificate'] },
  })
  default_certificate_path!: string;

  @Field('string', 'Certificates that are chosen by the server name that the client asks for.', { array: true, refs: { to: ['TlsCertificate'] } })
  sni_certificate_paths?: string[];

  @Field('string', 'Whether a client must show a certificate.', { enum: ['REQUIRED', 'IGNORE'], default: 'IGNORE' })
  client_auth!: string;

  @Field('string', 'Authorities that vouch for the certificates of clients.', { array: true, refs: { to: ['TlsCertificate'] } })
  client_auth_ca_paths?: string[];

  @Field('string', 'Lists of certificates of clients that were revoked.', { array: true, refs: { to: ['TlsCrl'] } })
  client_auth_crl_paths?: string[];

  @Field('integer', 'Most certificates between that of a client and an authority.', { min: 1, max: 2147483647, default: 3 })
  certificate_chain_depth!: number;
}

@Resource<LBVirtualServer>({
  doc: 'An address and ports at which a load balancer takes connections, and how it distributes them.',
  feature: 'balancing',
  at: [{ parent: Infra, collection: 'lb-virtual-servers' }],
  hooks: { check },
})
export class LBVirtualServer extends PolicyConfigResource {
  @Field('string', 'Address that clients connect to.', { required: true, format: 'ip' })
  ip_address!: string;

  @Field('string', 'Ports or ranges that clients connect to.', { array: true, required: true, format: 'port-or-range' })
  ports!: string[];

  @Field('string', 'Load balancer that the virtual server runs on; it is idle where left out.', { refs: { to: ['LBService'] } })
  lb_service_path?: string;

  @Field('string', 'How traffic is treated: as HTTP, TCP or UDP.', { required: true, refs: { to: ['LBAppProfile'] } })
  application_profile_path!: string;

  @Field('string', 'Pool that serves where no rule chooses another.', { refs: { to: ['LBPool'] } })
  pool_path?: string;

  @Field('string', 'Pool that answers while no member of the other serves.', { deprecated: true, refs: { to: ['LBPool'] } })
  sorry_pool_path?: string;

  @Field('string', 'How a client finds its member again.', { refs: { to: ['LBPersistenceProfile'] } })
  lb_persistence_profile_path?: string;

  @Field('string', 'Ports of members that name none, in the order of `ports`.', { array: true, maxItems: 14, format: 'port-or-range' })
  default_pool_member_ports?: string[];

  @Field('boolean', 'Whether the virtual server serves.', { default: true })
  enabled!: boolean;

  @Field(() => LBAccessListControl, 'Who may connect.')
  access_list_control?: LBAccessListControl;

  @Field(() => LBClientSslProfileBinding, 'TLS towards clients.')
  client_ssl_profile_binding?: LBClientSslProfileBinding;

  @Field(() => LBServerSslProfileBinding, 'TLS towards members.')
  server_ssl_profile_binding?: LBServerSslProfileBinding;

  @Field(() => LBRule, 'Rules, in the order in which they are looked at within their phase.', { array: true, deprecated: true, maxItems: 4000 })
  rules?: LBRule[];

  @Field('integer', 'Most connections at a time; no limit where left out.', { deprecated: true, min: 1, max: 2147483647 })
  max_concurrent_connections?: number;

  @Field('integer', 'Most new connections a second; no limit where left out.', { deprecated: true, min: 1, max: 2147483647 })
  max_new_connection_rate?: number;

  @Field('boolean', 'Whether requests are logged.', { default: false })
  access_log_enabled!: boolean;

  @Field('boolean', 'Whether only failed requests are logged.', { default: false })
  log_significant_event_only!: boolean;
}

/** Where a virtual server listens; another one of the same load balancer must not. */
function listener({ lb_service_path, ip_address, ports, application_profile_path }: LBVirtualServer): readonly unknown[] {
  return [lb_service_path, ip_address, ports, application_profile_path];
}

function check(server: LBVirtualServer & PolicyObject, view: IntentView, before?: LBVirtualServer): readonly Problem[] {
  const { lb_service_path: service, path, ports } = server;
  if (service === undefined || (before && isDeepStrictEqual(listener(before), listener(server)))) return [];
  const isUdp = ({ application_profile_path: profile }: LBVirtualServer): boolean => view.get(profile)?.resource_type === 'LBFastUdpProfile';
  const others = view.referrers(service, 'LBVirtualServer') as readonly (PolicyObject & LBVirtualServer)[];
  const taken = others.find(
    (other) => other.path !== path && other.ip_address === server.ip_address && portsOverlap(other.ports, ports) && isUdp(other) === isUdp(server),
  );
  if (!taken) return [];
  const message = `${taken.path} already listens at ${taken.ip_address}, ports ${taken.ports.join(', ')}: choose other ports or another address.`;
  return [{ status: 400, code: CODES.conflict, field: 'ports', message }];
}
