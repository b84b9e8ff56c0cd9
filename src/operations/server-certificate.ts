import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { CertificateAuthority } from '../agents/pki/certificate-authority.js';
import { readIfPresent, writeFileDurably } from '../shared/durable-file.js';
import type { ServerCertificate } from './http-server.js';
import { type Settings, SettingsError } from './settings.js';

const DAY = 24 * 60 * 60_000;
/** Browsers refuse certificates that live longer than 398 days. */
const LIFETIME = 397 * DAY;
/** A certificate with less time than this left is replaced at the next start. */
const RENEW_BEFORE = 60 * DAY;

/**
 * The certificate of the HTTPS port: the user's own where the settings name one, otherwise one that the manager's authority signs,
 * kept in the data directory until it runs out or the names change.
 * @throws SettingsError when the user's files cannot be used
 */
export async function serverCertificate(settings: Settings, authority: CertificateAuthority, now = Date.now()): Promise<ServerCertificate> {
  const { certificateFile, keyFile, dataDir } = settings;
  if (certificateFile !== undefined && keyFile !== undefined) return ownCertificate(certificateFile, keyFile);
  const [certificatePath, keyPath] = [join(dataDir, 'https.crt'), join(dataDir, 'https.key')];
  const names = namesOf(settings);
  const [known, knownKey] = [readIfPresent(certificatePath), readIfPresent(keyPath)];
  if (known !== undefined && knownKey !== undefined && serves(known, knownKey, names, authority, now)) return { certificate: known, key: knownKey };
  const issued = await authority.issueServer(names, now + LIFETIME, now);
  const certificate = `${issued.certificate.trimEnd()}\n${authority.certificate}`;
  writeFileDurably(keyPath, issued.privateKey, 0o600);
  writeFileDurably(certificatePath, certificate);
  return { certificate, key: issued.privateKey };
}

/** Names and addresses under which clients on this machine and those who know its name reach it, and those that the settings add. */
export function namesOf({ host, certificateNames = [] }: Pick<Settings, 'host' | 'certificateNames'>): readonly string[] {
  const listening = ['0.0.0.0', '::'].includes(host) ? [] : [host];
  return [...new Set(['localhost', '127.0.0.1', '::1', hostname(), ...listening, ...certificateNames])];
}

function ownCertificate(certificateFile: string, keyFile: string): ServerCertificate {
  const certificate = textOf('HEDDLE_CERTIFICATE_FILE', certificateFile);
  const key = textOf('HEDDLE_KEY_FILE', keyFile);
  const parsed = parse('HEDDLE_CERTIFICATE_FILE', certificateFile, 'a certificate in PEM form', () => new X509Certificate(certificate));
  const privateKey = parse('HEDDLE_KEY_FILE', keyFile, 'a private key in PEM form without a passphrase', () => createPrivateKey(key));
  if (!parsed.checkPrivateKey(privateKey))
    throw new SettingsError(`HEDDLE_KEY_FILE: the key in ${keyFile} does not belong to the certificate in ${certificateFile}.`);
  return { certificate, key };
}

function textOf(variable: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new SettingsError(`${variable}: ${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

function parse<T>(variable: string, file: string, what: string, read: () => T): T {
  try {
    return read();
  } catch {
    throw new SettingsError(`${variable}: ${file} does not hold ${what}.`);
  }
}

/** Whether a kept certificate has all names, time left, its key, and the present authority. */
function serves(certificate: string, key: string, names: readonly string[], authority: CertificateAuthority, now: number): boolean {
  const parsed = new X509Certificate(certificate);
  const issuer = new X509Certificate(authority.certificate);
  return (
    Date.parse(parsed.validTo) > now + RENEW_BEFORE &&
    names.every((name) => (isIP(name) ? parsed.checkIP(name) : parsed.checkHost(name)) !== undefined) &&
    parsed.checkPrivateKey(createPrivateKey(key)) &&
    parsed.verify(issuer.publicKey)
  );
}
