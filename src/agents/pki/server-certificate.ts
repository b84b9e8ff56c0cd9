import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { readIfPresent, writeFileDurably } from '../../shared/durable-file.js';
import type { CertificateAuthority, KeyedCertificate } from './certificate-authority.js';

const DAY = 24 * 60 * 60 * 1000;
const LIFETIME = 397 * DAY;
/** A certificate with less than this left is replaced at the next look. */
const RENEW_BEFORE = 30 * DAY;

/**
 * The certificate that the manager shows on its HTTPS and agent ports. Kept in `server.pem` (key and certificate in one file, so
 * that they can never be of two generations) and made anew when a name is missing or the end is near.
 */
export async function serverCertificate(
  directory: string,
  authority: CertificateAuthority,
  names: readonly string[],
  now = Date.now(),
): Promise<KeyedCertificate> {
  const file = join(directory, 'server.pem');
  const kept = parseKeyed(readIfPresent(file));
  if (kept && fits(kept, authority, names, now)) return kept;
  const made = await authority.issueServer(names, now + LIFETIME, now);
  writeFileDurably(file, `${made.privateKey.trim()}\n${made.certificate.trim()}\n`, 0o600);
  return made;
}

/** Every name under which a client on this machine or in its network may reach a manager that listens on `host`. */
export function serverNames(host: string, more: readonly string[] = []): string[] {
  const everywhere = host === '0.0.0.0' || host === '::';
  const interfaces = everywhere ? Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)) : [host];
  return [...new Set(['localhost', '127.0.0.1', '::1', hostname(), ...interfaces, ...more].filter((name) => name !== '' && !name.includes('%')))];
}

function fits({ certificate }: KeyedCertificate, authority: CertificateAuthority, names: readonly string[], now: number): boolean {
  const leaf = new X509Certificate(certificate);
  if (!leaf.verify(new X509Certificate(authority.certificate).publicKey)) return false;
  if (Date.parse(leaf.validTo) - RENEW_BEFORE < now) return false;
  return names.every((name) => (isIP(name) ? leaf.checkIP(name) : leaf.checkHost(name)) !== undefined);
}

function parseKeyed(pem: string | undefined): KeyedCertificate | undefined {
  const [, privateKey, certificate] =
    /(-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----)\s+(-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----)/.exec(pem ?? '') ?? [];
  return privateKey && certificate ? { privateKey, certificate } : undefined;
}
