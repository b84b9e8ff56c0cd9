import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Expectations } from '../expectations.js';
import { type Lab, OVERLAY_ZONE } from '../lab.js';
import { DIRECTORY } from '../namespace.js';
import type { Workload } from '../workload.js';
import { routing, TIER1 } from './routing.js';
import type { Scenario } from './scenario.js';
import { attach } from './segments.js';

const OFFICE = '/infra/segments/office';
const DESKS = '/infra/segments/desks';
const SERVER = '/infra/dhcp-server-configs/office';
const GROUP = '/infra/domains/default/groups/desks';
const POLICY = '/infra/domains/default/security-policies/desks';

const SCRIPT = join(DIRECTORY, 'lease.sh');
/** What a client does with what it is told. */
const SCRIPT_TEXT = `#!/bin/sh
case "$1" in bound|renew) ;; *) exit 0 ;; esac
ip address replace "$ip/$mask" dev "$interface"
ip route replace default via "$router"
echo "$1 $ip $router $dns $domain" > ${DIRECTORY}/lease-$WORKLOAD
`;

/** Workloads that ask for their address. */
export const dhcp: Scenario = {
  title: 'DHCP',
  name: 'dhcp',
  after: [routing],
  async run(lab, expect) {
    writeFileSync(SCRIPT, SCRIPT_TEXT, { mode: 0o755 });
    await lab.manager.patch(SERVER, { server_addresses: ['10.1.5.2/24'], lease_time: 3600 });
    await stated(lab, expect);
    await fromRanges(lab, expect);
  },
};

async function stated(lab: Lab, expect: Expectations): Promise<void> {
  const { manager } = lab;
  await manager.patch(OFFICE, {
    transport_zone_path: OVERLAY_ZONE,
    connectivity_path: TIER1,
    dhcp_config_path: SERVER,
    domain_name: 'office.example',
    subnets: [
      {
        gateway_address: '10.1.5.1/24',
        dhcp_config: { resource_type: 'SegmentDhcpV4Config', server_address: '10.1.5.2/24', dns_servers: ['10.1.5.3'], lease_time: 3600 },
      },
    ],
  });
  const desk = lab.addWorkload({ name: 'desk1', mac: '02:00:00:05:00:11', addresses: [] }, 'h2');
  const port = `${OFFICE}/ports/desk1`;
  await manager.patch(port, { attachment: { id: desk.attachment }, address_bindings: [{ mac_address: desk.plan.mac, ip_address: '10.1.5.11' }] });
  await expect.realized(OFFICE, port);
  await expect.soon('desk1 gets its address by DHCP', () => asks(desk));
  await expect.now('with router, name server and domain', () => leaseOf(desk) === 'bound 10.1.5.11 10.1.5.1 10.1.5.3 office.example' || leaseOf(desk));
  await expect.reaches('desk1', 'web1');
}

/** Of the six addresses of the range four are somebody's already: the gateway's, the server's, a stated and a bound one. */
async function fromRanges(lab: Lab, expect: Expectations): Promise<void> {
  const { manager } = lab;
  await manager.patch(DESKS, {
    transport_zone_path: OVERLAY_ZONE,
    connectivity_path: TIER1,
    dhcp_config_path: SERVER,
    subnets: [
      {
        gateway_address: '10.1.6.1/24',
        dhcp_ranges: ['10.1.6.1-10.1.6.6'],
        dhcp_config: { resource_type: 'SegmentDhcpV4Config', server_address: '10.1.6.2/24', lease_time: 120 },
      },
    ],
  });
  await manager.patch(`${DESKS}/ports/printer`, { attachment: { id: 'printer' }, address_bindings: [{ ip_address: '10.1.6.3' }] });
  const [first, second, bound, late] = ['desk2', 'desk3', 'desk4', 'desk5'].map((name, at) =>
    lab.addWorkload({ name, mac: `02:00:00:05:00:2${at + 2}`, addresses: [] }, at % 2 === 0 ? 'h1' : 'h2'),
  ) as [Workload, Workload, Workload, Workload];
  await manager.patch(`${DESKS}/dhcp-static-binding-configs/desk4`, {
    resource_type: 'DhcpV4StaticBindingConfig',
    mac_address: bound.plan.mac,
    ip_address: '10.1.6.4',
  });
  await manager.patch(`${DESKS}/ports/desk4`, { attachment: { id: bound.attachment }, address_bindings: [{ mac_address: bound.plan.mac }] });
  await expect.realized(DESKS, `${DESKS}/ports/desk4`, await attach(lab, DESKS, 'desk2'), await attach(lab, DESKS, 'desk3'));
  const clients = [first, second].map((desk) => client(desk));
  await expect.soon('desk2 on h1 gets the lowest free address of the range', () => addressOf(first) === '10.1.6.5' || leaseOf(first));
  await expect.soon('desk3 on h2 gets the next one', () => addressOf(second) === '10.1.6.6' || leaseOf(second));
  await expect.soon('desk4 gets the one that is bound to its MAC address', () => asks(bound) && addressOf(bound) === '10.1.6.4');
  await expect.soon('desk2 reaches desk3 with them', () => first.pings('10.1.6.6') === 1);
  await expect.reaches('desk3', 'web1');
  await expect.soon('web1 reaches desk3', () => lab.workload('web1').pings('10.1.6.6') === 1);

  const renewed = (what: string) =>
    expect.soon(what, () => {
      rmSync(leaseFile(first), { force: true });
      clients[0]?.kill('SIGUSR1');
      first.namespace.status(4_000, 'sleep', '3');
      return leaseOf(first) === 'renew 10.1.6.5 10.1.6.1' || leaseOf(first);
    });
  await renewed('desk2 renews it');
  const h1 = lab.node('h1');
  await h1.killAgent();
  h1.startAgent(manager.url, lab.bridges);
  await renewed('and keeps it when the agent of its host was started anew');

  await manager.patch(GROUP, { expression: [{ resource_type: 'PathExpression', paths: [DESKS] }] });
  await expect.soon('a group of the segment has the addresses of all of them', async () => {
    const { results } = await manager.get(`/policy/api/v1${GROUP}/members/ip-addresses`);
    return ['10.1.6.3', '10.1.6.4', '10.1.6.5', '10.1.6.6'].every((address) => (results as string[]).includes(address)) || JSON.stringify(results);
  });
  const drop = { id: 'drop', resource_type: 'Rule', source_groups: [GROUP], destination_groups: ['10.1.1.11'], services: ['ANY'], action: 'DROP' };
  await manager.patch(POLICY, { category: 'Application', rules: [drop] });
  await expect.realized(POLICY, `${POLICY}/rules/drop`);
  await expect.cannotReach('desk3', 'web1');
  await manager.delete(POLICY);
  await expect.reaches('desk3', 'web1');

  const waiting = await attach(lab, DESKS, 'desk5');
  await expect.soon('the port of desk5, for which none is left, says what to do', async () => {
    const alarms = await manager.alarms(waiting);
    return alarms.some((reason) => reason.includes('Add to dhcp_ranges')) || alarms.join();
  });
  await expect.now('desk5 gets no address', () => !asks(late));
  clients[0]?.kill();
  first.unplug();
  await manager.delete(`${DESKS}/ports/desk2`);
  await expect.soon('and the one of desk2 when that is gone', () => asks(late) && addressOf(late) === '10.1.6.5');
  await expect.reaches('desk5', 'web1');
  clients[1]?.kill();
}

/** Runs a client until it has an address, or gives up. */
function asks(workload: Workload): boolean {
  const [command = '', ...args] = commandOf(workload, '-n', '-q', '-t', '3', '-T', '1');
  return workload.namespace.status(10_000, command, ...args) === 0;
}

/** Runs a client that keeps its address; SIGUSR1 has it renew that. */
function client(workload: Workload): ChildProcess {
  const [command = '', ...args] = commandOf(workload, '-f', '-t', '3', '-T', '1', '-A', '1');
  return workload.namespace.spawn(command, args, { stdio: 'ignore' });
}

function commandOf({ plan }: Workload, ...options: readonly string[]): string[] {
  return ['env', `WORKLOAD=${plan.name}`, 'busybox', 'udhcpc', '-i', 'eth0', '-s', SCRIPT, ...options];
}

function leaseFile({ plan }: Workload): string {
  return join(DIRECTORY, `lease-${plan.name}`);
}

/** What the client of a workload was told last: how, address, router, name server and domain. */
function leaseOf(workload: Workload): string {
  return existsSync(leaseFile(workload)) ? readFileSync(leaseFile(workload), 'utf8').replace('\n', '').trimEnd() : 'nothing';
}

function addressOf(workload: Workload): string | undefined {
  return leaseOf(workload).split(' ')[1];
}
