import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CertificateAuthority } from '../../../src/agents/pki/certificate-authority.js';
import { serverCertificate, serverNames } from '../../../src/agents/pki/server-certificate.js';

it('keeps the certificate of the manager as long as it names all that it should', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'heddle-pki-'));
  const authority = await CertificateAuthority.open(directory);
  const first = await serverCertificate(directory, authority, serverNames('127.0.0.1'));
  expect(await serverCertificate(directory, authority, serverNames('127.0.0.1'))).toEqual(first);
  const renamed = await serverCertificate(directory, authority, serverNames('127.0.0.1', ['manager.example', '192.0.2.7']));
  expect(renamed.certificate).not.toBe(first.certificate);
  expect(await serverCertificate(directory, authority, serverNames('127.0.0.1', ['manager.example', '192.0.2.7']))).toEqual(renamed);
});
