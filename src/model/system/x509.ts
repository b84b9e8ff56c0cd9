import 'reflect-metadata';
import { createPrivateKey, type KeyObject, X509Certificate as NodeCertificate } from 'node:crypto';
import { X509Certificate, X509Crl } from '@peculiar/x509';

/**
 * Certificates and revocation lists as text (PEM) and as what they say. Node's reader knows keys; the other one knows
 * signatures and revocation lists.
 */

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** What a certificate says, under the names of the API. Times are in milliseconds since 1970. */
export interface CertificateDetails {
  readonly subject: string;
  readonly subject_cn?: string;
  readonly issuer: string;
  readonly issuer_cn?: string;
  readonly serial_number: string;
  readonly version: string;
  readonly not_before: number;
  readonly not_after: number;
  readonly is_ca: boolean;
  readonly public_key_algo: string;
  readonly public_key_length?: number;
  readonly rsa_public_key_modulus?: string;
  readonly rsa_public_key_exponent?: string;
  readonly ecdsa_curve_name?: string;
  readonly signature_algorithm: string;
  readonly signature: string;
  readonly sha_256_thumbprint: string;
  readonly parsed_pem_encoding: string;
}

/** The certificates of a PEM text, in their order: the end entity's first, then those that vouch for it. */
export function readCertificates(pem: string): NodeCertificate[] {
  return (pem.match(CERTIFICATE) ?? []).map((text) => new NodeCertificate(text));
}

export function holdsPrivateKey(pem: string): boolean {
  return pem.includes('PRIVATE KEY-----');
}

/** Reads a private key. Throws where the text is none, or the passphrase does not open it. */
export function readPrivateKey(pem: string, passphrase: string | undefined): KeyObject {
  return createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
}

export function describeCertificate(certificate: NodeCertificate): CertificateDetails {
  const { publicKey } = certificate;
  const { subject, issuer, signatureAlgorithm, signature, notBefore, notAfter } = new X509Certificate(certificate.raw);
  const algorithm = signatureAlgorithm as { name: string; hash?: { name: string } };
  return {
    subject,
    ...named('subject_cn', commonName(subject)),
    issuer,
    ...named('issuer_cn', commonName(issuer)),
    serial_number: certificate.serialNumber.toLowerCase(),
    version: '3',
    not_before: notBefore.getTime(),
    not_after: notAfter.getTime(),
    is_ca: certificate.ca,
    public_key_algo: (publicKey.asymmetricKeyType ?? 'unknown').toUpperCase(),
    ...describeKey(publicKey),
    signature_algorithm: algorithm.hash ? `${algorithm.hash.name} with ${algorithm.name}` : algorithm.name,
    signature: Buffer.from(signature).toString('hex'),
    sha_256_thumbprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    parsed_pem_encoding: certificate.toString(),
  };
}

function describeKey(key: KeyObject): Partial<CertificateDetails> {
  const { modulusLength, publicExponent, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (namedCurve !== undefined) return { ecdsa_curve_name: namedCurve };
  if (modulusLength === undefined) return {};
  const { n = '' } = key.export({ format: 'jwk' });
  return {
    public_key_length: modulusLength,
    rsa_public_key_modulus: Buffer.from(n, 'base64url').toString('hex'),
    rsa_public_key_exponent: String(publicExponent),
  };
}

/** What a revocation list says, under the names of the API. */
export interface RevocationDetails {
  readonly issuer: string;
  readonly version: string;
  readonly next_update?: string;
  readonly crl_entries: readonly { readonly serial_number: string; readonly revocation_date: string }[];
}

/** Reads a revocation list. Throws where the text is none. */
export function describeRevocations(pem: string): RevocationDetails {
  const { issuer, version, nextUpdate, entries } = new X509Crl(pem);
  return {
    issuer,
    version: String((version ?? 0) + 1),
    ...named('next_update', nextUpdate?.toISOString()),
    crl_entries: entries.map(({ serialNumber, revocationDate }) => ({ serial_number: serialNumber, revocation_date: revocationDate.toISOString() })),
  };
}

function commonName(name: string): string | undefined {
  return /(?:^|,\s*)CN=((?:\\.|[^,\\])*)/.exec(name)?.[1];
}

function named<K extends string>(name: K, value: string | undefined): { readonly [P in K]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { [P in K]: string });
}
