import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { CertificateAuthority } from '../../../src/agents/pki/certificate-authority.js';
import { serverCertificate, serverNames } from '../../../src/agents/pki/server-certificate.js';

const DAY = 24 * 60 * 60 * 1000;
let directory: string;
let authority: CertificateAuthority;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'heddle-pki-'));
  authority = await CertificateAuthority.open(directory);
});

describe('the certificate of the manager', () => {
  it('is kept with its key, for the owner only', async () => {
    const first = await serverCertificate(directory, authority, ['localhost', '::1']);
    expect(statSync(join(directory, 'server.pem')).mode & 0o777).toBe(0o600);
    expect(new X509Certificate(first.certificate).checkPrivateKey(createPrivateKey(first.privateKey))).toBe(true);
  });

  it('is the same as long as it names all that it should', async () => {
    const first = await serverCertificate(directory, authority, serverNames('127.0.0.1'));
    expect(await serverCertificate(directory, authority, serverNames('127.0.0.1'))).toEqual(first);
    const renamed = await serverCertificate(directory, authority, serverNames('127.0.0.1', ['manager.example', '192.0.2.7']));
    expect(renamed.certificate).not.toBe(first.certificate);
    expect(await serverCertificate(directory, authority, serverNames('127.0.0.1', ['manager.example', '192.0.2.7']))).toEqual(renamed);
  });

  it('is made anew when its end is near', async () => {
    const first = await serverCertificate(directory, authority, ['localhost']);
    const second = await serverCertificate(directory, authority, ['localhost'], Date.now() + 370 * DAY);
    expect(second.certificate).not.toBe(first.certificate);
  });

  it('is made anew for another authority', async () => {
    const first = await serverCertificate(directory, authority, ['localhost']);
    const other = await CertificateAuthority.open(mkdtempSync(join(tmpdir(), 'heddle-pki-')));
    const second = await serverCertificate(directory, other, ['localhost']);
    expect(second.certificate).not.toBe(first.certificate);
    expect(new X509Certificate(second.certificate).verify(new X509Certificate(other.certificate).publicKey)).toBe(true);
  });
});

it('names a manager by all under which it can be reached, each once', () => {
  expect(serverNames('127.0.0.1', ['heddle.example'])).toEqual(expect.arrayContaining(['localhost', '127.0.0.1', '::1', 'heddle.example']));
  const everywhere = serverNames('0.0.0.0');
  expect(new Set(everywhere).size).toBe(everywhere.length);
  expect(everywhere).not.toContain('0.0.0.0');
});
