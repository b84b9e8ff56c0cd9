import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EnrolmentRefused, enrol } from '../../../src/agent/enrolment.js';
import { EnrolmentService } from '../../../src/agents/enrolment/enrolment.service.js';
import { mintToken, parseToken, tokenText } from '../../../src/agents/enrolment/enrolment-token.js';
import { CertificateAuthority, requestCertificate } from '../../../src/agents/pki/certificate-authority.js';
import { storedEnrolment } from '../../../src/agents/stored-fabric.js';
import { SYSTEM } from '../../../src/manager/seed.js';
import { ManagerUnderTest } from '../manager.js';

let manager: ManagerUnderTest;
let host: string;
beforeAll(async () => {
  manager = await ManagerUnderTest.start();
  host = await manager.host('h1');
});
afterAll(() => manager.stop());

const exchange = async (token: string, more: object = {}) => {
  const { request } = await requestCertificate();
  return manager.call('POST', '/heddle/api/v1/enrolments', { token, certificate_request: request, ...more });
};

describe('an enrolment token', () => {
  it('makes one agent the node that it is for', async () => {
    const identity = await enrol({ manager: new URL(manager.url), token: await manager.token(host) });
    expect(identity).toMatchObject({ path: host, nodeId: manager.reader.get(host)?.unique_id, agentPort: manager.realization.ready.agentPort });
  });

  it('is good once', async () => {
    const token = await manager.token(host);
    expect((await exchange(token)).status).toBe(201);
    const again = await exchange(token);
    expect(again.status).toBe(403);
    expect(again.body.error_message).toContain('was used');
  });

  it('is good for one of two who bring it at the same time', async () => {
    const token = await manager.token(host);
    const answers = await Promise.all(Array.from({ length: 8 }, () => exchange(token)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 403, 403, 403, 403, 403, 403, 403]);
  });

  it('expires', async () => {
    let now = Date.now();
    const facts = { agentPort: 1, certificateLifetime: 60_000 };
    const service = new EnrolmentService(manager.authority, manager.reader, storedEnrolment(manager.unit, manager.reader), facts, () => now);
    const { token } = await service.mint(host, 10, SYSTEM);
    const { request } = await requestCertificate();
    now += 10 * 60_000;
    await expect(service.enrol(token, request, '', SYSTEM)).rejects.toThrow('expired');
  });

  it('is refused to an agent that means to be another node', async () => {
    const token = await manager.token(host);
    const other = await exchange(token, { node: 'h2' });
    expect([other.status, String(other.body.error_message).includes('another node')]).toEqual([403, true]);
    expect((await exchange(token, { node: 'h1' })).status).toBe(201);
  });

  it('is worth nothing once its node is deleted', async () => {
    const gone = await manager.host('gone');
    const token = await manager.token(gone);
    await manager.call('DELETE', `/policy/api/v1${gone}`);
    expect((await exchange(token)).status).toBe(403);
  });

  it('is not used up by a request that cannot be signed', async () => {
    const token = await manager.token(host);
    const broken = await manager.call('POST', '/heddle/api/v1/enrolments', { token, certificate_request: 'nonsense' });
    expect([broken.status, broken.body.details ?? broken.body.error_message]).toEqual([400, expect.stringContaining('certificate_request')]);
    expect((await exchange(token)).status).toBe(201);
  });

  it('is refused, and not used, by an agent that meets another manager', async () => {
    const other = await CertificateAuthority.open(mkdtempSync(join(tmpdir(), 'heddle-pki-')));
    const token = tokenText(mintToken(other.fingerprint));
    await expect(enrol({ manager: new URL(manager.url), token })).rejects.toThrow(EnrolmentRefused);
    expect((await exchange(token)).body.error_message).toContain('another manager');
  });

  it('is for transport nodes only', async () => {
    const answer = await manager.call('POST', '/heddle/api/v1/enrolment-tokens', { node_path: '/infra/domains/default' });
    expect([answer.status, String(answer.body.error_message)]).toEqual([400, expect.stringContaining('node_path')]);
  });

  it('is kept as a hash, and listed without itself', async () => {
    const token = await manager.token(host);
    const { secret } = parseToken(token) ?? {};
    const { body } = await manager.call('GET', '/heddle/api/v1/enrolment-tokens');
    const text = JSON.stringify(body);
    expect(text).toContain(host);
    expect(text).not.toContain(token);
    const database = readFileSync(join(manager.directory, 'heddle.db'));
    expect(database.includes(token)).toBe(false);
    expect(secret && database.includes(secret)).toBe(false);
  });

  it('is not what any other text is', () => {
    const good = tokenText(mintToken(manager.authority.fingerprint));
    expect(parseToken(good)).toBeDefined();
    for (const text of ['', 'heddle-enrol-', good.slice(0, -4), `${good}AAAA`, good.replace('heddle-enrol-', 'heddle-')])
      expect(parseToken(text)).toBeUndefined();
  });
});

describe('an agent', () => {
  it('keeps its key to itself, and needs no token at its second start', async () => {
    const path = await manager.host('h3');
    const first = await manager.agent(path);
    await connected(path, true);
    expect(statSync(join(first.stateDir, 'identity.json')).mode & 0o777).toBe(0o600);
    await first.stop();
    await connected(path, false);
    const used = manager.enrolment.tokens().filter(({ consumedAt }) => consumedAt !== null).length;
    await manager.agent(path, first.stateDir);
    await connected(path, true);
    expect(manager.enrolment.tokens().filter(({ consumedAt }) => consumedAt !== null).length).toBe(used);
  });

  it('is cut off when an administrator revokes its certificates', async () => {
    const path = await manager.host('h4');
    await manager.agent(path);
    await connected(path, true);
    const nodeId = manager.reader.get(path)?.unique_id;
    expect((await manager.call('POST', `/heddle/api/v1/nodes/${nodeId}/revocation`)).status).toBe(200);
    await connected(path, false);
    expect(manager.reader.fabric.revokedSerials(Date.now()).length).toBeGreaterThan(0);
  });
});

async function connected(path: string, wanted: boolean): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    const node = (await manager.realization.calls.nodes()).find((one) => one.path === path);
    if ((node?.session?.inSync ?? false) === wanted) return;
    if (attempt === 100) throw new Error(`${path} is ${wanted ? 'not' : 'still'} connected`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
