import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SimulatedFabricProcess } from '../../src/manager/simulated-fabric.js';
import { eventually } from '../eventually.js';
import { ENFORCEMENT_POINT, ManagerUnderTest } from './manager.js';
import { startSimulatedNodes } from './simulated-nodes.js';

/**
 * What gateways serve, from the PATCH to the engines of two hosts and two edges, each behind a session of its own:
 *
 *   client .11, member .12 on 10.0.1.0/24 ─── tier-1 (balancers, name server) ─── tier-0 (BGP on both edges) ─── 192.0.2.0/24
 */
const EDGES = ['edge-1', 'edge-2'].map((id) => `${ENFORCEMENT_POINT}/edge-clusters/EDGECLUSTER1/edge-nodes/${id}`);
const TIER0 = '/infra/tier-0s/outside';
const TIER1 = '/infra/tier-1s/tenant';
const BGP = `${TIER0}/locale-services/default/bgp`;
const VLAN = `${ENFORCEMENT_POINT}/transport-zones/vlan`;
const CLIENT = '/infra/segments/app/ports/client';
const MEMBER = '/infra/segments/app/ports/member';
const PASSWORD = 'known-to-both-neighbours';

let manager: ManagerUnderTest;
let fabric: SimulatedFabricProcess;

beforeAll(async () => {
  manager = await ManagerUnderTest.start();
  fabric = await startSimulatedNodes(manager, { hosts: 2, edges: 2 });
  const clustered = { edge_cluster_path: EDGES[0]?.replace(/\/edge-nodes.*/, ''), preferred_edge_paths: EDGES };
  await manager.patch(VLAN, { tz_type: 'VLAN_BACKED' });
  await manager.patch('/infra/segments/uplink', { transport_zone_path: VLAN, vlan_ids: ['7'] });
  await manager.patch(TIER0, { ha_mode: 'ACTIVE_ACTIVE' });
  await manager.patch(`${TIER0}/locale-services/default`, {
    ...clustered,
    route_redistribution_config: { bgp_enabled: true, redistribution_rules: [{ route_redistribution_types: ['TIER1_LB_VIP', 'TIER1_CONNECTED'] }] },
  });
  for (const [index, edge_path] of EDGES.entries()) {
    await manager.patch(`${TIER0}/locale-services/default/interfaces/uplink-${index}`, {
      segment_path: '/infra/segments/uplink',
      edge_path,
      subnets: [{ ip_addresses: [`192.0.2.${index + 1}`], prefix_len: 24 }],
    });
  }
  await manager.patch('/infra/dhcp-server-configs/d', { server_addresses: ['10.0.1.2/24'] });
  await manager.patch(TIER1, {
    tier0_path: TIER0,
    dhcp_config_paths: ['/infra/dhcp-server-configs/d'],
    route_advertisement_types: ['TIER1_LB_VIP', 'TIER1_CONNECTED'],
  });
  await manager.patch(`${TIER1}/locale-services/default`, clustered);
  await manager.patch('/infra/segments/app', {
    connectivity_path: TIER1,
    transport_zone_path: `${ENFORCEMENT_POINT}/transport-zones/overlay`,
    subnets: [
      {
        gateway_address: '10.0.1.1/24',
        dhcp_ranges: ['10.0.1.100-10.0.1.200'],
        dhcp_config: { resource_type: 'SegmentDhcpV4Config', dns_servers: ['198.51.100.53'] },
      },
    ],
  });
  for (const [index, path] of [CLIENT, MEMBER].entries()) {
    await manager.patch(path, { attachment: { id: `vif-${index}` } });
    const workload = {
      node_path: `${ENFORCEMENT_POINT}/host-transport-nodes/host-${index + 1}`,
      external_id: `vm${index}`,
      interfaces: [{ external_id: `vm${index}-eth0`, attachment_id: `vif-${index}`, mac: `02:00:00:00:00:1${index}`, addresses: [`10.0.1.1${index + 1}`] }],
    };
    expect((await manager.call('POST', '/heddle/api/v1/workloads', workload)).status).toBe(201);
  }
});
afterAll(async () => {
  await fabric.stop();
  await manager.stop();
});

/** Realized state with the names of the nodes that run it. */
async function realized(path: string): Promise<{ state: string | undefined; on: string[] }> {
  const state = await manager.realization.calls.realizedState(path, manager.reader.sequence());
  const names = new Map((await manager.realization.calls.nodes()).map(({ nodeId, displayName }) => [nodeId, displayName]));
  const on = (state?.nodes ?? []).filter((node) => node.state === 'REALIZED').map(({ node }) => names.get(node) ?? node);
  return { state: state?.state, on: on.sort() };
}

const realizedOn = (path: string, ...nodes: string[]) => eventually(async () => expect(await realized(path)).toEqual({ state: 'REALIZED', on: nodes }));

const trace = async (destination_port: number) =>
  (
    await manager.call('POST', '/heddle/api/v1/packet-traces', {
      from_port: CLIENT,
      packet: { source_address: '10.0.1.11', destination_address: '198.51.100.80', protocol: 'TCP', source_port: 40000, destination_port },
    })
  ).body;

it('balances: the servers and their pools are realized on the edges, and a packet reaches a member through them', async () => {
  const group = '/infra/domains/default/groups/members';
  await manager.patch(group, { expression: [{ resource_type: 'PathExpression', paths: [MEMBER] }] });
  await manager.patch('/infra/lb-services/lb', { connectivity_path: TIER1, size: 'SMALL' });
  await manager.patch('/infra/lb-monitor-profiles/tcp', { resource_type: 'LBTcpMonitorProfile', monitor_port: 8080 });
  await manager.patch('/infra/lb-pools/app', { member_group: { group_path: group, port: 8080 }, active_monitor_paths: ['/infra/lb-monitor-profiles/tcp'] });
  await manager.patch('/infra/lb-app-profiles/tcp', { resource_type: 'LBFastTcpProfile' });
  const server = { lb_service_path: '/infra/lb-services/lb', ip_address: '198.51.100.80', pool_path: '/infra/lb-pools/app' };
  await manager.patch('/infra/lb-virtual-servers/tcp', { ...server, ports: ['80'], application_profile_path: '/infra/lb-app-profiles/tcp' });
  for (const path of ['/infra/lb-virtual-servers/tcp', '/infra/lb-pools/app', '/infra/lb-services/lb', '/infra/lb-monitor-profiles/tcp']) {
    await realizedOn(path, 'edge-1', 'edge-2');
  }
  const { verdict, hops } = (await trace(80)) as unknown as { verdict: string; hops: { steps: { kind: string; resource: string; packet: object }[] }[] };
  expect(verdict).toBe('DELIVERED');
  const steps = hops.flatMap((hop) => hop.steps);
  expect(steps.find(({ kind }) => kind === 'BALANCER')?.resource).toContain('/infra/lb-virtual-servers/tcp');
  expect(steps.at(-1)).toMatchObject({ kind: 'DELIVER', resource: MEMBER, packet: { destination_address: '10.0.1.12', destination_port: 8080 } });
  // The pool follows its group: once the member is unplugged, nobody serves.
  expect((await manager.call('DELETE', '/heddle/api/v1/workloads/vm1')).status).toBe(200);
  await eventually(async () => expect(await trace(80)).toMatchObject({ verdict: 'DROPPED' }));
});

it('ends TLS with a key that only the edges are given', async () => {
  const { certificate, privateKey } = await manager.authority.issueServer(['shop.example'], Date.now() + 3_600_000);
  await manager.patch('/infra/certificates/shop', { pem_encoded: certificate, private_key: privateKey });
  await manager.patch('/infra/lb-app-profiles/http', { resource_type: 'LBHttpProfile' });
  await manager.patch('/infra/lb-virtual-servers/https', {
    lb_service_path: '/infra/lb-services/lb',
    ip_address: '198.51.100.80',
    ports: ['443'],
    pool_path: '/infra/lb-pools/app',
    application_profile_path: '/infra/lb-app-profiles/http',
    client_ssl_profile_binding: { default_certificate_path: '/infra/certificates/shop' },
  });
  await realizedOn('/infra/lb-virtual-servers/https', 'edge-1', 'edge-2');
  await realizedOn('/infra/certificates/shop', 'edge-1', 'edge-2');
  expect(await trace(443)).toMatchObject({ verdict: 'ANSWERED' });
  expect(filesWith(privateKey.split('\n')[1] ?? '')).toEqual([]);
});

it('speaks BGP from both edges, with a password that is on no disk', async () => {
  await manager.patch(BGP, { enabled: true, local_as_num: '65010' });
  await manager.patch(`${BGP}/neighbors/tor`, { neighbor_address: '192.0.2.254', remote_as_num: '65000', password: PASSWORD, bfd: { enabled: true } });
  for (const path of [BGP, `${BGP}/neighbors/tor`]) await realizedOn(path, 'edge-1', 'edge-2');
  await eventually(async () => {
    const sessions = (await manager.realization.calls.nodes()).flatMap(({ health }) => health?.bgpSessions ?? []);
    expect(
      sessions.filter(({ neighbor, state, prefixesSent }) => neighbor === `${BGP}/neighbors/tor` && state === 'ESTABLISHED' && prefixesSent >= 2).length,
    ).toBe(2);
  });
  expect(filesWith(PASSWORD)).toEqual([]);
});

it('hands out addresses where the ports are, and names on the edges', async () => {
  await manager.patch('/infra/segments/app/dhcp-static-binding-configs/b', {
    resource_type: 'DhcpV4StaticBindingConfig',
    mac_address: '02:00:00:00:00:99',
    ip_address: '10.0.1.50',
  });
  await manager.patch('/infra/dns-forwarder-zones/z', { upstream_servers: ['192.0.2.53'] });
  await manager.patch(`${TIER1}/dns-forwarder`, { listener_ip: '198.51.100.53', default_forwarder_zone_path: '/infra/dns-forwarder-zones/z' });
  for (const path of [`${TIER1}/dns-forwarder`, '/infra/dns-forwarder-zones/z']) await realizedOn(path, 'edge-1', 'edge-2');
  for (const path of ['/infra/dhcp-server-configs/d', '/infra/segments/app/dhcp-static-binding-configs/b']) {
    await eventually(async () => expect(await realized(path)).toEqual({ state: 'REALIZED', on: expect.arrayContaining(['host-1']) }));
  }
  const asked = await manager.call('POST', '/heddle/api/v1/packet-traces', {
    from_port: CLIENT,
    packet: { source_address: '0.0.0.0', destination_address: '255.255.255.255', protocol: 'UDP', source_port: 68, destination_port: 67 },
  });
  expect(asked.body).toMatchObject({ verdict: 'ANSWERED' });
  const named = await manager.call('POST', '/heddle/api/v1/packet-traces', {
    from_port: CLIENT,
    packet: { source_address: '10.0.1.11', destination_address: '198.51.100.53', protocol: 'UDP', source_port: 40000, destination_port: 53 },
  });
  expect(named.body).toMatchObject({ verdict: 'ANSWERED' });
});

/** Files of the manager and of the nodes that hold a text. */
function filesWith(text: string): string[] {
  const files = readdirSync(manager.directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => join(parentPath, name)).filter((file) => readFileSync(file).includes(text));
}
