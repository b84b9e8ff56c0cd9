import 'reflect-metadata';
import { createPrivateKey, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MemoryIntent } from './memory-intent.js';

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 };
const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

interface Made {
  readonly pem: string;
  readonly key: string;
  readonly keys: webcrypto.CryptoKeyPair;
}

async function selfSigned(name: string, algorithm: typeof RSA | typeof P256, ca = false): Promise<Made> {
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '0a0b',
    name,
    notBefore: new Date('2025-01-01T00:00:00Z'),
    notAfter: new Date('2035-01-01T00:00:00Z'),
    signingAlgorithm: algorithm,
    keys,
    extensions: ca ? [new x509.BasicConstraintsExtension(true)] : [],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' });
  return { pem: certificate.toString('pem'), key: String(key), keys };
}

describe('certificates', () => {
  const path = '/infra/certificates/web';
  let intent: MemoryIntent;
  let web: Made;
  let other: Made;
  let authority: Made;

  beforeAll(async () => {
    x509.cryptoProvider.set(webcrypto);
    web = await selfSigned('CN=web.example.org, O=Example', RSA);
    other = await selfSigned('CN=other.example.org', P256);
    authority = await selfSigned('CN=Authority, O=Example', P256, true);
  });

  beforeEach(() => {
    intent = new MemoryIntent();
    intent.seed([{ path: '/infra', body: {} }]);
  });

  it('are written as trust data and read as certificates, with what they say and without the key', () => {
    const read = intent.patch(path, { resource_type: 'TlsTrustData', pem_encoded: `${web.pem}\n${authority.pem}`, private_key: web.key });
    expect(read).toMatchObject({
      resource_type: 'TlsCertificate',
      has_private_key: true,
      tls_certificate_type: 'CERTIFICATE_SELF_SIGNED',
      details: [
        {
          subject_cn: 'web.example.org',
          issuer_cn: 'web.example.org',
          public_key_algo: 'RSA',
          public_key_length: 2048,
          rsa_public_key_exponent: '65537',
          serial_number: '0a0b',
          is_ca: false,
          not_before: Date.UTC(2025, 0, 1),
          not_after: Date.UTC(2035, 0, 1),
        },
        { subject_cn: 'Authority', is_ca: true, public_key_algo: 'EC', ecdsa_curve_name: 'prime256v1' },
      ],
    });
    expect(JSON.stringify(read)).not.toContain('PRIVATE KEY');
    expect(intent.secret(path, 'private_key')).toBe(web.key);
  });

  it('keep their key when they are written without it', () => {
    intent.patch(path, { pem_encoded: web.pem, private_key: web.key });
    expect(intent.patch(path, { pem_encoded: web.pem, description: 'Ours' })).toMatchObject({ has_private_key: true, description: 'Ours' });
    expect(intent.secret(path, 'private_key')).toBe(web.key);
    expect(intent.refusal(() => intent.patch(path, { pem_encoded: other.pem }))).toMatchObject({ status: 400, field: 'private_key' });
  });

  it('say when they are an authority, and need no key', () => {
    expect(intent.patch(path, { pem_encoded: authority.pem })).toMatchObject({ has_private_key: false, tls_certificate_type: 'CERTIFICATE_CA' });
  });

  it('open a key with its passphrase, and no other', () => {
    const key = String(createPrivateKey(web.key).export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'sesame' }));
    expect(intent.patch(path, { pem_encoded: web.pem, private_key: key, passphrase: 'sesame' }).has_private_key).toBe(true);
    for (const passphrase of ['other', undefined]) {
      const refusal = intent.refusal(() => intent.patch('/infra/certificates/closed', { pem_encoded: web.pem, private_key: key, passphrase }));
      expect(refusal).toMatchObject({ status: 400, field: 'private_key' });
      expect(refusal.message).not.toContain('BEGIN');
    }
  });

  it('are refused where they cannot serve', () => {
    const refused = (body: Record<string, unknown>) => intent.refusal(() => intent.patch(path, body)).field;
    expect(refused({ pem_encoded: 'nothing' })).toBe('pem_encoded');
    expect(refused({ pem_encoded: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----' })).toBe('pem_encoded');
    expect(refused({ pem_encoded: web.pem + web.key })).toBe('pem_encoded');
    expect(refused({ pem_encoded: web.pem, private_key: other.key })).toBe('private_key');
    expect(refused({ pem_encoded: web.pem, private_key: 'nothing' })).toBe('private_key');
  });

  it('can be taken back by a list of either form', async () => {
    const crl = await x509.X509CrlGenerator.create({
      issuer: 'CN=Authority, O=Example',
      thisUpdate: new Date('2025-01-01T00:00:00Z'),
      nextUpdate: new Date('2025-02-01T00:00:00Z'),
      entries: [{ serialNumber: '0a0b', revocationDate: new Date('2025-01-02T00:00:00Z') }],
      signingAlgorithm: P256,
      signingKey: authority.keys.privateKey,
    });
    const pem = crl.toString('pem').replaceAll(' CRL-----', ' X509 CRL-----');
    expect(intent.patch('/infra/crls/x509', { pem_encoded: pem }).details).toMatchObject({
      issuer: 'CN=Authority, O=Example',
      next_update: '2025-02-01T00:00:00.000Z',
      crl_entries: [{ serial_number: '0a0b', revocation_date: '2025-01-02T00:00:00.000Z' }],
    });
    const one = {
      data: [
        { issuerName: 'aXNzdWVy', serialNumber: 'AQ==' },
        { issuerName: 'aXNzdWVy', serialNumber: 'Ag==' },
        { subject: 'c3Vi', pubKeyHash: 'aGFzaA==' },
      ],
    };
    expect(intent.patch('/infra/crls/one', { crl_type: 'OneCRL', one_crl: JSON.stringify(one) })).toMatchObject({
      details_revoked_by_issuer_and_serial_number: [{ issuer: 'aXNzdWVy', serial_numbers: ['AQ==', 'Ag=='] }],
      details_revoked_by_subject_and_public_key_hash: [{ subject: 'c3Vi', public_key_sha256_hashes: ['aGFzaA=='] }],
    });
    expect(intent.refusal(() => intent.patch('/infra/crls/bad', { pem_encoded: web.pem }))).toMatchObject({ field: 'pem_encoded' });
    expect(intent.refusal(() => intent.patch('/infra/crls/bad', { crl_type: 'OneCRL', one_crl: '{}' }))).toMatchObject({ field: 'one_crl' });
  });
});
