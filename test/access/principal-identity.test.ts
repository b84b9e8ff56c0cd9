import { mkdtempSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CertificateAuthority, type KeyedCertificate } from '../../src/agents/pki/certificate-authority.js';
import { AccessApp, ADMIN } from './access-app.js';

const PIS = '/api/v1/trust-management/principal-identities';
const CERTIFICATES = '/api/v1/trust-management/certificates';
const DAY = 24 * 60 * 60_000;

let app: AccessApp;
let authority: CertificateAuthority;
beforeAll(async () => {
  authority = await CertificateAuthority.open(mkdtempSync(join(tmpdir(), 'heddle-pi-')));
  const { certificate, privateKey } = await authority.issueServer(['127.0.0.1'], Date.now() + DAY);
  app = await AccessApp.start({ certificate, key: privateKey });
});
afterAll(() => app.close());

/** A request over TLS, with or without a client certificate. */
function send(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: unknown,
  client?: KeyedCertificate,
): Promise<{ status: number; body: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const agent = new Agent({ ca: authority.certificate, cert: client?.certificate, key: client?.privateKey });
    const sent = request(app.url + path, { method, agent, headers: { 'content-type': 'application/json', ...headers } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      answer.on('end', () => {
        agent.destroy();
        resolve({ status: answer.statusCode ?? 0, body: text === '' ? {} : JSON.parse(text) });
      });
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const clientCertificate = (): Promise<KeyedCertificate> => authority.issueServer(['operator.example.org'], Date.now() + DAY);

it('logs in with its certificate alone, until it is deleted', async () => {
  const client = await clientCertificate();
  const made = await send('POST', `${PIS}/with-certificate`, ADMIN, {
    name: 'operator',
    node_id: 'cluster-1',
    role: 'enterprise_admin',
    certificate_pem: client.certificate,
  });
  expect(made).toMatchObject({ status: 201, body: { name: 'operator', node_id: 'cluster-1', is_protected: true, role: 'enterprise_admin' } });
  expect(await send('GET', '/things', {}, undefined, client)).toEqual({
    status: 200,
    body: { user: 'operator', principal: true, roles: ['enterprise_admin'] },
  });
  expect((await send('GET', '/things', {}, undefined, await clientCertificate())).status).toBe(401);
  expect((await send('GET', '/things', {})).status).toBe(401);

  expect((await send('DELETE', `${CERTIFICATES}/${made.body.certificate_id}`, ADMIN)).status).toBe(400);
  expect((await send('DELETE', `${PIS}/${made.body.id}`, ADMIN)).status).toBe(200);
  expect((await send('GET', '/things', {}, undefined, client)).status).toBe(401);
  expect((await send('DELETE', `${CERTIFICATES}/${made.body.certificate_id}`, ADMIN)).status).toBe(200);
  expect((await send('GET', `${PIS}/${made.body.id}`, ADMIN)).status).toBe(404);
});

it('takes an imported certificate, and another one later', async () => {
  const [first, second] = [await clientCertificate(), await clientCertificate()];
  const imported = async (pem: string): Promise<string> => {
    const { status, body } = await send('POST', `${CERTIFICATES}?action=import`, ADMIN, { pem_encoded: pem, display_name: 'c' });
    expect(status).toBe(201);
    return (body.results as { id: string }[])[0]?.id as string;
  };
  const firstId = await imported(first.certificate);
  const roles = [
    { path: '/', roles: [{ role: 'auditor' }] },
    { path: '/orgs/default', roles: [{ role: 'org_admin' }] },
  ];
  const made = await send('POST', PIS, ADMIN, {
    name: 'ncp',
    node_id: 'n1',
    certificate_id: firstId,
    roles_for_paths: roles,
    is_protected: false,
    tags: [{ scope: 's', tag: 't' }],
  });
  expect(made).toMatchObject({ status: 201, body: { is_protected: false, tags: [{ scope: 's', tag: 't' }], roles_for_paths: roles } });
  expect((await send('DELETE', '/things', {}, undefined, first)).status).toBe(403);
  expect((await send('POST', PIS, ADMIN, { name: 'other', node_id: 'n1', certificate_id: firstId, role: 'auditor' })).status).toBe(400);

  const secondId = await imported(second.certificate);
  expect((await send('POST', `${PIS}?action=update_certificate`, ADMIN, { principal_identity_id: made.body.id, certificate_id: secondId })).status).toBe(201);
  expect((await send('GET', '/things', {}, undefined, first)).status).toBe(401);
  expect(await send('GET', '/things', {}, undefined, second)).toMatchObject({ status: 200, body: { user: 'ncp', principal: false } });
});

it('is refused without a role, with a private key, with a known certificate or a taken name', async () => {
  const client = await clientCertificate();
  const body = { name: 'x', node_id: 'n', role: 'auditor', certificate_pem: client.certificate };
  const message = async (change: object): Promise<unknown> => {
    const { status, body: answer } = await send('POST', `${PIS}/with-certificate`, ADMIN, { ...body, ...change });
    expect(status).toBe(400);
    return answer.error_message;
  };
  expect(await message({ role: undefined })).toContain('roles_for_paths is required');
  expect(await message({ role: 'no-such' })).toContain('no role no-such');
  expect(await message({ certificate_pem: client.certificate + client.privateKey })).toContain('private key');
  expect(await message({ certificate_pem: 'hello' })).toContain('PEM');
  expect(await message({ name: 'admin' })).toContain('user admin');
  expect((await send('POST', `${PIS}/with-certificate`, ADMIN, body)).status).toBe(201);
  expect(await message({ node_id: 'n2' })).toContain('known already');
});
