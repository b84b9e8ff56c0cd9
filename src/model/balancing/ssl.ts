import { Field } from '../field.js';
import { PolicyConfigResource } from '../policy-object.js';

/** Versions of TLS that a profile can allow, oldest first. */
export const TLS_PROTOCOLS = ['SSL_V2', 'SSL_V3', 'TLS_V1', 'TLS_V1_1', 'TLS_V1_2'] as const;

/** Cipher suites by their IANA names. */
export const TLS_CIPHERS = [
  'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA',
  'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA',
  'TLS_ECDH_ECDSA_WITH_AES_256_CBC_SHA',
  'TLS_ECDH_RSA_WITH_AES_256_CBC_SHA',
  'TLS_RSA_WITH_AES_256_CBC_SHA',
  'TLS_RSA_WITH_AES_128_CBC_SHA',
  'TLS_RSA_WITH_3DES_EDE_CBC_SHA',
  'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA',
  'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256',
  'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384',
  'TLS_RSA_WITH_AES_128_CBC_SHA256',
  'TLS_RSA_WITH_AES_128_GCM_SHA256',
  'TLS_RSA_WITH_AES_256_CBC_SHA256',
  'TLS_RSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA',
  'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384',
  'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDH_ECDSA_WITH_AES_128_CBC_SHA',
  'TLS_ECDH_ECDSA_WITH_AES_128_CBC_SHA256',
  'TLS_ECDH_ECDSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDH_ECDSA_WITH_AES_256_CBC_SHA384',
  'TLS_ECDH_ECDSA_WITH_AES_256_GCM_SHA384',
  'TLS_ECDH_RSA_WITH_AES_128_CBC_SHA',
  'TLS_ECDH_RSA_WITH_AES_128_CBC_SHA256',
  'TLS_ECDH_RSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDH_RSA_WITH_AES_256_CBC_SHA384',
  'TLS_ECDH_RSA_WITH_AES_256_GCM_SHA384',
] as const;

type Cipher = (typeof TLS_CIPHERS)[number];
type Protocol = (typeof TLS_PROTOCOLS)[number];

/** What a group's name stands for where a profile lists no ciphers or protocols of its own. */
const GROUPS: Readonly<Record<string, { readonly ciphers: readonly Cipher[]; readonly protocols: readonly Protocol[] }>> = {
  HIGH_SECURITY: {
    ciphers: TLS_CIPHERS.filter((cipher) => /^TLS_ECDHE_.*_GCM_/.test(cipher)),
    protocols: ['TLS_V1_2'],
  },
  BALANCED: {
    ciphers: TLS_CIPHERS.filter((cipher) => /^TLS_(ECDHE|RSA)_.*_(GCM|CBC)_SHA(256|384)$/.test(cipher) || /^TLS_ECDHE_.*_CBC_SHA$/.test(cipher)),
    protocols: ['TLS_V1_1', 'TLS_V1_2'],
  },
  HIGH_COMPATIBILITY: {
    ciphers: TLS_CIPHERS,
    protocols: ['TLS_V1', 'TLS_V1_1', 'TLS_V1_2'],
  },
};

/** What TLS settings towards clients and towards servers share. */
export abstract class LBSslProfile extends PolicyConfigResource {
  @Field('string', 'Named choice of ciphers and protocols; `CUSTOM` where they are listed one by one.', {
    enum: ['BALANCED', 'HIGH_SECURITY', 'HIGH_COMPATIBILITY', 'CUSTOM'],
  })
  cipher_group_label?: string;

  @Field('string', 'Cipher suites that may be negotiated, most wanted first. Those of the group where left out.', { array: true, enum: TLS_CIPHERS })
  ciphers?: string[];

  @Field('string', 'Versions of TLS that may be negotiated. Those of the group where left out.', { array: true, enum: TLS_PROTOCOLS })
  protocols?: string[];

  @Field('boolean', 'Whether sessions may be resumed without a full handshake.', { default: true })
  session_cache_enabled!: boolean;

  @Field('boolean', 'Whether only algorithms that FIPS 140 approves can be negotiated.', { readOnly: true })
  is_fips!: boolean;

  @Field('boolean', 'Whether nothing that counts as weak today can be negotiated.', { readOnly: true })
  is_secure!: boolean;
}

/** Fills in the ciphers and protocols of the group, and says how strong the result is. */
export function completeSslProfile(draft: LBSslProfile): void {
  const group = GROUPS[draft.cipher_group_label ?? 'BALANCED'];
  draft.ciphers ??= group && [...group.ciphers];
  draft.protocols ??= group && [...group.protocols];
  const { ciphers = [], protocols = [] } = draft;
  draft.is_secure = !protocols.some((protocol) => protocol !== 'TLS_V1_2') && !ciphers.some((cipher) => cipher.includes('3DES'));
  draft.is_fips = !protocols.some((protocol) => protocol.startsWith('SSL_')) && !ciphers.some((cipher) => cipher.includes('3DES'));
}
