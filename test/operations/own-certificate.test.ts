import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { CertificateAuthority, type KeyedCertificate } from '../../src/agents/pki/certificate-authority.js';
import { ownCertificate } from '../../src/operations/own-certificate.js';
import { SettingsError } from '../../src/operations/settings.js';

const directory = mkdtempSync(join(tmpdir(), 'heddle-own-'));
let own: KeyedCertificate;
let other: KeyedCertificate;
beforeAll(async () => {
  const authority = await CertificateAuthority.open(directory);
  own = await authority.issueServer(['own.example.org'], Date.now() + 60_000);
  other = await authority.issueServer(['other.example.org'], Date.now() + 60_000);
});

function file(name: string, content: string): string {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
}

it('is read from the files that the settings name', () => {
  expect(ownCertificate({ certificateFile: file('own.crt', own.certificate), keyFile: file('own.key', own.privateKey) })).toEqual({
    certificate: own.certificate,
    key: own.privateKey,
  });
  expect(ownCertificate({ certificateFile: undefined, keyFile: undefined })).toBeUndefined();
});

it('stops the start with one line when it cannot be used', () => {
  const certificateFile = file('own.crt', own.certificate);
  const keyFile = file('own.key', own.privateKey);
  expect(() => ownCertificate({ certificateFile, keyFile: file('other.key', other.privateKey) })).toThrow(
    /^HEDDLE_KEY_FILE: .* does not belong to the certificate/,
  );
  expect(() => ownCertificate({ certificateFile, keyFile: join(directory, 'none') })).toThrow(/^HEDDLE_KEY_FILE: .* cannot be read \(ENOENT\)\.$/);
  expect(() => ownCertificate({ certificateFile: file('bad.crt', 'hello'), keyFile })).toThrow(SettingsError);
});
