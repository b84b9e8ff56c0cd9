import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ServerCertificate } from './http-server.js';
import { type Settings, SettingsError } from './settings.js';

/**
 * The operator's own certificate of the HTTPS port, where the settings name one.
 * @throws SettingsError when the files cannot be used
 */
export function ownCertificate({ certificateFile, keyFile }: Pick<Settings, 'certificateFile' | 'keyFile'>): ServerCertificate | undefined {
  if (certificateFile === undefined || keyFile === undefined) return undefined;
  const certificate = textOf('HEDDLE_CERTIFICATE_FILE', certificateFile);
  const key = textOf('HEDDLE_KEY_FILE', keyFile);
  const parsed = parse('HEDDLE_CERTIFICATE_FILE', certificateFile, 'a certificate in PEM form', () => new X509Certificate(certificate));
  const privateKey = parse('HEDDLE_KEY_FILE', keyFile, 'a private key in PEM form without a passphrase', () => createPrivateKey(key));
  if (!parsed.checkPrivateKey(privateKey)) {
    throw new SettingsError(`HEDDLE_KEY_FILE: the key in ${keyFile} does not belong to the certificate in ${certificateFile}.`);
  }
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
