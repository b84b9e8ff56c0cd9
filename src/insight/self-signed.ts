import 'reflect-metadata';
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import type { TlsCsrWithDaysValid } from '../model/system/certificate-request.js';

x509.cryptoProvider.set(webcrypto);

const DAY = 24 * 60 * 60 * 1000;

const RSA_SIZES = [2048, 3072, 4096];
const CURVES: Readonly<Record<number, string>> = { 256: 'P-256', 384: 'P-384', 521: 'P-521' };

/** Makes a key and a certificate that it signs itself, both as PEM. The key of 4096 bits takes about a second of a pool thread. */
export async function selfSigned(request: TlsCsrWithDaysValid, now = Date.now()): Promise<{ readonly certificate: string; readonly privateKey: string }> {
  const algorithm = algorithmOf(request);
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const { dns_names: dns = [], ip_addresses: ips = [] } = request.extensions?.subject_alt_names ?? {};
  const names: x509.JsonGeneralNames = [...dns.map((value) => ({ type: 'dns' as const, value })), ...ips.map((value) => ({ type: 'ip' as const, value }))];
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: request.subject.attributes.map(({ key, value }) => ({ [key]: [value] })),
    notBefore: new Date(now),
    notAfter: new Date(now + request.days_valid * DAY),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(request.is_ca, undefined, true),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const privateKey = String(createPrivateKey({ key, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' }));
  return { certificate: certificate.toString('pem'), privateKey };
}

function algorithmOf({ algorithm, key_size: size }: TlsCsrWithDaysValid): webcrypto.RsaHashedKeyGenParams | (webcrypto.EcKeyGenParams & { hash: string }) {
  if (algorithm === 'EC') {
    const namedCurve = CURVES[size ?? 256];
    if (!namedCurve) throw unfit('256, 384 or 521');
    return { name: 'ECDSA', namedCurve, hash: 'SHA-256' };
  }
  const modulusLength = size ?? 2048;
  if (!RSA_SIZES.includes(modulusLength)) throw unfit('2048, 3072 or 4096');
  return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength };
}

function unfit(sizes: string): PolicyError {
  return new PolicyError({ status: 400, code: CODES.field, field: 'key_size', message: `Field key_size must be ${sizes} for this algorithm.` });
}

/** 127 random bits: the first bit stays 0, so that the number is positive. */
function serial(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0] as number) & 0x7f;
  return bytes.toString('hex');
}
