import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CertificateRequestsController } from '../../src/insight/certificate-requests.controller.js';
import { P, policyApi } from '../policy/policy-api.js';

const api = policyApi(CertificateRequestsController);
const subject = {
  attributes: [
    { key: 'CN', value: 'web.example.org' },
    { key: 'O', value: 'Example' },
  ],
};
const make = (body: object) => api.http.post(`${P}/infra/csrs?action=self_sign`).send(body);

describe('a self-signed certificate', () => {
  it('is made with a key that stays a secret, and can be read and deleted like any other', async () => {
    const extensions = { subject_alt_names: { dns_names: ['www.example.org'], ip_addresses: ['192.0.2.1'] } };
    const { body } = await make({ display_name: 'Web', algorithm: 'RSA', key_size: 2048, days_valid: 365, is_ca: false, subject, extensions }).expect(200);
    expect(body).toMatchObject({
      resource_type: 'TlsCertificate',
      display_name: 'Web',
      has_private_key: true,
      tls_certificate_type: 'CERTIFICATE_SELF_SIGNED',
    });
    expect(JSON.stringify(body)).not.toContain('PRIVATE KEY');
    const certificate = new X509Certificate(body.pem_encoded);
    expect(certificate.checkHost('www.example.org')).toBe('www.example.org');
    expect(certificate.checkIP('192.0.2.1')).toBe('192.0.2.1');
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(body.details[0].not_after - body.details[0].not_before).toBe(365 * 24 * 60 * 60 * 1000);

    await api.http.get(`${P}${body.path}`).expect(200);
    await api.http.delete(`${P}${body.path}`).expect(200);
    await api.http.get(`${P}${body.path}`).expect(404);
  });

  it('has an elliptic key where that is asked for', async () => {
    const { body } = await make({ algorithm: 'EC', key_size: 384, is_ca: true, subject }).expect(200);
    expect(body).toMatchObject({
      tls_certificate_type: 'CERTIFICATE_CA',
      details: [{ ecdsa_curve_name: 'secp384r1', is_ca: true, subject_cn: 'web.example.org' }],
    });
  });

  it.each([
    ['no name', {}, 'subject'],
    ['a size that the algorithm does not have', { subject, algorithm: 'EC', key_size: 2048 }, 'key_size'],
    ['no days', { subject, days_valid: 0 }, 'days_valid'],
  ])('is refused with %s', async (_what, body, field) => {
    const answer = await make(body).expect(400);
    expect(answer.body.error_message).toContain(field);
  });
});
