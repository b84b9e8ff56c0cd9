import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { CertificateAuthority } from '../../src/agents/pki/certificate-authority.js';
import { serverCertificate } from '../../src/operations/server-certificate.js';
import { readSettings, SettingsError } from '../../src/operations/settings.js';

const DAY = 24 * 60 * 60_000;
let dataDir: string;
let authority: CertificateAuthority;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'heddle-https-'));
  authority = await CertificateAuthority.open(dataDir);
});

const certificate = (environment: NodeJS.ProcessEnv = {}, now = Date.now()) =>
  serverCertificate(readSettings({ HEDDLE_DATA_DIR: dataDir, ...environment }), authority, now);

it('is made once, for the names of this machine, and kept', async () => {
  const made = await certificate();
  const parsed = new X509Certificate(made.certificate);
  expect(parsed.checkHost('localhost')).toBe('localhost');
  expect(parsed.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(parsed.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
  expect(await certificate()).toEqual(made);
  expect(statSync(join(dataDir, 'https.key')).mode & 0o077).toBe(0);
});

it('is made anew when names are added and before it runs out', async () => {
  const made = await certificate();
  const named = await certificate({ HEDDLE_CERTIFICATE_NAMES: 'nsx.example.org,10.0.0.7' });
  expect(named.certificate).not.toBe(made.certificate);
  expect(new X509Certificate(named.certificate).checkHost('nsx.example.org')).toBe('nsx.example.org');
  expect((await certificate({}, Date.now() + 200 * DAY)).certificate).toBe(named.certificate);
  expect((await certificate({}, Date.now() + 350 * DAY)).certificate).not.toBe(named.certificate);
});

it('is the one that the settings name, or the start stops with one line', async () => {
  const { certificate: text, privateKey } = await authority.issueServer(['own.example.org'], Date.now() + DAY);
  const other = await authority.issueServer(['x.example.org'], Date.now() + DAY);
  const file = (name: string, content: string): string => {
    writeFileSync(join(dataDir, name), content);
    return join(dataDir, name);
  };
  const own = { HEDDLE_CERTIFICATE_FILE: file('own.crt', text), HEDDLE_KEY_FILE: file('own.key', privateKey) };
  expect(await certificate(own)).toEqual({ certificate: text, key: privateKey });
  expect(readdirSync(dataDir)).not.toContain('https.crt');
  await expect(certificate({ ...own, HEDDLE_KEY_FILE: file('other.key', other.privateKey) })).rejects.toThrow(/does not belong to the certificate/);
  await expect(certificate({ ...own, HEDDLE_KEY_FILE: join(dataDir, 'none') })).rejects.toThrow(/HEDDLE_KEY_FILE: .* cannot be read \(ENOENT\)/);
  await expect(certificate({ ...own, HEDDLE_CERTIFICATE_FILE: file('bad.crt', 'hello') })).rejects.toThrow(SettingsError);
});
