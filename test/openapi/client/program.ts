import assert from 'node:assert/strict';
import createClient from 'openapi-fetch';
import type { components, paths } from './heddle.js';

/**
 * What somebody writes who has nothing but the OpenAPI document and a generator: every path, parameter, body and answer below is
 * typed by what was generated, so that a wrong description does not compile. Fails with what was not as the types promise.
 */
const { HEDDLE_URL: url = '', HEDDLE_PASSWORD: password = '' } = process.env;
const client = createClient<paths>({
  baseUrl: url,
  headers: { authorization: `Basic ${Buffer.from(`admin:${password}`).toString('base64')}` },
});

const GATEWAY = '/policy/api/v1/infra/tier-1s/{tier-1-id}';
const SEGMENT = '/policy/api/v1/infra/segments/{segment-id}';
const inPath = { path: { 'tier-1-id': 'typed' } };

const wanted: components['schemas']['Tier1'] = {
  display_name: 'Typed',
  route_advertisement_types: ['TIER1_CONNECTED'],
  tags: [{ scope: 'client', tag: 'generated' }],
};
const { data: made, response } = await client.PUT(GATEWAY, { params: inPath, body: wanted });
assert.equal(response.status, 200);
assert(made);
assert.equal(made.path, '/infra/tier-1s/typed');
assert.equal(made._revision, 0);

const { data: changed } = await client.PUT(GATEWAY, { params: inPath, body: { ...made, description: 'Changed.' } });
assert.equal(changed?._revision, 1);
const { error: stale } = await client.PUT(GATEWAY, { params: inPath, body: made });
assert.equal(stale?.httpStatus, 'PRECONDITION_FAILED');

const network = { gateway_address: '10.77.0.1/24' };
const inSegment = { path: { 'segment-id': 'typed' } };
const { error: refused } = await client.PATCH(SEGMENT, { params: inSegment, body: { connectivity_path: '/infra/tier-1s/none', subnets: [network] } });
assert.match(refused?.error_message ?? '', /connectivity_path/);
const { error: none } = await client.PATCH(SEGMENT, {
  params: { ...inSegment, header: { 'nsx-enable-partial-patch': true } },
  body: { connectivity_path: made.path ?? '', subnets: [network] },
});
assert.equal(none, undefined);

const rule: components['schemas']['Rule'] = { id: 'r1', action: 'ALLOW', source_groups: ['ANY'], destination_groups: ['ANY'], services: ['ANY'] };
const inPolicy = { path: { 'domain-id': 'default', 'security-policy-id': 'typed' } };
const POLICY = '/policy/api/v1/infra/domains/{domain-id}/security-policies/{security-policy-id}';
await client.PATCH(POLICY, { params: inPolicy, body: { category: 'Application', rules: [rule] } });
const { data: policy } = await client.GET(POLICY, { params: inPolicy });
assert.equal(policy?.rules?.[0]?.path, '/infra/domains/default/security-policies/typed/rules/r1');

const { data: page } = await client.GET('/policy/api/v1/infra/tier-1s', { params: { query: { page_size: 1, sort_by: 'display_name' } } });
assert.equal(page?.results.length, 1);
assert.equal(page.result_count, 1);

const { data: found } = await client.GET('/policy/api/v1/search', { params: { query: { query: 'resource_type:Tier1 AND display_name:Typed' } } });
assert.equal(found?.results[0]?.path, made.path);
const { data: changes } = await client.GET('/heddle/api/v1/change-sets', { params: { query: { path: made.path, operation: 'UPDATE' } } });
const sequence = String(changes?.results[0]?.sequence);
const { data: change } = await client.GET('/heddle/api/v1/change-sets/{sequence}', { params: { path: { sequence } } });
assert.deepEqual(change?.details[0]?.differences, [{ field: 'description', after: 'Changed.' }]);
const { data: realized } = await client.GET('/policy/api/v1/infra/realized-state/status', { params: { query: { intent_path: made.path ?? '' } } });
assert.equal(realized?.intent_version, '1');
const john: components['schemas']['LocalUser'] = { username: 'john', full_name: 'John', password: 'Johns-Password-1' };
const { data: user } = await client.POST('/api/v1/node/users', { params: { query: { action: 'create_user' } }, body: john });
assert.equal(user?.status, 'ACTIVE');
const { error: role } = await client.PUT('/policy/api/v1/aaa/roles/{role}', {
  params: { path: { role: 'auditor' } },
  body: { features: [{ feature: 'policy_grouping', permission: 'read' }] },
});
assert.equal(role?.httpStatus, 'FORBIDDEN');

await client.DELETE(POLICY, { params: inPolicy });
await client.DELETE(SEGMENT, { params: inSegment });
await client.DELETE(GATEWAY, { params: inPath });
const { error: gone, response: answer } = await client.GET(GATEWAY, { params: inPath });
assert.equal(answer.status, 404);
assert.equal(gone?.error_code, 600);
process.stdout.write('As the types promise.\n');
