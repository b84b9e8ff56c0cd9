import { DhcpClient, serveDhcp } from '../dhcp.js';
import { OVERLAY_ZONE, VLAN_ZONE } from '../lab.js';
import type { LabNode } from '../lab-node.js';
import { pause } from '../pause.js';
import { TopOfRack } from '../top-of-rack.js';
import { fabric } from './fabric.js';
import { serve } from './layer-seven.js';
import { EDGES } from './routing.js';
import type { Scenario } from './scenario.js';
import { attach } from './segments.js';

const TIER1 = '/infra/tier-1s/pair';
const TIER0 = '/infra/tier-0s/pair';
const SEGMENT = '/infra/segments/pair';
const UPLINK = '/infra/segments/pair-uplink';
const SERVER = '/infra/lb-virtual-servers/pair';
const VIRTUAL = '10.8.9.80';
const RELAY = '/infra/dhcp-relay-configs/pair';

/** Routers of an edge that dies go on on another one, whether there is a manager or not. */
export const failover: Scenario = {
  title: 'Fail-over',
  name: 'failover',
  after: [fabric],
  async run(lab, expect) {
    const { manager, topOfRack } = lab;
    const [e1, e2] = [lab.node('e1'), lab.node('e2')];
    topOfRack.addVlan(108, '10.108.0.1/24');
    topOfRack.addLivingRoute('10.8.0.0/16', ['10.108.0.2', '10.108.0.3']);
    await manager.patch(UPLINK, { transport_zone_path: VLAN_ZONE, vlan_ids: ['108'] });
    await manager.patch(TIER0, { ha_mode: 'ACTIVE_STANDBY' });
    const services = `${TIER0}/locale-services/default`;
    const preferred = { edge_cluster_path: EDGES, preferred_edge_paths: [`${EDGES}/edge-nodes/e1`, `${EDGES}/edge-nodes/e2`] };
    await manager.patch(services, preferred);
    for (const [edge, address] of [
      ['e1', '10.108.0.2'],
      ['e2', '10.108.0.3'],
    ] as const)
      await manager.patch(`${services}/interfaces/${edge}`, {
        type: 'EXTERNAL',
        edge_path: `${EDGES}/edge-nodes/${edge}`,
        segment_path: UPLINK,
        subnets: [{ ip_addresses: [address], prefix_len: 24 }],
      });
    await manager.patch(`${TIER0}/static-routes/default`, { network: '0.0.0.0/0', next_hops: [{ ip_address: '10.108.0.1' }] });
    await manager.patch(TIER1, { tier0_path: TIER0, route_advertisement_types: ['TIER1_CONNECTED', 'TIER1_LB_VIP'] });
    await manager.patch(`${TIER1}/locale-services/default`, preferred);
    serveDhcp(topOfRack.namespace, 'vlan108', ['10.8.1.100,10.8.1.120,255.255.255.0,10m']);
    await manager.patch(RELAY, { server_addresses: ['10.108.0.1'] });
    const subnets = [{ gateway_address: '10.8.1.1/24' }];
    await manager.patch(SEGMENT, { transport_zone_path: OVERLAY_ZONE, connectivity_path: TIER1, subnets, dhcp_config_path: RELAY });
    lab.addWorkload({ name: 'pair1', mac: '02:00:00:08:00:11', addresses: ['10.8.1.11/24'], gateway: '10.8.1.1' }, 'h1');
    lab.addWorkload({ name: 'pair2', mac: '02:00:00:08:00:12', addresses: ['10.8.1.12/24'], gateway: '10.8.1.1' }, 'h2');
    const late = new DhcpClient(lab.addWorkload({ name: 'pair3', mac: '02:00:00:08:00:13', addresses: [], silent: true }, 'h2'));
    serve(lab.workload('pair2').namespace, 'pair2');
    await manager.patch('/infra/lb-pools/pair', {
      snat_translation: { type: 'LBSnatAutoMap' },
      members: [{ display_name: 'pair2', ip_address: lab.workload('pair2').address, port: '8081' }],
    });
    await manager.patch('/infra/lb-services/pair', { connectivity_path: TIER1, size: 'SMALL' });
    await manager.patch('/infra/lb-app-profiles/pair', { resource_type: 'LBHttpProfile' });
    await manager.patch(SERVER, {
      ip_address: VIRTUAL,
      ports: ['80'],
      pool_path: '/infra/lb-pools/pair',
      lb_service_path: '/infra/lb-services/pair',
      application_profile_path: '/infra/lb-app-profiles/pair',
    });
    await expect.realized(
      TIER0,
      TIER1,
      SEGMENT,
      SERVER,
      await attach(lab, SEGMENT, 'pair1'),
      await attach(lab, SEGMENT, 'pair2'),
      await attach(lab, SEGMENT, 'pair3'),
    );

    const holds = (node: LabNode): boolean => node.nbctl('--bare', '--columns=name', 'find', 'Logical_Router', `name="${TIER1}#service"`).trim() !== '';
    const holders = (): string =>
      [e1, e2]
        .filter(holds)
        .map(({ name }) => name)
        .join();
    const page = (): boolean | string => {
      const text = topOfRack.namespace.output(5_000, 'curl', '-s', '-m', '3', `http://${VIRTUAL}/`).trim();
      return text === 'pair2' || text;
    };
    const outside = async (most: number, what: string, act: () => Promise<void>): Promise<void> => {
      let figures = '';
      await expect.now(`to the world outside less than ${most / 20} s are lost when ${what}`, async () => {
        const { lost, sent } = await lab.workload('pair1').lossWhile(TopOfRack.OUTSIDE, act);
        figures = `${lost} of ${sent} pings, one each 50 ms, were`;
        return (sent > 0 && lost < most) || figures;
      });
      process.stdout.write(`          ${figures}\n`);
    };
    await expect.soon('pair1 reaches the world outside', () => lab.workload('pair1').pings(TopOfRack.OUTSIDE) === 1);
    await expect.soon('the world outside gets a page', page);
    await expect.soon('pair3 gets an address of a server outside', () => late.asks());
    await expect.soon('edges are asked by all others whether they live, hosts by edges only', () => {
      const counts = (...nodes: readonly LabNode[]): number[] => nodes.map((node) => node.watchedTunnels);
      const [edges, hosts] = [counts(e1, e2), counts(lab.node('h1'), lab.node('h2'))];
      // Other hosts may be there for other gateways of these edges.
      return (edges.every((count) => count >= 3) && hosts.every((count) => count === 2)) || `${edges}; ${hosts}`;
    });
    // Both ends agree on how often to ask a moment after they have found each other.
    await pause(1_500);
    await expect.now('the first edge holds the service router', () => holders() === 'e1' || holders());

    await outside(80, 'the underlay of the active edge is cut', async () => {
      e1.switchUnderlay('down');
      await pause(3_000);
    });
    await expect.now('the other edge holds the service router', () => holds(e2));
    await expect.soon('the one that is cut off does not hold it any more', () => holders() === 'e2' || holders());
    await expect.soon('the world outside gets a page', page);
    await expect.soon('pair3 gets an address of a server outside', () => late.asks());
    await expect.soon('the manager is told that tunnels are down', async () => {
      return JSON.stringify(await manager.get('/heddle/api/v1/nodes')).includes('BFD: Control Detection Time Expired');
    });
    await outside(80, 'it is plugged in again', async () => {
      e1.switchUnderlay('up');
      await pause(8_000);
    });
    await expect.soon('the first edge holds the service router again', () => holders() === 'e1' || holders());

    await manager.kill();
    await outside(80, 'the active edge loses its power, and there is no manager', async () => {
      e1.powerOff();
      await pause(4_000);
    });
    await expect.now('the other edge holds the service router', () => holds(e2));
    await expect.soon('the world outside gets a page', page);
    await expect.soon('pair3 gets an address of a server outside', () => late.asks());
    await outside(80, 'the edge is there again', async () => {
      lab.boot(e1);
      await pause(8_000);
    });
    await expect.soon('the first edge holds the service router again', () => holders() === 'e1' || holders());
    await manager.start();
    await expect.realized(TIER0, TIER1, SERVER);
    await expect.soon('the world outside gets a page', page);
  },
};
