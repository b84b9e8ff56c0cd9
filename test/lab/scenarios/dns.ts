import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../lab.js';
import { DIRECTORY } from '../namespace.js';
import { TopOfRack } from '../top-of-rack.js';
import { routing, TIER0 } from './routing.js';
import type { Scenario } from './scenario.js';

const FORWARDER = `${TIER0}/dns-forwarder`;
const [EVERYTHING, CORPORATE] = ['/infra/dns-forwarder-zones/everything', '/infra/dns-forwarder-zones/corporate'];
const LISTENER = '203.0.113.53';
/** A second name server outside. */
const OTHER = '192.0.2.54';

/** How many questions the forwarder has answered from what it remembers. */
async function answeredHere({ manager }: Lab): Promise<number> {
  const { statistics_per_enforcement_point: all } = await manager.get(`/policy/api/v1${FORWARDER}/statistics`);
  return (all as readonly { readonly queries_answered_locally?: number }[])[0]?.queries_answered_locally ?? -1;
}

/** Name servers of gateways: workloads ask one, it asks the servers of each zone, and remembers what they say. */
export const dns: Scenario = {
  title: 'Names',
  name: 'dns',
  after: [routing],
  async run(lab, expect) {
    const { manager, topOfRack } = lab;
    const outside = topOfRack.namespace;
    outside.run('ip', 'address', 'add', `${OTHER}/32`, 'dev', 'lo');
    const start = (address: string, ...records: readonly string[]): number => {
      const files = join(DIRECTORY, `names-${address}`);
      const lines = ['no-resolv', 'no-hosts', 'bind-interfaces', `listen-address=${address}`, 'local-ttl=300', ...records.map((one) => `host-record=${one}`)];
      writeFileSync(`${files}.conf`, `${lines.join('\n')}\n`);
      outside.run('dnsmasq', '-C', `${files}.conf`, `--pid-file=${files}.pid`);
      return Number(outside.run('cat', `${files}.pid`));
    };
    const server = start(TopOfRack.OUTSIDE, 'www.example.test,192.0.2.80', 'later.example.test,192.0.2.81', 'db.corp.test,192.0.2.82');
    start(OTHER, 'db.corp.test,192.0.2.83');
    await manager.patch(EVERYTHING, { upstream_servers: [TopOfRack.OUTSIDE] });
    await manager.patch(CORPORATE, { upstream_servers: [OTHER], dns_domain_names: ['corp.test'] });
    await manager.patch(FORWARDER, {
      listener_ip: LISTENER,
      default_forwarder_zone_path: EVERYTHING,
      conditional_forwarder_zone_paths: [CORPORATE],
      cache_size: 1024,
    });
    await expect.realized(FORWARDER);
    const resolves = (from: string, name: string): string => {
      const answer = lab.workload(from).namespace.output(6_000, 'busybox', 'nslookup', '-type=a', name, LISTENER);
      return /Name:.*\nAddress: (\S+)/.exec(answer)?.[1] ?? 'nothing';
    };
    const answered = (from: string, name: string, address: string) => () => resolves(from, name) === address || resolves(from, name);
    await expect.soon('db2 on h2 learns an address from the server for everything', answered('db2', 'www.example.test', '192.0.2.80'));
    await expect.soon('web1 on h1 learns an address of a domain from the server for it', answered('web1', 'db.corp.test', '192.0.2.83'));
    await expect.now('the manager says that it runs, and what it has counted', async () => {
      const [status] = (await manager.get(`/policy/api/v1${FORWARDER}/status`)).status_per_enforcement_point as readonly Record<string, unknown>[];
      const [told] = (await manager.get(`/policy/api/v1${FORWARDER}/statistics`)).statistics_per_enforcement_point as readonly Record<string, unknown>[];
      const [forwarded, total] = [Number(told?.queries_forwarded), Number(told?.total_queries)];
      return (status?.status === 'UP' && forwarded >= 2 && total >= forwarded) || `${status?.status} ${JSON.stringify(told)}`;
    });
    const before = await answeredHere(lab);
    process.kill(server, 'SIGKILL');
    await expect.now('what was asked before is remembered while the server is gone', answered('web1', 'www.example.test', '192.0.2.80'));
    await expect.now('and counted as answered without it', async () => (await answeredHere(lab)) > before);
    await expect.now('and nothing else is known', () => resolves('web1', 'later.example.test') === 'nothing');
    await lab.node('e1').killAgent();
    await expect.now('it goes on while the agent of the edge is gone', answered('db2', 'www.example.test', '192.0.2.80'));
    lab.node('e1').startAgent(manager.url, lab.bridges);
    await manager.patch(CORPORATE, { upstream_servers: [OTHER], dns_domain_names: ['corp.test', 'example.test'] });
    await expect.realized(FORWARDER);
    await expect.soon('a new agent finds it again, and changes it', () => resolves('db2', 'www.example.test') === 'nothing');
    await expect.now('while it still answers', answered('db2', 'db.corp.test', '192.0.2.83'));
    await manager.delete(FORWARDER);
    await expect.soon('without the forwarder nobody answers', () => resolves('db2', 'db.corp.test') === 'nothing');
  },
};
