import { expect, it } from 'vitest';
import type { PolicyObject } from '../../src/model/policy-object.js';
import { BalancerMember_State, type Layer7Balancer, Persistence_Mode } from '../../src/realization/resources.pb.js';
import type { Fabric } from './fabric.js';
import { intent, report } from './network.js';
import { app, fabric, PLAIN, SERVICED, TIER0, web } from './routed-network.js';

const SERVICE = '/infra/lb-services/s';
const SERVER = '/infra/lb-virtual-servers/v';
const POOL = '/infra/lb-pools/p';
const service = (gateway = SERVICED) => intent(SERVICE, { resource_type: 'LBService', connectivity_path: gateway, enabled: true });
const server = (fields: object = {}) =>
  intent(SERVER, {
    resource_type: 'LBVirtualServer',
    lb_service_path: SERVICE,
    ip_address: '198.51.100.80',
    ports: ['80'],
    pool_path: POOL,
    application_profile_path: '/infra/lb-app-profiles/tcp',
    enabled: true,
    ...fields,
  });
const pool = (fields: object = {}) =>
  intent(POOL, {
    resource_type: 'LBPool',
    algorithm: 'ROUND_ROBIN',
    members: [{ ip_address: '10.2.1.5', port: '80', admin_state: 'ENABLED', weight: 1 }],
    ...fields,
  });
const tcp = intent('/infra/lb-app-profiles/tcp', { resource_type: 'LBFastTcpProfile', idle_timeout: 60 });
const http = intent('/infra/lb-app-profiles/http', { resource_type: 'LBHttpProfile', idle_timeout: 15, x_forwarded_for: 'INSERT' });

function proxy(network: Fabric): Layer7Balancer | undefined {
  const found = network.graph
    .snapshot('e1')
    .changes.flatMap(({ change }) => (change?.$case === 'put' && change.value.body?.$case === 'layer7Balancer' ? [change.value.body.value] : []));
  return found[0];
}

it('takes connections to its address on the edge, from the tier-0 or another tenant, and hands them to a member', () => {
  const balanced = fabric(service(), server(), pool(), tcp);
  const journey = balanced.send(web, { sourceAddress: '10.1.1.5', destinationAddress: '198.51.100.80', destinationPort: 80 });
  expect(journey).toMatchObject({ verdict: 'DELIVERED', by: '/infra/segments/app/ports/p', packet: { destinationAddress: '10.2.1.5' } });
});

it('is nowhere while the server or its load balancer is off, or attached to nothing', () => {
  const nowhere = [server({ enabled: false }), server({ lb_service_path: undefined })];
  for (const one of nowhere) expect(fabric(service(), one, pool(), tcp).graph.spanOf(SERVER)).toEqual([]);
  expect(fabric({ ...service(), enabled: false } as PolicyObject, server(), pool(), tcp).graph.spanOf(SERVER)).toEqual([]);
});

it('is an error on a gateway without an edge cluster, and so is its load balancer', () => {
  const { graph } = fabric(service(PLAIN), server(), pool(), tcp);
  for (const path of [SERVICE, SERVER]) expect(graph.realizedState(path)).toMatchObject({ state: 'ERROR', alarms: [{ code: 'EDGE_CLUSTER_MISSING' }] });
});

it('balances HTTP on layer 7, with persistence, rules and their pools', () => {
  const other = intent('/infra/lb-pools/other', {
    resource_type: 'LBPool',
    algorithm: 'IP_HASH',
    members: [{ ip_address: '10.2.1.6', admin_state: 'GRACEFUL_DISABLED', weight: 3 }],
  });
  const cookie = intent('/infra/lb-persistence-profiles/c', { resource_type: 'LBCookiePersistenceProfile', cookie_mode: 'INSERT', cookie_name: 'STICK' });
  const rules = [
    {
      phase: 'HTTP_FORWARDING',
      match_strategy: 'ALL',
      match_conditions: [{ type: 'LBHttpRequestHeaderCondition', header_name: 'Host', header_value: 'b.test', match_type: 'EQUALS' }],
      actions: [{ type: 'LBSelectPoolAction', pool_id: other.path }],
    },
  ];
  const network = fabric(
    service(),
    server({ application_profile_path: http.path, lb_persistence_profile_path: cookie.path, rules, default_pool_member_ports: ['8080'] }),
    pool(),
    other,
    cookie,
    http,
  );
  expect(proxy(network)).toMatchObject({
    address: '198.51.100.80',
    pool: { key: POOL, members: [{ address: '10.2.1.5', port: 80 }] },
    rulePools: [{ key: other.path, memberPorts: ['8080'], members: [{ address: '10.2.1.6', port: 0, weight: 3, state: BalancerMember_State.DRAINING }] }],
    persistence: { mode: Persistence_Mode.COOKIE_INSERT, cookieName: 'STICK' },
    rules: [
      { anyCondition: false, conditions: [{ name: 'Host', value: 'b.test', match: 'EQUALS' }], actions: [{ type: 'LBSelectPoolAction', pool: other.path }] },
    ],
  });
});

it('ends TLS with certificates whose keys it only names', () => {
  const certificate = intent('/infra/certificates/c', { resource_type: 'TlsCertificate', pem_encoded: 'PEM' });
  const profile = intent('/infra/lb-client-ssl-profiles/p', {
    resource_type: 'LBClientSslProfile',
    ciphers: ['A'],
    protocols: ['TLS_V1_2'],
    session_cache_enabled: true,
    prefer_server_ciphers: true,
  });
  const network = fabric(
    service(),
    server({
      application_profile_path: http.path,
      client_ssl_profile_binding: { default_certificate_path: certificate.path, ssl_profile_path: profile.path, client_auth: 'IGNORE' },
    }),
    pool(),
    http,
    certificate,
    profile,
  );
  network.graph.commit({ sequence: 9, at: 0, changes: [], claims: [], secrets: [{ path: certificate.path, field: 'private_key', version: 'v1' }] });
  expect(proxy(network)?.clientTls).toMatchObject({
    certificates: [{ path: certificate.path, pem: 'PEM', isDefault: true, privateKey: { path: certificate.path, field: 'private_key', version: 'v1' } }],
    protocols: ['TLS_V1_2'],
    ciphers: ['A'],
    peerRequired: false,
  });
});

it('follows a group of members', () => {
  const group = (addresses: string[]) =>
    intent('/infra/domains/default/groups/g', { expression: [{ resource_type: 'IPAddressExpression', ip_addresses: addresses }] });
  const network = fabric(
    service(),
    server({ application_profile_path: http.path }),
    pool({ members: undefined, member_group: { group_path: group([]).path, ip_revision_filter: 'IPV4', port: 8080 } }),
    http,
    group(['10.2.1.9', '2001:db8::9']),
  );
  expect(proxy(network)?.pool?.members).toMatchObject([{ address: '10.2.1.9', port: 8080 }]);
  network.commit(group(['10.2.1.9', '10.2.1.10']));
  expect(proxy(network)?.pool?.members.map(({ address }) => address)).toEqual(['10.2.1.10', '10.2.1.9']);
});

it('takes small blocks of a group apart into members, and says which are too large', () => {
  const group = (...ip_addresses: string[]) =>
    intent('/infra/domains/default/groups/g', { expression: [{ resource_type: 'IPAddressExpression', ip_addresses }] });
  const members = pool({ members: undefined, member_group: { group_path: group().path, ip_revision_filter: 'IPV4', max_ip_list_size: 3 } });
  const network = fabric(service(), server({ application_profile_path: http.path }), members, http, group('10.2.1.8/30'));
  expect(proxy(network)?.pool?.members.map(({ address }) => address)).toEqual(['10.2.1.8', '10.2.1.9', '10.2.1.10']);
  expect(network.graph.realizedState(SERVER)?.alarms.filter(({ code }) => code === 'NOT_SUPPORTED')).toEqual([]);
  network.commit(group('10.0.0.0/8'));
  expect(network.graph.realizedState(SERVER)?.alarms).toContainEqual({ code: 'NOT_SUPPORTED', reason: expect.stringContaining('10.0.0.0/8') });
});

it('brings the addresses of its access list to the edge', () => {
  const clients = intent('/infra/domains/default/groups/clients', { expression: [{ resource_type: 'IPAddressExpression', ip_addresses: ['10.1.1.0/24'] }] });
  const guarded = fabric(service(), server({ access_list_control: { enabled: true, action: 'DROP', group_path: clients.path } }), pool(), tcp, clients);
  expect(guarded.send(web, { sourceAddress: '10.1.1.5', destinationAddress: '198.51.100.80', destinationPort: 80 })).toMatchObject({ verdict: 'DROPPED' });
});

it('gives pool and load balancer the state of the servers that use them', () => {
  const { graph } = fabric(service(), server(), pool(), tcp);
  graph.resume('e1', [], []);
  for (const path of [SERVICE, SERVER, POOL])
    expect(graph.realizedState(path)).toMatchObject({ state: 'UNREALIZED', nodes: [{ node: 'e1', state: 'PENDING' }, { node: 'e2' }] });
});

it('hands connections to the ports that the virtual server gives its members, one for each of its own', () => {
  const shifted = server({ ports: ['80', '443', '8000-8010'], default_pool_member_ports: ['8080', '8443', '9000-9010'] });
  const network = fabric(service(), shifted, pool({ members: [{ ip_address: '10.2.1.5', admin_state: 'ENABLED' }] }), tcp);
  const arrivesAt = (destinationPort: number) =>
    network.send(web, { sourceAddress: '10.1.1.5', destinationAddress: '198.51.100.80', destinationPort }).packet.destinationPort;
  expect([80, 443, 8003].map(arrivesAt)).toEqual([8080, 8443, 9003]);
});

it('balances on every host where it is distributed, without an edge', () => {
  const distributed = { ...service(PLAIN), size: 'DLB' } as PolicyObject;
  const eastWest = fabric(distributed, server(), pool({ members: [{ ip_address: '10.1.2.5', port: '80', admin_state: 'ENABLED' }] }), tcp);
  expect(eastWest.graph.spanOf(SERVER)).toEqual(['e1', 'e2', 'h1', 'h2']);
  const journey = eastWest.send(web, { sourceAddress: '10.1.1.5', destinationAddress: '198.51.100.80' });
  expect(journey).toMatchObject({ verdict: 'DELIVERED', nodes: ['h1', 'h2'], by: '/infra/segments/db/ports/p', packet: { destinationAddress: '10.1.2.5' } });
});

it('leaves out a member that a host found dead, on every host, until it lives or the host is gone for good', () => {
  const distributed = { ...service(PLAIN), size: 'DLB' } as PolicyObject;
  const members = ['10.1.2.5', '10.1.1.5'].map((ip_address) => ({ ip_address, port: '80', admin_state: 'ENABLED' }));
  const { graph } = fabric(distributed, server(), pool({ members }), tcp);
  const dead = { externalId: 'one', balancer: SERVER, pool: POOL, address: '10.1.2.5', port: 80 };
  const change = { ...report('h2'), complete: false };
  const seenBy = (node: string) =>
    graph.snapshot(node).changes.flatMap(({ change: step }) => {
      const body = step?.$case === 'put' ? step.value.body : undefined;
      return body?.$case === 'layer4Balancer' ? (body.value.pool?.members.map((member) => member.dead) ?? []) : [];
    });
  const deltas = graph.report({ ...change, deadMembers: [dead] });
  expect(deltas.map(({ changes }) => changes.length)).toEqual(deltas.map(() => 1));
  expect(seenBy('h1')).toEqual([true, false]);
  expect(graph.report({ ...change, deadMembers: [dead] })).toEqual([]);
  graph.report({ ...change, goneDeadMembers: ['one'] });
  expect(seenBy('h1')).toEqual([false, false]);
  graph.report({ ...change, deadMembers: [dead] });
  graph.report({ ...report('h1'), complete: false, deadMembers: [dead] });
  graph.forget('h2');
  expect(seenBy('h1')).toEqual([true, false]);
  graph.forget('h1');
  expect(seenBy('e1')).toEqual([false, false]);
});

it('balances where connections begin for the workloads of a group, and on no other node', () => {
  const clients = intent('/infra/domains/default/groups/clients', { expression: [{ resource_type: 'PathExpression', paths: [web.port] }] });
  const members = pool({ members: [{ ip_address: '10.1.2.5', port: '80', admin_state: 'ENABLED' }] });
  const network = fabric({ ...service(clients.path), size: 'DLB' } as PolicyObject, server(), members, tcp, clients);
  expect(network.graph.spanOf(SERVER)).toEqual(['h1']);
  const toServer = { destinationAddress: '198.51.100.80', destinationPort: 80 };
  expect(network.send(web, { sourceAddress: '10.1.1.5', ...toServer })).toMatchObject({
    verdict: 'DELIVERED',
    nodes: ['h1', 'h2'],
    packet: { destinationAddress: '10.1.2.5' },
  });
  expect(network.send(app, { sourceAddress: '10.2.1.5', ...toServer }).packet.destinationAddress).toBe('198.51.100.80');
});

it('says that HTTP needs an edge, and that a tier-0 whose edges all forward cannot balance', () => {
  const apart = fabric({ ...service(SERVICED), size: 'DLB' } as PolicyObject, server({ application_profile_path: http.path }), pool(), http);
  expect(apart.graph.realizedState(SERVER)).toMatchObject({ state: 'ERROR', alarms: [{ code: 'NOT_SUPPORTED' }] });
  expect(fabric(service(TIER0), server(), pool(), tcp).graph.realizedState(SERVICE)).toMatchObject({ state: 'ERROR', alarms: [{ code: 'NOT_SUPPORTED' }] });
});

it('watches HTTPS members with TLS, and judges members by their connections', () => {
  const monitor = intent('/infra/lb-monitor-profiles/https', {
    resource_type: 'LBHttpsMonitorProfile',
    interval: 7,
    request_version: 'HTTP_VERSION_1_1',
    server_ssl_profile_binding: { server_auth: 'IGNORE', certificate_chain_depth: 2 },
  });
  const passive = intent('/infra/lb-monitor-profiles/passive', { resource_type: 'LBPassiveMonitorProfile', max_fails: 4, timeout: 9 });
  const network = fabric(
    service(),
    server({ application_profile_path: http.path }),
    pool({ active_monitor_paths: [monitor.path], passive_monitor_path: passive.path }),
    http,
    monitor,
    passive,
  );
  expect(proxy(network)?.pool).toMatchObject({
    monitors: [{ key: monitor.path, intervalSeconds: 7, requestVersion: '1.1', tls: { peerRequired: false, chainDepth: 2 } }],
    passiveMonitor: { key: passive.path, fallCount: 4, timeoutSeconds: 9 },
  });
  expect(network.graph.spanOf(monitor.path)).toEqual(['e1', 'e2']);
});
