import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessModule } from '../../src/access/access.module.js';
import { Accounts } from '../../src/access/accounts.js';
import { AccessDirectory } from '../../src/access/directory.js';
import { PasswordChecker } from '../../src/access/passwords.js';
import { StoredRecords } from '../../src/access/stored-records.js';
import { AuditModule } from '../../src/audit/audit.module.js';
import { registry } from '../../src/model/types.js';
import { createFastifyAdapter } from '../../src/operations/http-server.js';
import { createLogger } from '../../src/operations/logger.js';
import { Metrics } from '../../src/operations/metrics.js';
import { OperationsModule } from '../../src/operations/operations.module.js';
import { Readiness } from '../../src/operations/readiness.js';
import { readSettings } from '../../src/operations/settings.js';
import { StoredLicenses } from '../../src/operations/stored-licenses.js';
import { openForReading } from '../../src/store/database.js';
import { HistoryReader } from '../../src/store/history-reader.js';
import { ADMIN, AUDITOR, basic } from '../access/access-app.js';
import { CONTEXT, policyObject } from '../store/apply-steps.js';
import { ScratchStore } from '../store/scratch-store.js';

/** The access, operations and audit modules on a real store. */
let store: ScratchStore;
let app: NestFastifyApplication;
let url: string;
const started = Date.now();

beforeAll(async () => {
  store = await ScratchStore.open();
  const records = new StoredRecords(store.reader, store.work);
  const directory = new AccessDirectory(records);
  await new Accounts(directory, new PasswordChecker()).prepare({ adminPassword: 'admin-pass+&word', auditPassword: 'audit-password' });
  const logger = createLogger('silent');
  const metrics = new Metrics();
  @Module({
    imports: [
      AccessModule.register({ directory, audit: records, metrics, logger }),
      OperationsModule.register({
        node: { productVersion: '4.2.1', installation: store.reader.fact('installation') ?? '' },
        licenses: new StoredLicenses(store.reader, store.work),
        readiness: new Readiness(),
        metrics,
        logger,
      }),
      AuditModule.register({ reader: new HistoryReader(openForReading(store.directory.database)), registry }),
    ],
  })
  class TestModule {}
  app = await NestFactory.create<NestFastifyApplication>(TestModule, createFastifyAdapter({ settings: readSettings({}), logger, metrics }), { logger: false });
  await app.listen(0, '127.0.0.1');
  url = `http://127.0.0.1:${(app.getHttpServer().address() as { port: number }).port}`;
});
afterAll(async () => {
  await app.close();
  await store.remove();
});

async function call(
  path: string,
  headers: Record<string, string> = AUDITOR,
  method = 'GET',
  body?: object,
): Promise<{ status: number; body: Record<string, never> & { results: Record<string, unknown>[]; cursor?: string } }> {
  const answer = await fetch(url + path, { method, headers: { ...headers, 'content-type': 'application/json' }, body: body && JSON.stringify(body) });
  return { status: answer.status, body: (await answer.json()) as never };
}

describe('history', () => {
  let first: number;
  let last: number;
  beforeAll(async () => {
    const web = (name: string, more: object = {}) => policyObject('/infra/segments/web', { display_name: name, ...more });
    first = (await store.apply({ put: web('one') })).sequence;
    await store.apply({ put: web('two', { _revision: 1 }) }, { put: policyObject('/infra/domains/default/groups/g', { resource_type: 'Group' }) });
    await store.apply({ put: policyObject('/infra/segments/other') });
    last = (await store.apply({ delete: '/infra/segments/web' })).sequence;
  });

  it('lists the versions of an object, newest first, page by page', async () => {
    const { body } = await call('/heddle/api/v1/history?path=/infra/segments/web&page_size=2');
    expect(body.results).toMatchObject([
      { operation: 'DELETE', sequence: last, user: CONTEXT.actor.user, request_id: CONTEXT.requestId, source: CONTEXT.source },
      { operation: 'UPDATE', resource_type: 'Segment', object: { display_name: 'two' } },
    ]);
    const next = await call(`/heddle/api/v1/history?path=/infra/segments/web&page_size=2&cursor=${body.cursor}`);
    expect(next.body).toMatchObject({ results: [{ operation: 'CREATE', sequence: first, object: { display_name: 'one' } }] });
    expect(next.body.cursor).toBeUndefined();
    expect((await call('/heddle/api/v1/history?path=/infra/segments/never')).status).toBe(404);
    expect((await call('/heddle/api/v1/history')).body).toMatchObject({ error_message: expect.stringContaining('path is required') });
  });

  it('reads an object as it was, and what changed between two moments', async () => {
    expect((await call(`/heddle/api/v1/history/as-of?path=/infra/segments/web&sequence=${first}`)).body).toMatchObject({ display_name: 'one' });
    expect((await call('/heddle/api/v1/history/as-of?path=/infra/segments/other&time=2100-01-01T00:00:00Z')).body).toMatchObject({ id: 'other' });
    expect((await call(`/heddle/api/v1/history/as-of?path=/infra/segments/web&time=${started - 1000}`)).status).toBe(404);
    const { body } = await call(`/heddle/api/v1/history/diff?path=/infra/segments/web&from=${first}&to=${first + 1}`);
    expect(body).toMatchObject({ differences: [{ field: 'display_name', before: 'one', after: 'two' }] });
  });

  it('shows a change set with everything that it changed', async () => {
    const { body } = await call(`/heddle/api/v1/change-sets/${first + 1}`);
    expect(body).toMatchObject({
      sequence: first + 1,
      changes: 2,
      hidden: 0,
      details: [
        {
          path: '/infra/segments/web',
          operation: 'UPDATE',
          before: { display_name: 'one' },
          after: { display_name: 'two' },
          differences: [{ field: 'display_name' }],
        },
        { path: '/infra/domains/default/groups/g', operation: 'CREATE' },
      ],
    });
    expect((await call('/heddle/api/v1/change-sets/999999')).status).toBe(404);
  });

  it('hides objects from those whose roles do not read them', async () => {
    await call('/api/v1/node/users?action=create_user', ADMIN, 'POST', { username: 'lb', password: 'lb-password' });
    await call('/policy/api/v1/aaa/role-bindings/lb', ADMIN, 'PUT', { roles_for_paths: [{ path: '/', roles: [{ role: 'security_op' }] }] });
    await store.apply({ put: policyObject('/infra/lb-pools/p', { resource_type: 'LBPool' }) });
    const user = basic('lb', 'lb-password');
    expect((await call('/heddle/api/v1/history?path=/infra/lb-pools/p', user)).status).toBe(403);
    const { sequence } = await store.apply({ put: policyObject('/infra/lb-pools/p', { resource_type: 'LBPool', _revision: 1 }) });
    expect((await call(`/heddle/api/v1/change-sets/${sequence}`, user)).body).toMatchObject({ hidden: 1, details: [] });
  });

  it('finds change sets by what they did', async () => {
    const found = async (query: string) => (await call(`/heddle/api/v1/audit-logs?${query}`)).body.results.map(({ sequence }) => sequence);
    expect(await found('path=/infra/segments/web')).toEqual([last, first + 1, first]);
    expect(await found('type=Group')).toEqual([first + 1]);
    expect(await found('operation=delete&path=/infra')).toEqual([last]);
    expect(await found(`user=nobody`)).toEqual([]);
    expect((await call('/heddle/api/v1/audit-logs?status=4xx')).status).toBe(400);
  });
});

describe('the audit log', () => {
  it('holds failed logins, denials and changes of accounts, and no password', async () => {
    await call('/things', basic('mallory', 'not-the-password'));
    await call('/api/v1/node/users?action=create_user', AUDITOR, 'POST', { username: 'x1', password: 'xxxxxxxx' });
    await call('/api/v1/node/users?action=create_user', ADMIN, 'POST', { username: 'x2', password: 'created-password' });
    const { body } = await call('/heddle/api/v1/audit-logs?page_size=3');
    expect(body.results).toMatchObject([
      { user: 'admin', method: 'POST', uri: '/api/v1/node/users?action=create_user', status: 200, changes: 0 },
      { user: 'audit', status: 403 },
      { user: 'mallory', status: 403, uri: '/things', source: '127.0.0.1' },
    ]);
    const everything = JSON.stringify((await call('/heddle/api/v1/audit-logs?page_size=1000')).body);
    for (const secret of ['not-the-password', 'created-password', 'argon2']) expect(everything).not.toContain(secret);
    expect((await call('/heddle/api/v1/audit-logs?status=400-499&page_size=1000')).body.results.every(({ status }) => (status as number) >= 400)).toBe(true);
  });

  const logs = (body: object, query = '') => call(`/api/v1/administration/audit-logs${query}`, AUDITOR, 'POST', body);

  it('is answered as log lines where NSX-T has it, filtered and page by page', async () => {
    const { body } = await logs({ log_filter: 'mallory' });
    expect(body.results).toHaveLength(1);
    expect(body.results[0]).toMatchObject({
      facility: 13,
      priority: 108,
      appname: 'NSX',
      struct_data: { audit: 'true', username: 'mallory', security: 'true' },
      full_log: expect.stringMatching(/^<108>1 \d{4}-.*Z \S+ NSX \d+ - \[heddle@32473 .*\] UserName="mallory"/),
    });
    const seen = new Set<string>();
    let cursor: string | undefined;
    do {
      const page: { body: { results: Record<string, unknown>[]; cursor?: string } } = await logs(
        { log_filter: 'Operation="PATCH', log_filter_type: 'REGEX' },
        `?page_size=2${cursor ? `&cursor=${cursor}` : ''}`,
      );
      expect(page.body.results.length).toBeLessThanOrEqual(2);
      for (const line of page.body.results) seen.add((line.struct_data as { ent_id: string }).ent_id);
      cursor = page.body.cursor;
    } while (cursor !== undefined);
    expect(seen.size).toBe(6);
    expect((await logs({ log_age_limit: 1, log_filter: 'mallory' }, '?fields=full_log')).body.results.map((line) => Object.keys(line))).toEqual([['full_log']]);
  });

  it('refuses an expression that is none, or that would never end', async () => {
    expect((await logs({ log_filter: '(', log_filter_type: 'REGEX' })).body).toMatchObject({
      httpStatus: 'BAD_REQUEST',
      error_message: expect.stringContaining('no regular expression'),
    });
    expect((await logs({ log_filter: '(([A-Za-z0-9 <>.:@="\\[\\]/_?&-]+)+)+$x', log_filter_type: 'REGEX' })).body).toMatchObject({
      error_message: expect.stringContaining('takes too long'),
    });
  });
});
