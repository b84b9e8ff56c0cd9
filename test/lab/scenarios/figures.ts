import type { Expectations } from '../expectations.js';
import type { Lab } from '../lab.js';
import { ENFORCEMENT_POINT } from '../lab-manager.js';
import { firewall } from './firewall.js';
import type { Scenario } from './scenario.js';
import { WEB } from './segments.js';

const DOMAIN = '/infra/domains/default';
const POLICY = `${DOMAIN}/security-policies/counted`;
const API = '/policy/api/v1';

/** How many packets are sent in a connection. */
const SENT = 7;

/** What nodes count and see, read where clients of NSX-T read it: hits of rules, traffic of ports, nodes and their tunnels. */
export const figures: Scenario = {
  title: 'Figures',
  name: 'figures',
  after: [firewall],
  async run(lab, expect) {
    const { manager } = lab;
    const rule = { resource_type: 'Rule', source_groups: [`${DOMAIN}/groups/senders`] };
    await manager.patch(`${DOMAIN}/groups/senders`, { expression: [{ resource_type: 'PathExpression', paths: [`${WEB}/ports/web1`] }] });
    await manager.patch(POLICY, {
      category: 'Application',
      sequence_number: 1,
      rules: [
        {
          ...rule,
          id: 'pings',
          sequence_number: 1,
          action: 'ALLOW',
          service_entries: [{ resource_type: 'ICMPTypeServiceEntry', id: 'echo', protocol: 'ICMPv4', icmp_type: 8 }],
        },
        {
          ...rule,
          id: 'kept-out',
          sequence_number: 2,
          action: 'DROP',
          service_entries: [{ resource_type: 'L4PortSetServiceEntry', id: 'port', l4_protocol: 'UDP', destination_ports: ['4999'] }],
        },
      ],
    });
    await expect.realized(POLICY);
    const web1 = lab.workload('web1');
    const sent = await traffic(lab, `${WEB}/ports/web1`);
    web1.namespace.run('ping', '-n', '-q', '-c', String(SENT), '-i', '0.2', lab.workload('web2').address);
    // Once where they leave web1, on one host, and once where they enter web2, on another.
    await hits(lab, expect, 'pings', { packet_count: 2 * SENT, hit_count: 2, session_count: 2 });
    for (let count = 0; count < 2; count += 1) web1.connect(lab.workload('web2').address, 4999, 'udp');
    await hits(lab, expect, 'kept-out', { packet_count: 2, hit_count: 2 });
    await expect.soon('the port of web1 has counted what it sent', async () => {
      const grown = (await traffic(lab, `${WEB}/ports/web1`)) - sent;
      return grown >= SENT + 2 || `${grown} packets`;
    });
    await expect.now('the segment has counted at least as much', async () => (await traffic(lab, WEB)) >= (await traffic(lab, `${WEB}/ports/web1`)));
    await expect.now('the port of web1 is up', async () => (await manager.get(`${API}${WEB}/ports/web1/status`)).status === 'UP');

    const host = `${API}${ENFORCEMENT_POINT}/host-transport-nodes/h1`;
    await expect.soon('h1 is up, and so are its tunnels', async () => {
      const { status, tunnel_status: tunnels } = await manager.get(`${host}/status`);
      return (status === 'UP' && (tunnels as { readonly status?: string })?.status === 'UP') || `${status} ${JSON.stringify(tunnels)}`;
    });
    await expect.now('a tunnel leads from h1 to h2', async () => {
      const { tunnels } = await manager.get(`${host}/tunnels`);
      const other = (tunnels as readonly Record<string, unknown>[]).find(({ remote_ip: address }) => address === lab.node('h2').place.address);
      return other?.status === 'UP' || JSON.stringify(tunnels);
    });
    await manager.delete(POLICY);
    await manager.delete(`${DOMAIN}/groups/senders`);
  },
};

async function hits(lab: Lab, expect: Expectations, rule: string, expected: Readonly<Record<string, number>>): Promise<void> {
  const words = Object.entries(expected).map(([name, value]) => `${value} ${name}`);
  await expect.soon(`the rule ${rule} has ${words.join(', ')}`, async () => {
    const statistics = await lab.manager.ruleStatistics(`${POLICY}/rules/${rule}`);
    return Object.entries(expected).every(([name, value]) => statistics[name] === value) || JSON.stringify(statistics);
  });
}

/** Packets that workloads of a port or of a segment have sent. */
async function traffic(lab: Lab, path: string): Promise<number> {
  const { tx_packets: packets } = await lab.manager.get(`${API}${path}/statistics`);
  return (packets as { readonly total?: number } | undefined)?.total ?? 0;
}
