import type { TlsSettings } from '../../realization/resources.pb.js';
import { Unsupported } from './words.js';

/** Versions of TLS as HAProxy names them, oldest first. Those of SSL are in no OpenSSL of today. */
const VERSIONS: Readonly<Record<string, string>> = { TLS_V1: 'TLSv1.0', TLS_V1_1: 'TLSv1.1', TLS_V1_2: 'TLSv1.2', TLS_V1_3: 'TLSv1.3' };

/** Options of a `bind` or `server` line for the versions and ciphers that are allowed. @throws Unsupported where none is left */
export function versionsAndCiphers({ protocols, ciphers }: TlsSettings): string[] {
  const allowed = Object.keys(VERSIONS).filter((version) => protocols.includes(version));
  if (protocols.length > 0 && allowed.length === 0) throw new Unsupported(`none of the protocols ${protocols.join(', ')} is safe enough to be built in`);
  const options = allowed.length > 0 ? [`ssl-min-ver ${VERSIONS[allowed[0] as string]}`, `ssl-max-ver ${VERSIONS[allowed.at(-1) as string]}`] : [];
  // OpenSSL counts TLS 1.0 and 1.1 as insecure unless told otherwise.
  const level = allowed[0] === 'TLS_V1' || allowed[0] === 'TLS_V1_1' ? ':@SECLEVEL=0' : '';
  if (ciphers.length > 0) options.push(`ciphers ${ciphers.map(cipherName).join(':')}${level}`);
  return options;
}

/** The name that OpenSSL has for a cipher suite of TLS up to 1.2: `TLS_RSA_WITH_AES_128_CBC_SHA` is `AES128-SHA` there. */
export function cipherName(iana: string): string {
  const [, exchange = '', cipher = ''] = /^TLS_(.+)_WITH_(.+)$/.exec(iana) ?? [];
  const prefix = exchange === 'RSA' ? '' : `${exchange.replaceAll('_', '-')}-`;
  const [, family, bits, mode, hash] = /^(AES)_(\d+)_(CBC|GCM)_(SHA\d*)$/.exec(cipher) ?? [];
  if (family) return `${prefix}${family}${bits}-${mode === 'GCM' ? 'GCM-' : ''}${hash}`;
  if (cipher === '3DES_EDE_CBC_SHA') return `${prefix}DES-CBC3-SHA`;
  throw new Unsupported(`the cipher ${iana} is not known`);
}
