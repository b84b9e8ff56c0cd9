import { OVERLAY_ZONE, VLAN_ZONE } from '../lab.js';
import { ENFORCEMENT_POINT } from '../lab-manager.js';
import { TopOfRack } from '../top-of-rack.js';
import type { Scenario } from './scenario.js';
import { addressTable, attach, seenWhile, segments, WEB } from './segments.js';

export const TIER1 = '/infra/tier-1s/apps';
export const TIER0 = '/infra/tier-0s/north';
export const DB = '/infra/segments/db';
export const UPLINK = '/infra/segments/uplink';
export const EDGES = `${ENFORCEMENT_POINT}/edge-clusters/edges`;

/** A tier-1 on every host, a tier-0 on an edge, and the world outside. */
export const routing: Scenario = {
  title: 'Gateways',
  name: 'routing',
  after: [segments],
  async run(lab, expect) {
    const { manager } = lab;
    await manager.patch(TIER1, { route_advertisement_types: ['TIER1_CONNECTED', 'TIER1_NAT'] });
    await manager.patch(WEB, { transport_zone_path: OVERLAY_ZONE, connectivity_path: TIER1, subnets: [{ gateway_address: '10.1.1.1/24' }] });
    await manager.patch(DB, { transport_zone_path: OVERLAY_ZONE, connectivity_path: TIER1, subnets: [{ gateway_address: '10.1.2.1/24' }] });
    lab.addWorkload({ name: 'db1', mac: '02:00:00:04:00:11', addresses: ['10.1.2.11/24'], gateway: '10.1.2.1' }, 'h1');
    lab.addWorkload({ name: 'db2', mac: '02:00:00:04:00:12', addresses: ['10.1.2.12/24'], gateway: '10.1.2.1' }, 'h2');
    await expect.realized(TIER1, WEB, DB, await attach(lab, DB, 'db1'), await attach(lab, DB, 'db2'));
    await expect.soon('web1 reaches its gateway', () => lab.workload('web1').pings('10.1.1.1') === 1);
    await expect.reaches('web1', 'db1');
    await expect.reaches('web1', 'db2');
    await expect.reaches('db2', 'web1');
    await expect.cannotReach('lone1', 'db1');
    lab.addWorkload({ name: 'db3', mac: '02:00:00:04:00:13', addresses: ['10.1.2.13/24'], gateway: '10.1.2.1', silent: true }, 'h2');
    await expect.realized(await attach(lab, DB, 'db3'));
    await expect.soon('db3, whose address nobody stated, reaches its gateway', () => lab.workload('db3').pings('10.1.2.1') === 1);
    await expect.reaches('web1', 'db3');
    await expect.soon('the manager shows that the gateway has learned where db3 is, beside what it was told of db1', async () => {
      const table = await addressTable(lab, `${DB}/arp-table`, 'ip', 'mac_address');
      return ['10.1.2.11 02:00:00:04:00:11', '10.1.2.13 02:00:00:04:00:13'].every((entry) => table.includes(entry)) || table.join();
    });
    const broadcasts = (count: number): Promise<boolean> =>
      seenWhile(
        lab.fabric,
        'h1-u',
        'src host 198.18.0.11 and dst host 198.18.0.12 and geneve and icmp and dst host 10.1.2.255',
        async () => void lab.workload('db1').namespace.status(3_000, 'ping', '-n', '-b', '-c', '1', '-W', '1', '10.1.2.255'),
        count,
      );
    await expect.now('a broadcast of db1 crosses to h2', () => broadcasts(1));
    await expect.now('once, although db2 and db3 are there', async () => !(await broadcasts(2)));

    const tor = lab.topOfRack;
    tor.addVlan(100, '10.100.0.1/24');
    tor.addRoute('10.1.0.0/16', '10.100.0.2');
    tor.addRoute('203.0.113.0/24', '10.100.0.2');
    await manager.patch(UPLINK, { transport_zone_path: VLAN_ZONE, vlan_ids: ['100'] });
    await manager.patch(TIER0, { ha_mode: 'ACTIVE_STANDBY' });
    await manager.patch(`${TIER0}/locale-services/default`, { edge_cluster_path: EDGES });
    await manager.patch(`${TIER0}/locale-services/default/interfaces/e1`, {
      type: 'EXTERNAL',
      edge_path: `${EDGES}/edge-nodes/e1`,
      segment_path: UPLINK,
      subnets: [{ ip_addresses: ['10.100.0.2'], prefix_len: 24 }],
    });
    await manager.patch(`${TIER0}/static-routes/default`, { network: '0.0.0.0/0', next_hops: [{ ip_address: '10.100.0.1' }] });
    await manager.patch(TIER1, { tier0_path: TIER0, route_advertisement_types: ['TIER1_CONNECTED', 'TIER1_NAT'] });
    await expect.realized(TIER0, `${TIER0}/locale-services/default/interfaces/e1`, TIER1);
    await expect.soon('the router outside reaches the uplink', () => tor.pings('10.100.0.2'));
    await expect.soon('web1 on h1 reaches the world outside', () => lab.workload('web1').pings(TopOfRack.OUTSIDE) === 1);
    await expect.soon('db2 on h2 reaches the world outside', () => lab.workload('db2').pings(TopOfRack.OUTSIDE) === 1);
    await expect.soon('the world outside reaches web2', () => tor.pings('10.1.1.12'));

    await manager.patch(`${TIER0}/nat/USER/nat-rules/out`, { action: 'SNAT', source_network: '10.1.2.0/24', translated_network: '203.0.113.1' });
    await manager.patch(`${TIER0}/nat/USER/nat-rules/in`, { action: 'DNAT', destination_network: '203.0.113.80', translated_network: '10.1.1.11' });
    await expect.realized(`${TIER0}/nat/USER/nat-rules/out`, `${TIER0}/nat/USER/nat-rules/in`);
    await expect.soon('db1 is seen outside under its translated address', () => {
      return seenWhile(tor.namespace, 'vlan100', 'icmp and src host 203.0.113.1', async () => void lab.workload('db1').pings(TopOfRack.OUTSIDE, 2));
    });
    await expect.soon('web1 is seen outside under its own', () => {
      return seenWhile(tor.namespace, 'vlan100', 'icmp and src host 10.1.1.11', async () => void lab.workload('web1').pings(TopOfRack.OUTSIDE, 2));
    });
    await expect.soon('the world outside reaches web1 under its translated address', () => tor.pings('203.0.113.80'));

    const refused = `${TIER0}/nat/USER/nat-rules/http`;
    await manager.patch(refused, { action: 'SNAT', source_network: '10.1.9.0/24', translated_network: '203.0.113.9', service: '/infra/services/HTTP' });
    await manager.patch(`${TIER0}/nat/USER/nat-rules/more`, { action: 'DNAT', destination_network: '203.0.113.82', translated_network: '10.1.1.12' });
    await expect.soon('a rule that OVN cannot do is an error, with its reason', async () => {
      const alarms = await manager.alarms(refused);
      return alarms.some((reason) => reason.includes('OVN translates the sources of everything')) || alarms.join();
    });
    await expect.soon('and the rule after it is in force', () => tor.pings('203.0.113.82'));
    await manager.delete(refused);
  },
};
