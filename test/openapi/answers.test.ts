import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateAuthority, requestCertificate } from '../../src/agents/pki/certificate-authority.js';
import { registry } from '../../src/model/types.js';
import { eventually } from '../eventually.js';
import { WholeManager } from '../whole-manager.js';
import { type Body, DESCRIBED, type Described, DescribedApi, type Given, nameOf } from './described-api.js';

const P = '/policy/api/v1';
const POINT = '/infra/sites/default/enforcement-points/default';
const OVERLAY = `${POINT}/transport-zones/nsx-overlay-transportzone`;
const HOSTS = [`${POINT}/host-transport-nodes/host-1`, `${POINT}/host-transport-nodes/host-2`] as const;
const EDGE = `${POINT}/edge-clusters/EDGECLUSTER1/edge-nodes/edge-1`;
const LOCALE = '/infra/tier-0s/three-tier-uplink/locale-services/default';
const EXAMPLE = join(import.meta.dirname, '..', '..', 'docs', 'examples', 'three-tier.json');
const TRUST = ['/api/v1/trust-management', `${P}/trust-management`];

const WEB = '/infra/segments/three-tier-web';
const INNER = '/infra/tier-1s/three-tier/segments/inner';
const POLICY = { domain: 'default', policy: 'three-tier' };
const GATEWAY_POLICY = { domain: 'default', policy: 'edge' };
const HOST = { site: 'default', point: 'default', node: 'host-1' };
const NEIGHBOR = { gateway: 'three-tier-uplink', service: 'default', neighbor: 'tor' };
const MIXED = { domain: 'default', group: 'mixed' };

let manager: WholeManager;
let api: DescribedApi;
let authority: CertificateAuthority;

const clientCertificate = async (): Promise<string> => (await authority.issueServer(['client.example.org'], Date.now() + 24 * 60 * 60_000)).certificate;

/** Writes intent. The template is that of the type, so that the body is held against its schema. */
async function write(path: string, body: object): Promise<void> {
  const place = registry.locate(path);
  if (!place) throw new Error(`${path} is no place`);
  await api.call('PATCH', `${P}${place.place.template}`, { path: idsIn(place.place.template, path), body });
}

function idsIn(template: string, path: string): Record<string, string> {
  const steps = path.split('/');
  return Object.fromEntries(template.split('/').flatMap((step, at) => (step.startsWith('{') ? [[step.slice(1, -1), steps[at] ?? '']] : [])));
}

const plug = (host: number, number: number) =>
  api.call('POST', '/heddle/api/v1/workloads', {
    body: {
      node_path: HOSTS[host],
      external_id: `web-${number}`,
      display_name: `web-${number}`,
      os_name: 'Linux',
      interfaces: [{ external_id: `web-${number}-eth0`, attachment_id: `vif-${number}`, mac: `02:00:00:00:00:1${number}`, addresses: [`10.40.1.1${number}`] }],
    },
  });

beforeAll(async () => {
  manager = await WholeManager.start('hosts=2,edges=2');
  api = new DescribedApi(manager.url, manager.authorization);
  authority = await CertificateAuthority.open(join(manager.dataDir, 'clients'));
  await eventually(async () => {
    const { results } = await api.call('GET', '/heddle/api/v1/nodes');
    expect(results.filter(({ session }: Body) => session?.in_sync)).toHaveLength(4);
  });
  await writeIntent();
  await addRecords();
});

afterAll(() => manager?.stop());

/** Networks with workloads, one of which is refused by its node, a way out of them, and a group that has members of every kind. */
async function writeIntent(): Promise<void> {
  await api.call('PATCH', `${P}/infra`, { body: JSON.parse(readFileSync(EXAMPLE, 'utf8')) });
  await write('/infra/segments/uplink', { transport_zone_path: `${POINT}/transport-zones/nsx-vlan-transportzone`, vlan_ids: ['7'] });
  const outside = { type: 'EXTERNAL', segment_path: '/infra/segments/uplink', edge_path: EDGE, subnets: [{ ip_addresses: ['192.0.2.1'], prefix_len: 24 }] };
  await write(`${LOCALE}/interfaces/u1`, outside);
  await write(`${LOCALE}/bgp`, { enabled: true, local_as_num: '65010' });
  await write(`${LOCALE}/bgp/neighbors/tor`, { neighbor_address: '192.0.2.254', remote_as_num: '65000', password: 'Secret-1' });
  await write(INNER, { transport_zone_path: OVERLAY, subnets: [{ gateway_address: '10.41.1.1/24' }] });
  await write(`${WEB}/ports/p1`, { attachment: { id: 'vif-1' }, address_bindings: [{ ip_address: '10.40.1.11', mac_address: '02:00:00:00:00:11' }] });
  await write(`${WEB}/ports/p2`, { attachment: { id: 'vif-2' } });
  await write(`${INNER}/ports/p3`, { attachment: { id: 'vif-3' } });
  await write(`${INNER}/ports/p5`, { attachment: { id: 'vif-5' }, address_bindings: [{ ip_address: '10.41.1.15', mac_address: '02:00:00:00:00:15' }] });
  const rule = { resource_type: 'Rule', id: 'web', action: 'ALLOW', scope: ['/infra/tier-1s/three-tier'] };
  await write('/infra/domains/default/gateway-policies/edge', { category: 'LocalGatewayRules', rules: [rule] });
  await write('/infra/dns-forwarder-zones/everything', { upstream_servers: ['192.0.2.53'] });
  await write('/infra/dns-forwarder-zones/corporate', { upstream_servers: ['192.0.2.54'], dns_domain_names: ['corp.test'] });
  for (const gateway of ['tier-0s/three-tier-uplink', 'tier-1s/three-tier'])
    await write(`/infra/${gateway}/dns-forwarder`, {
      listener_ip: gateway.startsWith('tier-0s') ? '203.0.113.53' : '203.0.113.54',
      default_forwarder_zone_path: '/infra/dns-forwarder-zones/everything',
      conditional_forwarder_zone_paths: ['/infra/dns-forwarder-zones/corporate'],
    });
  await write('/infra/lb-app-profiles/tcp', { resource_type: 'LBFastTcpProfile' });
  await write('/infra/lb-pools/web', { members: [{ ip_address: '10.40.1.11', port: '80' }] });
  await write('/infra/lb-services/web', { connectivity_path: '/infra/tier-1s/three-tier' });
  await write('/infra/lb-virtual-servers/web', {
    ip_address: '198.51.100.80',
    ports: ['80'],
    pool_path: '/infra/lb-pools/web',
    lb_service_path: '/infra/lb-services/web',
    application_profile_path: '/infra/lb-app-profiles/tcp',
  });
  await write('/infra/domains/default/groups/mixed', {
    expression: [
      { resource_type: 'PathExpression', paths: [WEB, `${WEB}/ports/p1`, '/infra/domains/default/groups/three-tier-app'] },
      { resource_type: 'ConjunctionOperator', conjunction_operator: 'OR' },
      { resource_type: 'IPAddressExpression', ip_addresses: ['192.0.2.0/24'] },
      { resource_type: 'ConjunctionOperator', conjunction_operator: 'OR' },
      { resource_type: 'MACAddressExpression', mac_addresses: ['02:00:00:00:00:99'] },
      { resource_type: 'ConjunctionOperator', conjunction_operator: 'OR' },
      { resource_type: 'Condition', member_type: 'VirtualMachine', key: 'Name', operator: 'STARTSWITH', value: 'web-' },
    ],
  });
  const { results: nodes } = await api.call('GET', '/heddle/api/v1/nodes');
  const node = nodes.find(({ path }: Body) => path === HOSTS[0]).id;
  const rules = [{ key_contains: '/ports/p3', refuse_with: 'no room in the table' }];
  await api.call('PUT', '/heddle/api/v1/nodes/{node}/misbehaviour', { path: { node }, body: { rules } });
  for (const number of [1, 2, 3, 5]) await plug(0, number);
  await eventually(async () => expect((await api.call('GET', `${P}/infra/realized-state/alarms`)).results).not.toHaveLength(0));
  await eventually(async () => expect((await api.call('GET', '/api/v1/fabric/vifs')).results).toHaveLength(4));
  await eventually(async () => {
    const { results } = await api.call('GET', '/heddle/api/v1/nodes');
    expect(results.flatMap(({ health }: Body) => health?.bgp_sessions ?? [])).not.toHaveLength(0);
  });
  await api.call('POST', `${P}/infra/realized-state/virtual-machines/{machine}/tags`, {
    path: { machine: 'web-1' },
    body: { tags: [{ scope: 'tier', tag: 'web' }] },
  });
  const named = { query: { action: 'add_tags' }, body: { external_id: 'web-2', tags: [{ scope: 'os', tag: 'linux' }] } };
  await api.call('POST', '/api/v1/fabric/virtual-machines', named);
  await api.call('POST', `${P}/infra/realized-state/enforcement-points/{point}/virtual-machines`, { ...named, path: { point: 'default' } });
}

/** What is no intent: users, roles, certificates, licences, tokens, values that users added. */
async function addRecords(): Promise<void> {
  await api.call('POST', '/api/v1/licenses', { body: { license_key: '12345-ABCDE-67890-FGHIJ-KLMNO' } });
  const features = [{ feature: 'policy_grouping', permission: 'crud' }];
  await api.call('PUT', `${P}/aaa/roles/{role}`, { path: { role: 'grouping' }, body: { display_name: 'Grouping', features } });
  await api.call('POST', `${TRUST[0]}/principal-identities/with-certificate`, {
    body: { name: 'operator', node_id: 'one', role: 'auditor', certificate_pem: await clientCertificate(), tags: [{ scope: 'a', tag: 'b' }] },
  });
  for (const template of [`${P}/infra/context-profiles/custom-attributes`, `${P}/infra/context-profiles/custom-attributes/default`]) {
    const body = { key: 'DOMAIN_NAME', datatype: 'STRING', value: ['one.example.org'] };
    await api.call('PATCH', template, { body });
    await api.call('POST', template, { query: { action: 'add' }, body: { ...body, value: ['two.example.org'] } });
  }
}

/** Paths whose realized state is asked for: a network, a port that runs, one that is refused, a gateway, a policy. */
const REALIZED = [WEB, `${WEB}/ports/p1`, `${INNER}/ports/p3`, '/infra/tier-1s/three-tier', '/infra/domains/default/security-policies/three-tier'];

/** What is asked of operations that have more parameters than the id of what a list shows. */
const ASKED: Readonly<Record<string, readonly Given[]>> = {
  '/heddle/api/v1/audit-logs': [{}, { query: { status: '200-299', operation: 'CREATE', page_size: 5 } }],
  '/heddle/api/v1/history': [{ query: { path: WEB } }],
  '/heddle/api/v1/history/as-of': [{ query: { path: WEB, time: Date.now() + 600_000 } }],
  '/heddle/api/v1/history/diff': [{ query: { path: WEB, from: 0, to_time: Date.now() + 600_000 } }],
  '/policy/api/v1/aaa/role-bindings': [{}, { query: { type: 'local_user' } }],
  '/policy/api/v1/infra/context-profiles/attributes': [{}, { query: { attribute_key: 'DOMAIN_NAME', attribute_source: 'ALL' } }],
  '/policy/api/v1/infra/group-associations': [{ query: { intent_path: WEB } }],
  '/policy/api/v1/infra/realized-state/realized-entities': REALIZED.map((path) => ({ query: { intent_path: path } })),
  '/policy/api/v1/infra/realized-state/status': REALIZED.map((path) => ({ query: { intent_path: path } })),
  '/policy/api/v1/infra/realized-state/enforcement-points/{point}/virtual-machines/{machine}/details': [{ path: { point: 'default', machine: 'web-1' } }],
  '/policy/api/v1/infra/realized-state/enforcement-points/{point}/virtual-machines': [{ path: { point: 'default' } }],
  '/policy/api/v1/infra/realized-state/enforcement-points/{point}/vifs': [{ path: { point: 'default' } }],
  '/policy/api/v1/infra/segments/{segment}/state': [{ path: { segment: 'three-tier-web' } }],
  '/policy/api/v1/infra/segments/{segment}/ports/{port}/state': ['p1', 'p2'].map((port) => ({ path: { segment: 'three-tier-web', port } })),
  '/policy/api/v1/infra/tier-0s/{gateway}/locale-services/{service}/bgp/neighbors/status': [
    { path: { gateway: 'three-tier-uplink', service: 'default' } },
    { path: { gateway: 'three-tier-uplink', service: 'default' }, query: { edge_path: EDGE } },
  ],
  '/policy/api/v1/infra/tier-0s/{gateway}/locale-services/{service}/bgp/neighbors/{neighbor}/routes': [{ path: NEIGHBOR }],
  '/policy/api/v1/infra/tier-0s/{gateway}/locale-services/{service}/bgp/neighbors/{neighbor}/advertised-routes': [
    { path: NEIGHBOR },
    { path: NEIGHBOR, query: { count: 1, page_size: 1 } },
  ],
  '/policy/api/v1/infra/lb-services/{service}/detailed-status': [{ path: { service: 'web' } }],
  '/policy/api/v1/infra/lb-services/{service}/lb-pools/{pool}/detailed-status': [{ path: { service: 'web', pool: 'web' } }],
  '/policy/api/v1/infra/lb-services/{service}/lb-virtual-servers/{server}/detailed-status': [{ path: { service: 'web', server: 'web' } }],
  '/policy/api/v1/infra/lb-services/{service}/statistics': [{ path: { service: 'web' } }],
  '/policy/api/v1/infra/lb-services/{service}/lb-pools/{pool}/statistics': [{ path: { service: 'web', pool: 'web' } }],
  '/policy/api/v1/infra/lb-services/{service}/lb-virtual-servers/{server}/statistics': [{ path: { service: 'web', server: 'web' } }],
  ...Object.fromEntries(
    ['mac-table', 'arp-table', 'gateway-interface-arp-table'].flatMap((table) => [
      [`/policy/api/v1/infra/segments/{segment}/${table}`, [{ path: { segment: 'three-tier-web' }, query: { page_size: 1 } }]],
      [`/policy/api/v1/infra/tier-1s/{gateway}/segments/{segment}/${table}`, [{ path: { gateway: 'three-tier', segment: 'inner' } }]],
    ]),
  ),
  '/policy/api/v1/infra/segments/{segment}/ports/{port}/mac-table': ['p1', 'p2'].map((port) => ({ path: { segment: 'three-tier-web', port } })),
  '/policy/api/v1/infra/tier-1s/{gateway}/segments/{segment}/ports/{port}/mac-table': [{ path: { gateway: 'three-tier', segment: 'inner', port: 'p5' } }],
  '/policy/api/v1/infra/tier-0s/{gateway}/dns-forwarder/status': [{ path: { gateway: 'three-tier-uplink' } }],
  '/policy/api/v1/infra/tier-0s/{gateway}/dns-forwarder/statistics': [{ path: { gateway: 'three-tier-uplink' } }],
  '/policy/api/v1/infra/tier-1s/{gateway}/dns-forwarder/status': [{ path: { gateway: 'three-tier' } }],
  '/policy/api/v1/infra/tier-1s/{gateway}/dns-forwarder/statistics': [{ path: { gateway: 'three-tier' } }],
  '/policy/api/v1/infra/sites/{site}/enforcement-points/{point}/host-transport-nodes/{node}/status': [{ path: HOST }],
  '/policy/api/v1/infra/sites/{site}/enforcement-points/{point}/host-transport-nodes/{node}/tunnels': [{ path: HOST }, { path: HOST, query: { status: 'UP' } }],
  '/policy/api/v1/infra/segments/{segment}/statistics': [{ path: { segment: 'three-tier-web' } }],
  '/policy/api/v1/infra/segments/{segment}/ports/{port}/statistics': ['p1', 'p2'].map((port) => ({ path: { segment: 'three-tier-web', port } })),
  '/policy/api/v1/infra/segments/{segment}/ports/{port}/status': ['p1', 'p2'].map((port) => ({ path: { segment: 'three-tier-web', port } })),
  '/policy/api/v1/infra/tier-1s/{gateway}/segments/{segment}/statistics': [{ path: { gateway: 'three-tier', segment: 'inner' } }],
  '/policy/api/v1/infra/tier-1s/{gateway}/segments/{segment}/ports/{port}/statistics': [{ path: { gateway: 'three-tier', segment: 'inner', port: 'p3' } }],
  '/policy/api/v1/infra/tier-1s/{gateway}/segments/{segment}/ports/{port}/status': [{ path: { gateway: 'three-tier', segment: 'inner', port: 'p3' } }],
  '/policy/api/v1/infra/domains/{domain}/security-policies/{policy}/statistics': [{ path: POLICY }],
  '/policy/api/v1/infra/domains/{domain}/security-policies/{policy}/rules/{rule}/statistics': [{ path: { ...POLICY, rule: 'web-to-app' } }],
  '/policy/api/v1/infra/domains/{domain}/gateway-policies/{policy}/statistics': [{ path: GATEWAY_POLICY }],
  '/policy/api/v1/infra/domains/{domain}/gateway-policies/{policy}/rules/{rule}/statistics': [{ path: { ...GATEWAY_POLICY, rule: 'web' } }],
  '/policy/api/v1/infra/tags': [{}, { query: { scope: 'tier', tag: 'w*' } }],
  '/policy/api/v1/infra/tier-0s/{gateway}/state': [{ path: { gateway: 'three-tier-uplink' } }],
  '/policy/api/v1/infra/tier-1s/{gateway}/state': [{ path: { gateway: 'three-tier' } }],
  '/policy/api/v1/infra/tier-1s/{gateway}/segments/{segment}/state': [{ path: { gateway: 'three-tier', segment: 'inner' } }],
  '/policy/api/v1/infra/tier-1s/{gateway}/segments/{segment}/ports/{port}/state': [{ path: { gateway: 'three-tier', segment: 'inner', port: 'p3' } }],
  '/policy/api/v1/search': [{ query: { query: 'resource_type:Segment', sort_by: 'display_name' } }, { query: { query: 'resource_type:VirtualMachine' } }],
  '/policy/api/v1/search/query': [{ query: { query: 'display_name:web*', page_size: 2 } }],
};

/** What to ask of an operation: as told, or with what the list above it shows. */
async function askedOf({ template }: Described): Promise<readonly Given[]> {
  const told = ASKED[template];
  if (told) return told;
  if (template.includes('/groups/{group}/members/')) return [{ path: MIXED }];
  if (template.startsWith('/api/v1/transport-nodes/')) {
    const { results } = await api.call('GET', '/heddle/api/v1/nodes');
    return results.map(({ id }: Body) => ({ path: { node: id } }));
  }
  if (template.endsWith('/realized-entity')) return entitiesOf(WEB);
  const [, collection, name] = /^(.+)\/\{([^}]+)\}$/.exec(template) ?? [];
  if (collection === undefined || name === undefined) return [{}];
  const { results } = await api.call('GET', collection);
  return results.map((result: Body) => ({ path: { [name]: String(identifierOf(result)) } })).slice(0, 20);
}

function identifierOf({ id, external_id, userid, role, license_key, sequence }: Body): string | number {
  return id ?? external_id ?? userid ?? role ?? license_key ?? sequence;
}

async function entitiesOf(path: string): Promise<readonly Given[]> {
  const { results } = await api.call('GET', `${P}/infra/realized-state/realized-entities`, { query: { intent_path: path } });
  return results.map((entity: Body) => ({ query: { realized_path: entity.path } }));
}

const OTHERS = DESCRIBED.filter(({ inTree }) => !inTree);

describe('every operation outside the policy tree is described as it is', () => {
  it.each(OTHERS.filter(({ method }) => method === 'GET').map((described) => [nameOf(described), described] as const))('%s', async (_, described) => {
    const asked = await askedOf(described);
    expect(asked).not.toHaveLength(0);
    for (const given of asked) {
      const answer = await api.call('GET', described.template, given);
      expect(answer, 'a GET answers something').toBeDefined();
      // An empty list would be right whatever its items are said to be.
      if (Array.isArray(answer.results)) expect(answer.results, JSON.stringify(given)).not.toHaveLength(0);
    }
  });

  it('sessions', async () => {
    await api.call('POST', '/api/session/create', { body: { j_username: 'admin', j_password: manager.password } });
    await api.call('POST', '/api/session/destroy');
  });

  it('users', async () => {
    const body = { username: 'jane', full_name: 'Jane', password: 'Jane-Password-1' };
    const { userid } = await api.call('POST', '/api/v1/node/users', { query: { action: 'create_user' }, body });
    const path = { userId: String(userid) };
    const read = await api.call('GET', '/api/v1/node/users/{userId}', { path });
    await api.call('PUT', '/api/v1/node/users/{userId}', { path, body: { ...read, full_name: 'Jane Doe' } });
    await api.call('POST', '/api/v1/node/users/{userId}', { path, query: { action: 'deactivate' } });
    await api.call('POST', '/api/v1/node/users/{userId}', { path, query: { action: 'activate' }, body: { password: 'Jane-Password-2' } });
    await api.call('DELETE', '/api/v1/node/users/{userId}', { path });
    await api.call('GET', '/api/v1/node/users/{userId}', { path, refused: 404 });
  });

  it('roles and their holders', async () => {
    const path = { role: 'grouping' };
    const role = await api.call('GET', `${P}/aaa/roles/{role}`, { path });
    await api.call('PUT', `${P}/aaa/roles/{role}`, { path, body: { ...role, description: 'Changed.' } });
    await api.call('POST', `${P}/aaa/roles`, { query: { action: 'validate' }, body: { feature_permissions: role.features } });
    await api.call('POST', `${P}/aaa/roles/{role}`, { path, query: { action: 'clone' }, body: { new_role_id: 'copy', new_role_name: 'Copy' } });
    await api.call('DELETE', `${P}/aaa/roles/{role}`, { path: { role: 'copy' } });
    const holder = { path: { id: 'audit' } };
    const binding = await api.call('GET', `${P}/aaa/role-bindings/{id}`, holder);
    await api.call('PUT', `${P}/aaa/role-bindings/{id}`, { ...holder, body: { ...binding, roles_for_paths: [{ path: '/', roles: [{ role: 'grouping' }] }] } });
    await api.call('POST', `${P}/aaa/role-bindings`, { query: { action: 'delete_stale_bindings' } });
    await api.call('DELETE', `${P}/aaa/role-bindings/{id}`, { ...holder, refused: 400 });
  });

  it.each(TRUST)('principal identities and certificates below %s', async (trust) => {
    const identities = `${trust}/principal-identities`;
    const imports = async () =>
      (await api.call('POST', `${trust}/certificates`, { query: { action: 'import' }, body: { pem_encoded: await clientCertificate() } })).results[0].id;
    const body = { name: 'program', node_id: 'one', certificate_id: await imports(), roles_for_paths: [{ path: '/', roles: [{ role: 'auditor' }] }] };
    const { id } = await api.call('POST', identities, { body });
    const replaced = { principal_identity_id: id, certificate_id: await imports() };
    const { certificate_id } = await api.call('POST', identities, { query: { action: 'update_certificate' }, body: replaced });
    await api.call('DELETE', `${trust}/certificates/{id}`, { path: { id: certificate_id }, refused: 400 });
    await api.call('DELETE', `${identities}/{id}`, { path: { id } });
    await api.call('DELETE', `${trust}/certificates/{id}`, { path: { id: certificate_id } });
    const other = { name: 'other', node_id: 'one', role: 'auditor', certificate_pem: await clientCertificate() };
    const made = await api.call('POST', `${identities}/with-certificate`, { body: other });
    await api.call('DELETE', `${identities}/{id}`, { path: { id: made.id } });
  });

  it('licences', async () => {
    const key = 'ABCDE-ABCDE-ABCDE-ABCDE-ABCDE';
    await api.call('POST', '/api/v1/licenses', { body: { license_key: key } });
    await api.call('DELETE', '/api/v1/licenses/{key}', { path: { key } });
    await api.call('POST', '/api/v1/licenses', { body: { license_key: 'none' }, refused: 400 });
  });

  it('the audit log', async () => {
    const logs = '/api/v1/administration/audit-logs';
    expect((await api.call('POST', logs, { query: { page_size: 3 }, body: { log_age_limit: 1, log_filter: 'admin' } })).cursor).toBeDefined();
    await api.call('POST', logs, { query: { fields: 'full_log,timestamp' } });
  });

  it('what changed of an object that came, changed and went', async () => {
    await write('/infra/segments/history', { transport_zone_path: OVERLAY, vlan_ids: [], tags: [{ scope: 's', tag: 't' }] });
    await write('/infra/segments/history', { transport_zone_path: OVERLAY, description: 'Changed.' });
    await api.call('DELETE', `${P}/infra/segments/{segment-id}`, { path: { 'segment-id': 'history' } });
    const query = { path: '/infra/segments/history' };
    const { results } = await api.call('GET', '/heddle/api/v1/history', { query });
    expect(results.map(({ operation }: Body) => operation)).toEqual(['DELETE', 'UPDATE', 'CREATE']);
    for (const { sequence } of results) {
      await api.call('GET', '/heddle/api/v1/change-sets/{sequence}', { path: { sequence: String(sequence) } });
      await api.call('GET', '/heddle/api/v1/history/diff', { query: { ...query, from: sequence - 1, to: sequence } });
    }
    await api.call('GET', '/heddle/api/v1/history/as-of', { query: { ...query, sequence: results[1].sequence } });
  });

  it('nodes that enrol and are revoked', async () => {
    const node = `${POINT}/host-transport-nodes/host-9`;
    await write(node, {});
    const { token } = await api.call('POST', '/heddle/api/v1/enrolment-tokens', { body: { node_path: node, valid_minutes: 5 } });
    const { request } = await requestCertificate();
    const { node_id } = await api.call('POST', '/heddle/api/v1/enrolments', { body: { token, certificate_request: request, node } });
    const revoked = await api.call('POST', '/heddle/api/v1/nodes/{node}/revocation', { path: { node: node_id } });
    expect(revoked.connected).toBe(false);
    const { results } = await api.call('GET', '/heddle/api/v1/enrolment-tokens');
    expect(results.some(({ used_at }: Body) => used_at > 0)).toBe(true);
  });

  it('machines that are plugged, moved and unplugged, and packets between them', async () => {
    await plug(1, 4);
    const path = { machine: 'web-4' };
    await api.call('POST', '/heddle/api/v1/workloads/{machine}/move', { path, body: { node_path: HOSTS[0] } });
    await api.call('DELETE', '/heddle/api/v1/workloads/{machine}', { path });
    const packet = { source_address: '10.40.1.11', destination_address: '10.40.1.12', protocol: 'TCP', destination_port: 80 };
    const { hops } = await api.call('POST', '/heddle/api/v1/packet-traces', { body: { from_port: `${WEB}/ports/p1`, packet } });
    expect(hops[0].steps).not.toHaveLength(0);
    const node = { path: { node: hops[0].node_id } };
    await eventually(async () => expect((await api.call('GET', '/heddle/api/v1/nodes/{node}', node)).counters?.ports).toBeDefined());
    const met = hops.flatMap(({ steps }: Body) => steps).find(({ kind }: Body) => kind === 'FIREWALL')?.resource;
    const rule = `${P}/infra/domains/{domain}/security-policies/{policy}/rules/{rule}/statistics`;
    await eventually(async () => {
      const { results } = await api.call('GET', rule, { path: idsIn(rule, `${P}${met}`) });
      expect(results[0].statistics.hit_count).toBeGreaterThan(0);
      const port = { path: { segment: 'three-tier-web', port: 'p1' } };
      expect((await api.call('GET', `${P}/infra/segments/{segment}/ports/{port}/statistics`, port)).tx_packets.total).toBeGreaterThan(0);
    });
    await api.call('POST', '/heddle/api/v1/packet-traces', { body: { packet }, refused: 400 });
  });

  it('what edges say when they are asked', async () => {
    await eventually(async () => {
      const {
        status_per_enforcement_point: [status],
      } = await api.call('GET', `${P}/infra/tier-0s/{gateway}/dns-forwarder/status`, { path: { gateway: NEIGHBOR.gateway } });
      expect(status.status).toBe('UP');
    });
    const routes = `${P}/infra/tier-0s/{gateway}/locale-services/{service}/bgp/neighbors/{neighbor}/advertised-routes`;
    const { results } = await api.call('GET', routes, { path: NEIGHBOR });
    expect(results[0].edge_node_routes).toMatchObject([{ routes: expect.any(Array) }]);
    const macs = await api.call('GET', `${P}/infra/segments/{segment}/ports/{port}/mac-table`, { path: { segment: 'three-tier-web', port: 'p1' } });
    expect(macs.results).toEqual([{ mac_address: '02:00:00:00:00:11', mac_type: 'STATIC' }]);
  });

  it('figures of what is not there', async () => {
    const nowhere = { path: { ...POLICY, rule: 'nowhere' }, refused: 404 };
    await api.call('GET', `${P}/infra/domains/{domain}/security-policies/{policy}/rules/{rule}/statistics`, nowhere);
    await api.call('GET', `${P}/infra/segments/{segment}/statistics`, { path: { segment: 'nowhere' }, refused: 404 });
    await api.call('GET', `${P}/infra/lb-services/{service}/lb-pools/{pool}/detailed-status`, { path: { service: 'web', pool: 'nowhere' }, refused: 404 });
    await api.call('GET', `${P}/infra/segments/{segment}/mac-table`, { path: { segment: 'nowhere' }, refused: 404 });
    await api.call('GET', `${P}/infra/tier-1s/{gateway}/dns-forwarder/status`, { path: { gateway: 'nowhere' }, refused: 404 });
    await api.call('GET', `${P}/infra/lb-services/{service}/statistics`, { path: { service: 'nowhere' }, refused: 404 });
    await api.call('GET', '/api/v1/transport-nodes/{node}/status', { path: { node: 'nowhere' }, refused: 404 });
    const routes = `${P}/infra/tier-0s/{gateway}/locale-services/{service}/bgp/neighbors/{neighbor}/routes`;
    await api.call('GET', routes, { path: { ...NEIGHBOR, neighbor: 'nowhere' }, refused: 404 });
    await api.call('GET', routes, { path: NEIGHBOR, query: { count: 0 }, refused: 400 });
  });

  it('certificates that the manager makes', async () => {
    const subject = { attributes: [{ key: 'CN', value: 'web.example.org' }] };
    await api.call('POST', `${P}/infra/csrs`, { query: { action: 'self_sign' }, body: { display_name: 'Web', algorithm: 'EC', days_valid: 30, subject } });
  });

  it('and none was left out', () => {
    expect(OTHERS.map(nameOf).filter((name) => !api.called.has(name))).toEqual([]);
  });
});

/** So many objects of a type and place are read; the rest are alike. */
const SAMPLE = 3;

describe('objects of the policy tree', () => {
  it('are answered as their types are described, by themselves and in lists', { timeout: 180_000 }, async () => {
    const read = new Map<string, number>();
    const wrong: string[] = [];
    const tryCall = async (template: string, path: Readonly<Record<string, string>>) => {
      await api.call('GET', template, { path }).catch((error: Error) => wrong.push(error.message));
    };
    for (let cursor: string | undefined = '0'; cursor !== undefined; ) {
      const page: Body = await api.call('GET', `${P}/search`, { query: { query: 'path:*', cursor } });
      cursor = page.cursor;
      for (const { path } of page.results) {
        const place = registry.locate(path)?.place;
        if (!place || place.definition.internal) continue;
        const seen = read.get(place.template) ?? 0;
        read.set(place.template, seen + 1);
        if (seen >= SAMPLE) continue;
        const ids = idsIn(place.template, path);
        await tryCall(`${P}${place.template}`, ids);
        const collection = `${P}${place.template.replace(/\/\{[^}]+\}$/, '')}`;
        if (seen === 0 && !place.singleton && DESCRIBED.some(({ method, template }) => method === 'GET' && template === collection))
          await tryCall(collection, ids);
      }
    }
    expect(wrong).toEqual([]);
    expect(read.size).toBeGreaterThan(40);
  });
});
