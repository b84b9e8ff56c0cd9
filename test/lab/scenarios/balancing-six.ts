import { answersTo } from '../workload.js';
import { balancing, SERVICE } from './balancing.js';
import { FIRST, ipv6, SECOND } from './ipv6.js';
import { serve } from './layer-seven.js';
import { TIER0, TIER1 } from './routing.js';
import type { Scenario } from './scenario.js';
import { attach } from './segments.js';

const POOL = '/infra/lb-pools/six';
const PAGES = '/infra/lb-pools/six-pages';
const MONITOR = '/infra/lb-monitor-profiles/six';
const [SERVER, INSIDE, SITE] = ['/infra/lb-virtual-servers/six', '/infra/lb-virtual-servers/six-inside', '/infra/lb-virtual-servers/six-pages'];
const EAST_WEST = '/infra/lb-services/six-inside';
const EVERYONE = '/infra/domains/default/groups/six';
const [VIRTUAL, VIRTUAL_INSIDE, VIRTUAL_PAGES] = ['fd00:9::100', 'fd00:9::200', 'fd00:9::110'];

/** Balancers of IPv6: on the edge for the world outside, on every host, and on layer 7; with monitors. */
export const balancingSix: Scenario = {
  title: 'IPv6 load balancers',
  name: 'balancing6',
  after: [ipv6, balancing],
  async run(lab, expect) {
    const { manager, topOfRack } = lab;
    topOfRack.namespace.run('ip', 'address', 'replace', 'fd00:100::1/64', 'dev', 'vlan100', 'nodad');
    for (const network of ['fd00:1::/32', 'fd00:9::/32']) topOfRack.addRoute(network, 'fd00:100::2');
    await manager.change(`${TIER0}/locale-services/default/interfaces/e1`, {
      subnets: [
        { ip_addresses: ['10.100.0.2'], prefix_len: 24 },
        { ip_addresses: ['fd00:100::2'], prefix_len: 64 },
      ],
    });
    await manager.patch(`${TIER0}/static-routes/default-six`, { network: '::/0', next_hops: [{ ip_address: 'fd00:100::1' }] });
    lab.addWorkload({ name: 'six3', mac: '02:00:00:06:00:13', addresses: ['fd00:1:2::13/64'], gateway: 'fd00:1:2::1' }, 'h2');
    lab.addWorkload({ name: 'six4', mac: '02:00:00:06:00:14', addresses: ['fd00:1:2::14/64'], gateway: 'fd00:1:2::1' }, 'h1');
    await expect.realized(TIER0, await attach(lab, SECOND, 'six3'), await attach(lab, SECOND, 'six4'));
    await expect.soon('six1 reaches the world outside', () => lab.workload('six1').pings('fd00:100::1') === 1);

    for (const name of ['six1', 'six3']) {
      lab.workload(name).listen(8080);
      serve(lab.workload(name).namespace, name);
    }
    const member = (name: string, port: string) => ({ display_name: name, ip_address: lab.workload(name).address, port });
    const members = (port: string) => ['six1', 'six3'].map((name) => member(name, port));
    await manager.patch(MONITOR, { resource_type: 'LBTcpMonitorProfile', interval: 1, timeout: 1, fall_count: 2, rise_count: 2 });
    const pool = { algorithm: 'ROUND_ROBIN', snat_translation: { type: 'LBSnatAutoMap' }, active_monitor_paths: [MONITOR] };
    await manager.patch(POOL, { ...pool, members: members('8080') });
    await manager.patch(PAGES, { ...pool, members: members('8081') });
    await manager.patch(EVERYONE, { expression: [{ resource_type: 'PathExpression', paths: [FIRST, SECOND] }] });
    await manager.patch(EAST_WEST, { connectivity_path: EVERYONE, size: 'DLB' });
    await manager.patch('/infra/lb-app-profiles/http-six', { resource_type: 'LBHttpProfile', x_forwarded_for: 'INSERT' });
    const server = (address: string, service: string, to: string, profile: string) => ({
      ip_address: address,
      ports: ['80'],
      pool_path: to,
      lb_service_path: service,
      application_profile_path: `/infra/lb-app-profiles/${profile}`,
    });
    await manager.patch(SERVER, server(VIRTUAL, SERVICE, POOL, 'tcp'));
    await manager.patch(INSIDE, server(VIRTUAL_INSIDE, EAST_WEST, POOL, 'tcp'));
    await manager.patch(SITE, server(VIRTUAL_PAGES, SERVICE, PAGES, 'http-six'));
    await expect.realized(TIER1, SERVER, INSIDE, SITE);

    const names = (from: string | undefined, address: string): string => {
      const namespace = from === undefined ? topOfRack.namespace : lab.workload(from).namespace;
      return [...new Set(answersTo(namespace, address, 80, 6))].sort().join();
    };
    const answered = (from: string | undefined, address: string, wanted: string) => () => names(from, address) === wanted || names(from, address);
    const pages = (): string => {
      const get = () => topOfRack.namespace.output(5_000, 'curl', '-g', '-s', '-m', '3', `http://[${VIRTUAL_PAGES}]/`).trim();
      return [...new Set(Array.from({ length: 6 }, get))].sort().join();
    };
    await expect.soon('the world outside is answered by both members', answered(undefined, VIRTUAL, 'six1,six3'));
    for (const from of ['six4', 'six2'])
      await expect.soon(`${from} is answered by both members of a balancer on its own host`, answered(from, VIRTUAL_INSIDE, 'six1,six3'));
    await expect.soon('the world outside gets pages of both members', () => pages() === 'six1,six3' || pages());
    lab.workload('six3').silence();
    await expect.soon('once six3 is dead the world outside is answered by six1', answered(undefined, VIRTUAL, 'six1'));
    await expect.soon('and so is six4 on the other host', answered('six4', VIRTUAL_INSIDE, 'six1'));
  },
};
