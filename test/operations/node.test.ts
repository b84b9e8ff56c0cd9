import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AccessModule } from '../../src/access/access.module.js';
import { Accounts } from '../../src/access/accounts.js';
import { AccessDirectory } from '../../src/access/directory.js';
import { PasswordChecker } from '../../src/access/passwords.js';
import { createFastifyAdapter } from '../../src/operations/http-server.js';
import type { LicenseStore } from '../../src/operations/licenses.js';
import { createLogger } from '../../src/operations/logger.js';
import { Metrics } from '../../src/operations/metrics.js';
import { OperationsModule } from '../../src/operations/operations.module.js';
import { Readiness } from '../../src/operations/readiness.js';
import { readSettings } from '../../src/operations/settings.js';
import { ADMIN, AUDITOR, MemoryRecords } from '../access/access-app.js';

const keys = new Set<string>();
const licenses: LicenseStore = {
  keys: () => [...keys],
  add: async (key) => void keys.add(key),
  remove: async (key) => void keys.delete(key),
};

let app: NestFastifyApplication;
let url: string;
let writerIs: string | undefined;

beforeAll(async () => {
  const records = new MemoryRecords();
  const directory = new AccessDirectory(records);
  await new Accounts(directory, new PasswordChecker()).prepare({ adminPassword: 'admin-pass+&word', auditPassword: 'audit-password' });
  const logger = createLogger('silent');
  const metrics = new Metrics();
  metrics.provide('nodes', async () => ({ UP: 3, DOWN: 1 }));
  const readiness = new Readiness();
  readiness.add('store', () => writerIs);
  const node = { productVersion: '4.2.1', installation: '11111111-2222-3333-4444-555555555555' };
  @Module({
    imports: [AccessModule.register({ directory, audit: records, metrics, logger }), OperationsModule.register({ node, licenses, readiness, metrics, logger })],
  })
  class TestModule {}
  const adapter = createFastifyAdapter({ settings: readSettings({}), logger, metrics });
  app = await NestFactory.create<NestFastifyApplication>(TestModule, adapter, { logger: false });
  await app.listen(0, '127.0.0.1');
  url = `http://127.0.0.1:${(app.getHttpServer().address() as { port: number }).port}`;
});
afterAll(() => app.close());

async function get(path: string, headers: Record<string, string> = {}): Promise<{ status: number; body: never; text: string }> {
  const answer = await fetch(url + path, { headers });
  const text = await answer.text();
  return { status: answer.status, text, body: (answer.headers.get('content-type')?.includes('json') ? JSON.parse(text) : undefined) as never };
}

it('tells its version to whoever logs in', async () => {
  expect(await get('/api/v1/node/version', AUDITOR)).toMatchObject({ status: 200, body: { product_version: '4.2.1', node_version: '4.2.1.0.0.0' } });
  expect((await get('/api/v1/node/version')).status).toBe(401);
  expect(await get('/api/v1/node', AUDITOR)).toMatchObject({
    body: { node_version: '4.2.1.0.0.0', node_uuid: '11111111-2222-3333-4444-555555555555', node_type: 'NSX Manager' },
  });
});

it('says that it is healthy only while all of its parts are', async () => {
  expect((await get('/livez')).status).toBe(200);
  expect(await get('/readyz')).toMatchObject({ status: 200, body: { status: 'ready', parts: { store: 'ready' } } });
  expect((await get('/api/v1/reverse-proxy/node/health')).text).toContain('"healthy" : true');
  expect((await get('/api/v1/cluster/status', AUDITOR)).body).toMatchObject({
    mgmt_cluster_status: { status: 'STABLE' },
    control_cluster_status: { status: 'STABLE' },
  });
  writerIs = 'the disk is full';
  expect(await get('/readyz')).toMatchObject({ status: 503, body: { status: 'not ready', parts: { store: 'the disk is full' } } });
  expect((await get('/api/v1/reverse-proxy/node/health')).body).toEqual({ healthy: false, components_health: 'STORE:DOWN' });
  expect((await get('/api/v1/cluster/status', AUDITOR)).body).toMatchObject({ mgmt_cluster_status: { status: 'DEGRADED' } });
  expect((await get('/livez')).status).toBe(200);
  writerIs = undefined;
});

it('serves metrics to those who may read the system', async () => {
  expect((await get('/metrics')).status).toBe(401);
  const { text } = await get('/metrics', AUDITOR);
  expect(text).toContain('heddle_transport_nodes{state="UP"} 3');
  expect(text).toMatch(/heddle_http_request_duration_seconds_count\{method="GET",route="\/readyz",status="200"\} 1/);
  expect(text).toMatch(/process_cpu_seconds_total/);
});

it('keeps licence keys for the clients that enter them', async () => {
  const send = (method: string, path: string, body?: object): Promise<Response> =>
    fetch(`${url}/api/v1/licenses${path}`, { method, headers: { ...ADMIN, 'content-type': 'application/json' }, body: body && JSON.stringify(body) });
  const key = 'AAAAA-BBBBB-CCCCC-DDDDD-00000';
  expect((await send('POST', '', { license_key: 'nonsense' })).status).toBe(400);
  expect(await (await send('POST', '', { license_key: key })).json()).toMatchObject({ license_key: key, description: expect.any(String), is_expired: false });
  expect((await get('/api/v1/licenses', AUDITOR)).body).toMatchObject({ result_count: 1, results: [{ license_key: key }] });
  expect((await send('DELETE', `/${key}`)).status).toBe(200);
  expect((await send('DELETE', `/${key}`)).status).toBe(404);
  const features = (await get('/api/v1/licenses/licensed-features', AUDITOR)).body as { results: object[] };
  expect(features.results).toContainEqual({ feature_name: 'CONTAINER_NETWORKING', is_licensed: true });
});
