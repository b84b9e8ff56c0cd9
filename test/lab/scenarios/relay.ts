import { DhcpClient, serveDhcp } from '../dhcp.js';
import { OVERLAY_ZONE } from '../lab.js';
import type { LabNode } from '../lab-node.js';
import { pause } from '../pause.js';
import type { Workload } from '../workload.js';
import { routing, TIER0, TIER1 } from './routing.js';
import type { Scenario } from './scenario.js';
import { attach, seenWhile } from './segments.js';

const GUESTS = '/infra/segments/guests';
const RELAY = '/infra/dhcp-relay-configs/outside';
/** An address that nothing in the world outside has, nor a network of the router there. */
const NOBODY = '192.0.2.200';
const POLICY = '/infra/domains/default/security-policies/guests';
const GROUP = '/infra/domains/default/groups/guests';
const [GATEWAY, GATEWAY_SIX] = ['10.1.7.1', 'fd00:7:1::1'];
/** Addresses of the server outside. */
const [SERVER, SERVER_SIX] = ['10.100.0.1', 'fd00:100::1'];

/** Ports, access lists and policies that a node has for relays. */
function rowsOf(node: LabNode): number {
  return ['Logical_Switch_Port', 'ACL', 'Logical_Router_Policy']
    .map((table) => node.nbctl('--bare', '--columns=external_ids', 'list', table))
    .join('\n')
    .split('\n')
    .filter((line) => line.includes('#relay')).length;
}

/** DHCP of a server outside, for a segment whose gateway is on every host. */
export const relay: Scenario = {
  title: 'DHCP relay',
  name: 'relay',
  after: [routing],
  async run(lab, expect) {
    const { manager, topOfRack } = lab;
    const edge = lab.node('e1');
    topOfRack.namespace.run('ip', 'address', 'replace', `${SERVER_SIX}/64`, 'dev', 'vlan100', 'nodad');
    topOfRack.addRoute('fd00:7::/32', 'fd00:100::2');
    await manager.change(`${TIER0}/locale-services/default/interfaces/e1`, {
      subnets: [
        { ip_addresses: ['10.100.0.2'], prefix_len: 24 },
        { ip_addresses: ['fd00:100::2'], prefix_len: 64 },
      ],
    });
    await manager.patch(`${TIER0}/static-routes/default-six`, { network: '::/0', next_hops: [{ ip_address: SERVER_SIX }] });
    const server = serveDhcp(
      topOfRack.namespace,
      'vlan100',
      ['10.1.7.100,10.1.7.120,255.255.255.0,10m', 'fd00:7:1::100,fd00:7:1::120,64,10m'],
      `dhcp-option=3,${GATEWAY}`,
    );
    const sites = edge.sites.length;
    await manager.patch(RELAY, { server_addresses: [SERVER, SERVER_SIX] });
    await manager.patch(GUESTS, {
      transport_zone_path: OVERLAY_ZONE,
      connectivity_path: TIER1,
      dhcp_config_path: RELAY,
      subnets: [{ gateway_address: `${GATEWAY}/24` }, { gateway_address: `${GATEWAY_SIX}/64` }],
    });
    const guest = (number: number, host: string): Workload =>
      lab.addWorkload({ name: `guest${number}`, mac: `02:00:00:07:00:1${number}`, addresses: [], silent: true }, host);
    const [first, second] = [guest(1, 'h1'), guest(2, 'h2')];
    await expect.realized(GUESTS, RELAY, await attach(lab, GUESTS, 'guest1'), await attach(lab, GUESTS, 'guest2'));
    const [one, two] = [new DhcpClient(first), new DhcpClient(second)];
    const has = (client: DhcpClient, how: string) => () => new RegExp(`^${how} 10\\.1\\.7\\.1[012]\\d ${GATEWAY}$`).test(client.told) || client.told;
    await expect.soon('guest2 on h2 gets an address of the server outside', () => two.asks());
    one.start();
    await expect.soon('and so does guest1 on h1', has(one, 'bound'));
    await expect.now('which are two', () => one.address !== two.address || one.address);
    await expect.soon('guest1 reaches guest2', () => first.pings(two.address) === 1);
    await expect.soon('guest1 reaches the world outside', () => first.pings(SERVER) === 1);
    await expect.soon('guest1 renews its address', async () => {
      const direct = `src host ${one.address} and dst host ${SERVER} and udp dst port 67`;
      return seenWhile(topOfRack.namespace, 'vlan100', direct, async () => one.renew());
    });
    await expect.soon('and is told so by the server itself', has(one, 'renew'));
    await expect.soon('a server of IPv6 offers guest2 an address', () => second.solicit().startsWith('fd00:7:1:0:0:0:0:1') || second.solicit());
    await expect.now('the gateway answers guest1', () => first.pings(GATEWAY, 3) === 3);
    await expect.now('and the world outside', () => topOfRack.pings(GATEWAY));
    await expect.now('guest1 knows the gateway by its own MAC address only', () => {
      const neighbour = first.namespace.run('ip', 'neighbour', 'show', GATEWAY);
      return neighbour.includes('lladdr 02:50:00:') || neighbour;
    });
    await expect.now('the relay never says that the gateway were there, however it is asked', async () => {
      const claims = 'ether[6:2] = 0x0250 and ether[8] = 0x30 and (arp or (ip6[6] = 58 and ip6[40] = 136 and ip6[48:2] != 0xfe80))';
      second.namespace.run('ip', 'route', 'add', 'fd00:7:1::/64', 'dev', 'eth0');
      return !(await seenWhile(second.namespace, 'eth0', claims, async () => {
        second.namespace.run('ip', 'neighbour', 'flush', 'dev', 'eth0');
        two.asks();
        second.solicit();
        for (const address of [GATEWAY, GATEWAY_SIX]) second.pings(address, 2);
        // Linux makes sure after a while that a neighbour is still there.
        await pause(7_000);
      }));
    });

    await manager.patch(GROUP, { expression: [{ resource_type: 'PathExpression', paths: [GUESTS] }] });
    await manager.patch(POLICY, {
      category: 'Application',
      scope: [GROUP],
      rules: [{ id: 'nothing', resource_type: 'Rule', source_groups: ['ANY'], destination_groups: ['ANY'], services: ['ANY'], action: 'DROP' }],
    });
    await expect.realized(POLICY, `${POLICY}/rules/nothing`);
    await expect.now('guest2 gets an address although rules let nothing through', () => two.asks());
    await expect.now('and reaches nobody', () => second.pings(one.address, 2) === 0);
    await manager.delete(POLICY);

    await edge.killAgent();
    await expect.now('guest2 gets an address while the agent of the edge is gone', () => two.asks());
    edge.startAgent(manager.url, lab.bridges);
    await expect.soon('the new agent is connected and in sync', async () => (await manager.nodesInSync()).includes('e1'));
    await manager.patch(RELAY, { server_addresses: [NOBODY] });
    await expect.realized(GUESTS, RELAY);
    await expect.soon('a new agent finds the relay again, and changes it', () => !two.asks());
    await manager.patch(RELAY, { server_addresses: [SERVER] });
    await expect.realized(GUESTS);
    await expect.soon('and back', () => two.asks());

    await manager.change(GUESTS, { dhcp_config_path: undefined });
    await expect.realized(GUESTS);
    await expect.soon('without a relay nothing is left of it', () => {
      const left = [edge, lab.node('h1')].flatMap((node) => [node.ownInterfaces('relay'), rowsOf(node)]);
      return [...left, edge.sites.length - sites].every((count) => count === 0) || `${left}; ${edge.sites.length} namespaces`;
    });
    await expect.now('and nobody answers', () => !two.asks());
    one.stop();
    process.kill(server);
  },
};
