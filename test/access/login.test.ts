import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Accounts } from '../../src/access/accounts.js';
import { AccessDirectory } from '../../src/access/directory.js';
import { Login } from '../../src/access/login.js';
import { hashPassword, PasswordChecker } from '../../src/access/passwords.js';
import type { RequestContext } from '../../src/policy/ports.js';
import { AccessApp, ADMIN, AUDITOR, basic, MemoryRecords } from './access-app.js';

describe('a request', () => {
  let app: AccessApp;
  beforeAll(async () => {
    app = await AccessApp.start();
  });
  afterAll(() => app.close());

  /** A session as Terraform opens it: the form counts, the Basic header beside it holds escaped credentials that would be wrong. */
  async function session(): Promise<{ cookie: string; token: string }> {
    const answer = await app.login('admin', 'admin-pass+&word');
    expect(answer.status).toBe(200);
    const cookie = /JSESSIONID=.*?;/.exec(answer.headers.getSetCookie()[0] ?? '')?.[0];
    return { cookie: cookie ?? '', token: answer.headers.get('x-xsrf-token') ?? '' };
  }

  it('passes with Basic credentials', async () => {
    const answer = await app.call('GET', '/things', ADMIN);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ user: 'admin', principal: false, roles: ['enterprise_admin'] });
  });

  it('is answered 401 with a challenge without credentials, also on unknown paths', async () => {
    for (const path of ['/things', '/nowhere']) {
      const answer = await app.call('GET', path, {});
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('Basic');
      expect(answer.body).toMatchObject({ error_code: 403, module_name: 'policy' });
    }
  });

  it('is answered 403 with code 403 with wrong credentials, and the failure is audited', async () => {
    const answer = await app.call('GET', '/things?x=1&password=oops', basic('nobody', 'wrong-password'));
    expect(answer.status).toBe(403);
    expect(answer.body).toMatchObject({ httpStatus: 'FORBIDDEN', error_code: 403 });
    const entry = app.records.audited.at(-1);
    expect(entry).toMatchObject({ status: 403, context: { actor: { user: 'nobody' }, method: 'GET', uri: '/things?x=1&password=[secret]' } });
    expect(JSON.stringify(app.records.audited)).not.toContain('wrong-password');
  });

  it('passes with cookie, token and Basic credentials together', async () => {
    const { cookie, token } = await session();
    const answer = await app.call('DELETE', '/things', { ...ADMIN, cookie, 'x-xsrf-token': token });
    expect(answer.status).toBe(200);
  });

  it('passes with cookie and token alone; a write without the token, or anything with a wrong one, is answered 403 with code 98', async () => {
    const { cookie, token } = await session();
    expect((await app.call('DELETE', '/things', { cookie, 'x-xsrf-token': token })).status).toBe(200);
    expect((await app.call('GET', '/things', { cookie })).status).toBe(200);
    for (const [method, headers] of [
      ['DELETE', { cookie }],
      ['DELETE', { cookie, 'x-xsrf-token': 'wrong' }],
      ['GET', { cookie, 'x-xsrf-token': token.slice(1) }],
    ] as const) {
      const answer = await app.call(method, '/things', headers);
      expect(answer.status).toBe(403);
      expect(answer.body).toMatchObject({ error_code: 98 });
    }
  });

  it('falls back to Basic credentials when the session is unknown or has ended', async () => {
    const { cookie, token } = await session();
    expect((await app.call('POST', '/api/session/destroy', { cookie, 'x-xsrf-token': token })).status).toBe(200);
    expect((await app.call('GET', '/things', { ...ADMIN, cookie, 'x-xsrf-token': token })).status).toBe(200);
    expect((await app.call('GET', '/things', { cookie, 'x-xsrf-token': token })).status).toBe(403);
    expect((await app.call('GET', '/things', { ...ADMIN, cookie: 'JSESSIONID=00;' })).status).toBe(200);
  });

  it('begins no session with wrong credentials in the form, whatever the header says', async () => {
    const answer = await fetch(`${app.url}/api/session/create`, {
      method: 'POST',
      headers: ADMIN,
      body: new URLSearchParams({ j_username: 'admin', j_password: 'no' }),
    });
    expect(answer.status).toBe(403);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect((await fetch(`${app.url}/api/session/create`, { method: 'POST', headers: ADMIN, body: new URLSearchParams({ user: 'admin' }) })).status).toBe(400);
    await app.call('GET', '/things', ADMIN);
  });

  it('sets the cookie so that no script reads it and no plain connection carries it', async () => {
    const [cookie] = (await app.login('audit', 'audit-password')).headers.getSetCookie();
    expect(cookie).toMatch(/^JSESSIONID=[0-9a-f]{48}; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
  });

  it('of the auditor reads and does not write; the denial is audited and says what is missing', async () => {
    expect((await app.call('GET', '/things', AUDITOR)).status).toBe(200);
    const answer = await app.call('DELETE', '/things', AUDITOR);
    expect(answer.status).toBe(403);
    expect(answer.body).toMatchObject({ error_message: expect.stringContaining('Networking cannot be changed with what audit holds (auditor)') });
    expect(app.records.audited.at(-1)).toMatchObject({ status: 403, context: { actor: { user: 'audit' }, method: 'DELETE', uri: '/things' } });
  });

  it('puts no password and no session into the log', async () => {
    const { cookie, token } = await session();
    await app.call('GET', '/things', { ...ADMIN, cookie, 'x-xsrf-token': token });
    const log = app.logged.join('');
    for (const secret of ['admin-pass', cookie.slice(11, -1), token, ADMIN.authorization as string]) expect(log).not.toContain(secret);
  });

  it('with a large body is turned away before the body is read when nobody is logged in', async () => {
    const answer = await fetch(`${app.url}/things`, { method: 'DELETE', headers: { 'content-type': 'application/json' }, body: 'x'.repeat(5_000_000) }).catch(
      (error: Error) => error,
    );
    if (answer instanceof Response) expect(answer.status).toBe(401);
    else expect(answer.message).toContain('fetch failed');
  });
});

describe('logins', () => {
  const context: RequestContext = { actor: { user: 'admin', principal: false, roles: [] }, requestId: 'r', source: '10.0.0.1', method: 'GET', uri: '/' };
  let now: number;
  let checks: number;
  let records: MemoryRecords;
  let directory: AccessDirectory;
  let login: Login;
  const tryLogin = (password: string) =>
    login.byPassword('admin', password, context).then(
      () => 'in',
      () => 'out',
    );

  beforeEach(async () => {
    now = 1_000_000;
    checks = 0;
    records = new MemoryRecords();
    directory = new AccessDirectory(records);
    const passwords = new (class extends PasswordChecker {
      override matches(hash: string | null, password: string): Promise<boolean> {
        checks += 1;
        return super.matches(hash, password);
      }
    })();
    await new Accounts(directory, passwords, () => now).prepare({ adminPassword: 'first-password' });
    login = new Login(directory, passwords, records, undefined, () => now);
  });

  it('that were good are remembered for a minute, and checked once when many come at the same time', async () => {
    expect(await Promise.all(Array.from({ length: 20 }, () => tryLogin('first-password')))).toEqual(Array(20).fill('in'));
    expect(await tryLogin('first-password')).toBe('in');
    expect(checks).toBe(1);
    now += 61_000;
    expect(await tryLogin('first-password')).toBe('in');
    expect(checks).toBe(2);
  });

  it('end at once when the password changes, also remembered ones', async () => {
    expect(await tryLogin('first-password')).toBe('in');
    await new Accounts(directory, new PasswordChecker(), () => now).reset('admin', await hashPassword('second-password'));
    expect(await tryLogin('first-password')).toBe('out');
    expect(await tryLogin('second-password')).toBe('in');
  });

  it('are refused for 15 minutes after five failures, also remembered ones and right passwords, without any check', async () => {
    expect(await tryLogin('first-password')).toBe('in');
    for (let failure = 0; failure < 5; failure += 1) expect(await tryLogin(`wrong-${failure}`)).toBe('out');
    const before = checks;
    expect(await tryLogin('first-password')).toBe('out');
    expect(await tryLogin('wrong-again')).toBe('out');
    expect(checks).toBe(before);
    now += 15 * 60_000 + 1;
    expect(await tryLogin('first-password')).toBe('in');
    expect(records.audited.filter(({ status }) => status === 403)).toHaveLength(7);
  });

  it('that fail at the same time are all counted', async () => {
    await Promise.all(Array.from({ length: 5 }, (_, failure) => tryLogin(`wrong-${failure}`)));
    expect(await tryLogin('first-password')).toBe('out');
  });

  it('that succeed forgive earlier failures, over a restart too', async () => {
    for (let failure = 0; failure < 4; failure += 1) await tryLogin(`wrong-${failure}`);
    const restarted = new Login(new AccessDirectory(records), new PasswordChecker(), records, undefined, () => now);
    await restarted.byPassword('admin', 'first-password', context);
    expect(new AccessDirectory(records).find('account', 'admin')).toMatchObject({ failedLogins: 0, lockedUntil: null });
  });

  it('keep only a hash of the password', async () => {
    expect([...records.kept.values()].join()).toContain('$argon2id$');
    expect([...records.kept.values()].join()).not.toContain('first-password');
  });
});
