import { Field } from '../field.js';

/** How a virtual server or a monitor speaks TLS with the members of a pool. */
export class LBServerSslProfileBinding {
  @Field('string', 'Ciphers and protocols.', { refs: { to: ['LBServerSslProfile'] } })
  ssl_profile_path?: string;

  @Field('string', 'Certificate that the load balancer shows to members that ask for one.', { refs: { to: ['TlsCertificate'] } })
  client_certificate_path?: string;

  @Field('string', 'Whether a member must show a certificate that the authorities vouch for. `AUTO_APPLY` checks it where authorities are given.', {
    enum: ['REQUIRED', 'IGNORE', 'AUTO_APPLY'],
    default: 'AUTO_APPLY',
  })
  server_auth!: string;

  @Field('string', 'Authorities that vouch for the certificates of members.', { array: true, refs: { to: ['TlsCertificate'] } })
  server_auth_ca_paths?: string[];

  @Field('string', 'Lists of certificates of members that were revoked.', { array: true, refs: { to: ['TlsCrl'] } })
  server_auth_crl_paths?: string[];

  @Field('integer', 'Most certificates between that of a member and an authority.', { min: 1, max: 2147483647, default: 3 })
  certificate_chain_depth!: number;
}
