import { X509Certificate } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { CertificateAuthority, type KeyedCertificate } from '../../../src/agents/pki/certificate-authority.js';
import { renewServerCertificate } from '../../../src/agents/pki/certificate-renewal.js';

const DAY = 24 * 60 * 60 * 1000;

it('the certificate of a manager is replaced while the manager runs, once', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'heddle-pki-'));
  const authority = await CertificateAuthority.open(directory);
  const old = await authority.issueServer(['localhost'], Date.now() + DAY);
  const shown: KeyedCertificate[] = [];
  const failed = vi.fn();
  const stop = renewServerCertificate({ directory, authority, names: ['localhost'], shown: old, show: (one) => shown.push(one), failed }, 20);
  await vi.waitFor(() => expect(shown.length).toBeGreaterThan(0), 5_000);
  await new Promise((resolve) => setTimeout(resolve, 200));
  stop();
  expect(shown.length).toBe(1);
  expect(Date.parse(new X509Certificate(shown[0]?.certificate ?? '').validTo)).toBeGreaterThan(Date.now() + 300 * DAY);
  expect(failed).not.toHaveBeenCalled();
});
