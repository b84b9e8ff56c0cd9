import type { LBClientSslProfile } from '../../model/balancing/lb-client-ssl-profile.resource.js';
import type { LBVirtualServer } from '../../model/balancing/lb-virtual-server.resource.js';
import type { LBSslProfile } from '../../model/balancing/ssl.js';
import type { TlsCertificate } from '../../model/system/tls-certificate.resource.js';
import type { TlsCrl } from '../../model/system/tls-crl.resource.js';
import type { IntentReads } from '../intent.js';
import type { TlsSettings, TlsSettings_Certificate } from '../resources.pb.js';
import type { Reads } from './reads.js';

type ClientBinding = NonNullable<LBVirtualServer['client_ssl_profile_binding']>;
type ServerBinding = NonNullable<LBVirtualServer['server_ssl_profile_binding']>;

const CHAIN_DEPTH = 3;

/** TLS towards clients. */
export function clientTls(reads: Reads, binding: ClientBinding | undefined): TlsSettings | undefined {
  if (!binding) return undefined;
  const profile = reads.intent.object<LBClientSslProfile>(binding.ssl_profile_path);
  return {
    ...settings(profile),
    certificates: [binding.default_certificate_path, ...(binding.sni_certificate_paths ?? [])].flatMap(
      (path, index) => certificate(reads, path, index === 0) ?? [],
    ),
    authorities: certificatesOf(reads.intent, binding.client_auth_ca_paths),
    peerRequired: binding.client_auth === 'REQUIRED',
    preferServerCiphers: profile?.prefer_server_ciphers !== false,
    revocationLists: revocationLists(reads.intent, binding.client_auth_crl_paths),
    chainDepth: binding.certificate_chain_depth ?? CHAIN_DEPTH,
    sessionSeconds: profile?.session_cache_timeout ?? 0,
  };
}

/** TLS towards members. `AUTO_APPLY` checks their certificates where there are authorities to check them by. */
export function serverTls(reads: Reads, binding: ServerBinding | undefined): TlsSettings | undefined {
  if (!binding) return undefined;
  const authorities = certificatesOf(reads.intent, binding.server_auth_ca_paths);
  const own = binding.client_certificate_path === undefined ? undefined : certificate(reads, binding.client_certificate_path, true);
  return {
    ...settings(reads.intent.object<LBSslProfile>(binding.ssl_profile_path)),
    certificates: own ? [own] : [],
    authorities,
    peerRequired: binding.server_auth === 'REQUIRED' || (binding.server_auth !== 'IGNORE' && authorities.length > 0),
    preferServerCiphers: false,
    revocationLists: revocationLists(reads.intent, binding.server_auth_crl_paths),
    chainDepth: binding.certificate_chain_depth ?? CHAIN_DEPTH,
    sessionSeconds: 0,
  };
}

/** TLS of whoever only wants its traffic encrypted. */
export function plainTls(): TlsSettings {
  return {
    ...settings(undefined),
    certificates: [],
    authorities: [],
    peerRequired: false,
    preferServerCiphers: false,
    revocationLists: [],
    chainDepth: CHAIN_DEPTH,
    sessionSeconds: 0,
  };
}

/** Policy paths of all that a binding names. */
export function pathsOfTls(binding: Partial<ClientBinding & ServerBinding>): string[] {
  const { ssl_profile_path: profile, default_certificate_path: certificate, client_certificate_path: own } = binding;
  const lists = [
    binding.sni_certificate_paths,
    binding.client_auth_ca_paths,
    binding.client_auth_crl_paths,
    binding.server_auth_ca_paths,
    binding.server_auth_crl_paths,
  ];
  return [profile, certificate, own, ...lists.flatMap((paths) => paths ?? [])].filter((path) => path !== undefined);
}

function settings(profile: LBSslProfile | undefined): Pick<TlsSettings, 'protocols' | 'ciphers' | 'sessionCache'> {
  return { protocols: [...(profile?.protocols ?? [])], ciphers: [...(profile?.ciphers ?? [])], sessionCache: profile?.session_cache_enabled !== false };
}

function certificate(reads: Reads, path: string, isDefault: boolean): TlsSettings_Certificate | undefined {
  const object = reads.intent.object<TlsCertificate>(path);
  return object && { path, pem: object.pem_encoded, privateKey: reads.secret(path, 'private_key'), passphrase: reads.secret(path, 'passphrase'), isDefault };
}

function certificatesOf(intent: IntentReads, paths: readonly string[] | undefined): string[] {
  return (paths ?? []).flatMap((path) => intent.object<TlsCertificate>(path)?.pem_encoded ?? []);
}

function revocationLists(intent: IntentReads, paths: readonly string[] | undefined): string[] {
  return (paths ?? []).flatMap((path) => intent.object<TlsCrl>(path)?.pem_encoded ?? []);
}
