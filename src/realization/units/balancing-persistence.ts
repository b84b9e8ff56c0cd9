import type { IntentReads } from '../intent.js';
import { type Persistence, Persistence_Mode } from '../resources.pb.js';

/** Fields of all persistence profiles: which of them one has follows from its type. */
interface Profile {
  readonly persistence_shared?: boolean;
  readonly timeout?: number;
  readonly purge?: string;
  readonly cookie_mode?: string;
  readonly cookie_name?: string;
  readonly cookie_path?: string;
  readonly cookie_domain?: string;
  readonly cookie_fallback?: boolean;
  readonly cookie_garble?: boolean;
  readonly cookie_httponly?: boolean;
  readonly cookie_secure?: boolean;
  readonly cookie_time?: { readonly cookie_max_idle?: number; readonly cookie_max_life?: number };
}

const COOKIE_MODES: Readonly<Record<string, Persistence_Mode>> = {
  INSERT: Persistence_Mode.COOKIE_INSERT,
  PREFIX: Persistence_Mode.COOKIE_PREFIX,
  REWRITE: Persistence_Mode.COOKIE_REWRITE,
};

const DEFAULT_SECONDS = 300;

/** How a balancer finds the member of a client again. */
export function persistenceOf(intent: IntentReads, path: string | undefined): Persistence | undefined {
  const profile = intent.object<Profile>(path);
  if (!profile) return undefined;
  const { cookie_time: time } = profile;
  const cookie = profile.resource_type === 'LBCookiePersistenceProfile';
  const plain = profile.resource_type === 'LBGenericPersistenceProfile' ? Persistence_Mode.GENERIC : Persistence_Mode.SOURCE_ADDRESS;
  return {
    key: profile.path,
    mode: cookie ? (COOKIE_MODES[profile.cookie_mode ?? ''] ?? Persistence_Mode.COOKIE_INSERT) : plain,
    shared: profile.persistence_shared ?? false,
    seconds: cookie ? (time?.cookie_max_idle ?? 0) : (profile.timeout ?? DEFAULT_SECONDS),
    mostSeconds: time?.cookie_max_life ?? 0,
    purgeWhenFull: profile.purge !== 'NO_PURGE',
    cookieName: profile.cookie_name ?? '',
    cookiePath: profile.cookie_path ?? '',
    cookieDomain: profile.cookie_domain ?? '',
    fallback: cookie && profile.cookie_fallback !== false,
    cookieGarbled: cookie && profile.cookie_garble !== false,
    cookieHttpOnly: profile.cookie_httponly ?? false,
    cookieSecure: profile.cookie_secure ?? false,
  };
}
