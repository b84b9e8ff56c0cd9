import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Accounts } from '../../src/access/accounts.js';
import { AccessDirectory } from '../../src/access/directory.js';
import { PasswordChecker } from '../../src/access/passwords.js';
import { FEATURES } from '../../src/access/roles.js';
import { registry } from '../../src/model/types.js';
import { AccessApp, ADMIN, AUDITOR, basic, MemoryRecords } from './access-app.js';

let app: AccessApp;
beforeEach(async () => {
  app = await AccessApp.start();
});
afterEach(() => app.close());

const USERS = '/api/v1/node/users';
const AAA = '/policy/api/v1/aaa';

async function create(username: string, password?: string): Promise<number> {
  const { status, body } = await app.call('POST', `${USERS}?action=create_user`, ADMIN, {
    username,
    full_name: 'Some One',
    password,
    password_change_frequency: 90,
    password_change_warning: 30,
  });
  expect(status).toBe(200);
  return (body as { userid: number }).userid;
}

describe('local users', () => {
  it('are listed without any password', async () => {
    const { body } = await app.call('GET', USERS, AUDITOR);
    expect(body).toMatchObject({
      result_count: 2,
      results: [
        { userid: 10000, username: 'admin', status: 'ACTIVE' },
        { userid: 10002, username: 'audit', last_password_change: 0, password_reset_required: false },
      ],
    });
    expect(JSON.stringify(body)).not.toContain('argon2');
  });

  it('are created, changed, deactivated, activated and deleted as Terraform does it', async () => {
    const id = await create('terraform-a1', 'Q5&WfLqv9Zd5');
    const user = basic('terraform-a1', 'Q5&WfLqv9Zd5');
    expect((await app.call('GET', '/things', user)).status).toBe(200);
    expect((await app.call('POST', `${USERS}/${id}?action=deactivate`, ADMIN)).body).toMatchObject({ status: 'NOT_ACTIVATED' });
    expect((await app.call('GET', '/things', user)).status).toBe(403);
    const read = (await app.call('GET', `${USERS}/${id}`, ADMIN)).body as object;
    expect((await app.call('PUT', `${USERS}/${id}`, ADMIN, { ...read, full_name: 'Any One', password_change_warning: 20 })).body).toMatchObject({
      full_name: 'Any One',
      password_change_warning: 20,
      status: 'NOT_ACTIVATED',
    });
    await app.call('POST', `${USERS}/${id}?action=activate`, ADMIN, { password: 'another-password' });
    expect((await app.call('GET', '/things', basic('terraform-a1', 'another-password'))).status).toBe(200);
    expect((await app.call('DELETE', `${USERS}/${id}`, ADMIN)).status).toBe(200);
    expect((await app.call('GET', `${USERS}/${id}`, ADMIN)).status).toBe(404);
  });

  it('change their own password with the current one, which ends their sessions', async () => {
    const answer = await app.login('audit', 'audit-password');
    const cookie = answer.headers.getSetCookie()[0]?.split(' ')[0] as string;
    expect((await app.call('PUT', `${USERS}/10002`, AUDITOR, { password: 'next-password' })).status).toBe(400);
    expect((await app.call('PUT', `${USERS}/10002`, AUDITOR, { password: 'next-password', old_password: 'audit-password' })).status).toBe(200);
    expect((await app.call('GET', '/things', { cookie })).status).toBe(403);
    expect((await app.call('GET', '/things', AUDITOR)).status).toBe(403);
    expect((await app.call('GET', '/things', basic('audit', 'next-password'))).status).toBe(200);
  });

  it('cannot change others without the role, and the attempt is audited', async () => {
    expect((await app.call('PUT', `${USERS}/10000`, AUDITOR, { password: 'taken-over' })).status).toBe(403);
    expect((await app.call('POST', `${USERS}?action=create_user`, AUDITOR, { username: 'x' })).status).toBe(403);
    expect(app.records.audited.map(({ status }) => status)).toEqual([403, 403]);
  });

  it.each([
    ['POST', `${USERS}?action=create_user`, { username: 'a', password: 'short' }, 'password of 8 to 128'],
    ['POST', `${USERS}?action=create_user`, { username: 'audit' }, 'already'],
    ['POST', `${USERS}?action=create_user`, { username: '1x' }, 'username'],
    ['POST', `${USERS}?action=create_user`, { username: 'x', group: 1 }, 'unknown'],
    ['POST', `${USERS}/10000?action=deactivate`, undefined, 'nobody might be left'],
    ['DELETE', `${USERS}/10002`, undefined, 'belongs to the system'],
    ['PUT', `${USERS}/10002`, [], 'JSON object'],
  ])('answer 400 to %s %s %o', async (method, path, body, message) => {
    const answer = await app.call(method, path, ADMIN, body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ error_message: expect.stringContaining(message) });
  });
});

describe('the password of admin', () => {
  it('is generated once where none is given, and kept by later starts', async () => {
    const records = new MemoryRecords();
    const prepare = (adminPassword?: string) => new Accounts(new AccessDirectory(records), new PasswordChecker()).prepare({ adminPassword });
    expect(await prepare()).toEqual({ generated: expect.stringMatching(/^[A-Za-z0-9]{20}$/) });
    expect(await prepare()).toBe('kept');
    expect(await prepare('another-password')).toBe('not as given');
    const given = new MemoryRecords();
    const again = () => new Accounts(new AccessDirectory(given), new PasswordChecker()).prepare({ adminPassword: 'given-password' });
    expect([await again(), await again()]).toEqual(['as given', 'as given']);
  });
});

describe('roles', () => {
  it('have permissions for every feature that a type belongs to', () => {
    for (const { feature } of registry.definitions) if (feature !== undefined) expect(Object.keys(FEATURES)).toContain(feature);
  });

  it('of the caller are told', async () => {
    expect((await app.call('GET', `${AAA}/user-info`, AUDITOR)).body).toEqual({
      user_name: 'audit',
      roles: [{ role: 'auditor' }],
      roles_for_paths: [{ path: '/', roles: [{ role: 'auditor', role_display_name: 'Auditor' }] }],
    });
  });

  it('are made, read back in the same order, changed and deleted as Terraform does it, and count at once', async () => {
    const features = [
      { feature: 'policy_grouping', permission: 'read' },
      { feature: 'vm_vm_info', permission: 'read' },
      { feature: 'policy_services', permission: 'read' },
    ];
    expect((await app.call('POST', `${AAA}/roles?action=validate`, ADMIN, { feature_permissions: features })).body).toEqual({ results: [], result_count: 0 });
    const made = await app.call('PUT', `${AAA}/roles/test-role`, ADMIN, { role: 'test-role', display_name: 'Test', description: 'd', features, _revision: 0 });
    expect(made.body).toMatchObject({ id: 'test-role', role: 'test-role', display_name: 'Test', _revision: 0 });
    const read = (await app.call('GET', `${AAA}/roles/test-role`, ADMIN)).body as {
      features: { feature: string; permission: string; feature_name: string; feature_description: string }[];
    };
    const effective = read.features.filter(({ permission }) => permission !== 'none');
    expect(effective.map(({ feature, permission }) => ({ feature, permission }))).toEqual(features);
    for (const { feature_name: name, feature_description: doc } of effective) expect([name, doc].every((text) => text.length > 0)).toBe(true);

    await create('ops', 'ops-password');
    const ops = basic('ops', 'ops-password');
    await app.call('PUT', `${AAA}/role-bindings/ops`, ADMIN, { roles_for_paths: [{ path: '/', roles: [{ role: 'test-role' }] }] });
    expect((await app.call('GET', '/things', ops)).status).toBe(403);
    expect((await app.call('DELETE', `${AAA}/roles/test-role`, ADMIN)).status).toBe(400);
    await app.call('PUT', `${AAA}/roles/test-role`, ADMIN, { ...read, features: [{ feature: 'policy_networking', permission: 'crud' }] });
    expect((await app.call('DELETE', '/things', ops)).status).toBe(200);
    const stale = await app.call('PUT', `${AAA}/roles/test-role`, ADMIN, { ...read, _revision: 0 });
    expect(stale.status).toBe(412);

    await app.call('PUT', `${AAA}/role-bindings/ops`, ADMIN, { roles_for_paths: [{ path: '/', roles: [{ role: 'auditor' }] }] });
    expect((await app.call('DELETE', `${AAA}/roles/test-role`, ADMIN)).status).toBe(200);
    expect((await app.call('GET', `${AAA}/roles/test-role`, ADMIN)).status).toBe(404);
  });

  it('that are built in stay as they are, and can be cloned', async () => {
    expect((await app.call('PUT', `${AAA}/roles/auditor`, ADMIN, { features: [] })).status).toBe(403);
    expect((await app.call('POST', `${AAA}/roles/network_engineer?action=clone`, ADMIN, { new_role_id: 'net2', new_role_name: 'Net 2' })).status).toBe(200);
    const clone = (await app.call('GET', `${AAA}/roles/net2`, ADMIN)).body as { features: { feature: string; permission: string }[] };
    expect(clone.features.find(({ feature }) => feature === 'policy_networking')?.permission).toBe('crud');
    expect((await app.call('GET', `${AAA}/roles`, ADMIN)).body).toMatchObject({
      results: expect.arrayContaining([
        { role: 'net2', role_display_name: 'Net 2' },
        { role: 'org_admin', role_display_name: 'Organization Admin' },
      ]),
    });
  });
});

describe('role bindings', () => {
  it('are laid over by path, and taken away by path', async () => {
    await create('terraform-b', 'some-password');
    const { body } = await app.call('GET', `${AAA}/role-bindings?name=terraform-b`, ADMIN);
    const [binding] = (body as { results: { id: string; type: string }[] }).results;
    expect(binding).toMatchObject({ type: 'local_user', roles_for_paths: [{ path: '/', roles: [{ role: 'auditor' }] }] });
    const put = (paths: unknown) =>
      app.call('PUT', `${AAA}/role-bindings/${binding?.id}`, ADMIN, {
        display_name: 'n',
        name: 'terraform-b',
        type: 'local_user',
        read_roles_for_paths: true,
        roles_for_paths: paths,
      });
    expect(
      (
        await put([
          { path: '/', roles: [{ role: 'network_engineer' }] },
          { path: '/orgs/default', roles: [{ role: 'org_admin' }] },
        ])
      ).body,
    ).toMatchObject({
      display_name: 'n',
      _revision: 1,
      roles_for_paths: [
        { path: '/', roles: [{ role: 'network_engineer' }] },
        { path: '/orgs/default', roles: [{ role: 'org_admin' }] },
      ],
    });
    const changed = await put([
      { path: '/', roles: [{ role: 'security_engineer' }] },
      { path: '/orgs/default', delete_path: true, roles: [{ role: 'org_admin' }] },
    ]);
    expect(changed.body).toMatchObject({ roles_for_paths: [{ path: '/', roles: [{ role: 'security_engineer' }] }] });
    expect((await put([{ path: '/', roles: [{ role: 'no-such' }] }])).status).toBe(400);
  });

  it('never leave the manager without an administrator', async () => {
    expect((await app.call('PUT', `${AAA}/role-bindings/admin`, ADMIN, { roles_for_paths: [{ path: '/', roles: [{ role: 'auditor' }] }] })).status).toBe(400);
    expect((await app.call('DELETE', `${AAA}/role-bindings/admin`, ADMIN)).status).toBe(400);
  });
});

it('describes every role in a sentence', async () => {
  const { body } = await app.call('GET', `${AAA}/roles-with-feature-permissions`, ADMIN);
  const roles = (body as { results: { role: string; description: string }[] }).results;
  expect(roles.map(({ role }) => role)).toEqual(expect.arrayContaining(['enterprise_admin', 'auditor', 'network_engineer', 'security_engineer', 'org_admin']));
  for (const { description } of roles) expect(description).toMatch(/\.$/);
});
