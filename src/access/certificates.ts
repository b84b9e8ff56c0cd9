import { X509Certificate } from 'node:crypto';
import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import type { TrustedCertificate } from './records.js';

/** What is taken from a certificate. */
type CertificateFacts = Pick<TrustedCertificate, 'pem' | 'fingerprint' | 'notAfter'>;

/**
 * Reads the first certificate of a PEM text.
 * @throws PolicyError 400 when there is none, or it has expired
 */
export function readCertificate(pem: string, now: number): CertificateFacts {
  const certificate = parse(pem);
  const notAfter = Date.parse(certificate.validTo);
  if (notAfter <= now) throw bad(`The certificate expired on ${new Date(notAfter).toISOString()}: give one that is valid.`);
  return { pem: certificate.toString(), fingerprint: fingerprintOf(certificate), notAfter };
}

/** Lower-case hexadecimal SHA-256 of the certificate in DER form. */
export function fingerprintOf({ fingerprint256 }: X509Certificate): string {
  return fingerprint256.replaceAll(':', '').toLowerCase();
}

function parse(pem: string): X509Certificate {
  if (/PRIVATE KEY/.test(pem)) throw bad('The text holds a private key, which belongs to the client alone: give the certificate only.');
  try {
    return new X509Certificate(pem);
  } catch {
    throw bad('The text is not a certificate in PEM form: it must begin with -----BEGIN CERTIFICATE-----.');
  }
}

function bad(message: string): PolicyError {
  return new PolicyError({ status: 400, code: CODES.field, message });
}
