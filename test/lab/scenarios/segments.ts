import type { Expectations } from '../expectations.js';
import type { Lab } from '../lab.js';
import { OVERLAY_ZONE, VLAN_ZONE } from '../lab.js';
import { ENFORCEMENT_POINT } from '../lab-manager.js';
import { pause } from '../pause.js';
import { fabric } from './fabric.js';
import type { Scenario } from './scenario.js';

export const WEB = '/infra/segments/web';
const ISOLATED = '/infra/segments/isolated';
const STORAGE = '/infra/segments/storage';

/** A port for a workload that is plugged in somewhere. */
export async function attach(lab: Lab, segment: string, workload: string): Promise<string> {
  const path = `${segment}/ports/${workload}`;
  await lab.manager.patch(path, { attachment: { id: lab.workload(workload).attachment } });
  return path;
}

/** Segments over tunnels and over VLANs, ports that move, and segments that nothing else is connected to. */
export const segments: Scenario = {
  title: 'Segments',
  name: 'segments',
  after: [fabric],
  async run(lab, expect) {
    const { manager } = lab;
    await manager.patch(WEB, { transport_zone_path: OVERLAY_ZONE, subnets: [{ gateway_address: '10.1.1.1/24' }] });
    await manager.patch(ISOLATED, { transport_zone_path: OVERLAY_ZONE });
    await manager.patch(STORAGE, { transport_zone_path: VLAN_ZONE, vlan_ids: ['204'] });
    lab.addWorkload({ name: 'web1', mac: '02:00:00:01:00:11', addresses: ['10.1.1.11/24'], gateway: '10.1.1.1' }, 'h1');
    lab.addWorkload({ name: 'web2', mac: '02:00:00:01:00:12', addresses: ['10.1.1.12/24'], gateway: '10.1.1.1' }, 'h2');
    lab.addWorkload({ name: 'web3', mac: '02:00:00:01:00:13', addresses: ['10.1.1.13/24'], gateway: '10.1.1.1' }, 'h1');
    // The same addresses as the segment before it: isolated means that this does not matter.
    lab.addWorkload({ name: 'lone1', mac: '02:00:00:02:00:11', addresses: ['10.1.1.111/24'] }, 'h1');
    lab.addWorkload({ name: 'lone2', mac: '02:00:00:02:00:12', addresses: ['10.1.1.112/24'] }, 'h2');
    lab.addWorkload({ name: 'disk1', mac: '02:00:00:03:00:11', addresses: ['10.1.4.11/24'] }, 'h1');
    lab.addWorkload({ name: 'disk2', mac: '02:00:00:03:00:12', addresses: ['10.1.4.12/24'] }, 'h2');
    const ports = [];
    for (const [segment, workload] of [
      [WEB, 'web1'],
      [WEB, 'web2'],
      [WEB, 'web3'],
      [ISOLATED, 'lone1'],
      [ISOLATED, 'lone2'],
      [STORAGE, 'disk1'],
      [STORAGE, 'disk2'],
    ] as const)
      ports.push(await attach(lab, segment, workload));
    await expect.realized(WEB, ISOLATED, STORAGE, ...ports);

    await expect.reaches('web1', 'web3');
    await expect.reaches('web1', 'web2');
    await expect.reaches('web2', 'web3');
    await expect.reaches('lone1', 'lone2');
    await expect.cannotReach('web1', 'lone1');
    await expect.cannotReach('lone2', 'web2');
    await expect.reaches('disk1', 'disk2');
    await expect.now('a broadcast on h1 is heard on h2', () => broadcastIsHeard(lab, 'web1', 'web2'));
    await expect.now('a broadcast is not heard on another segment', async () => !(await broadcastIsHeard(lab, 'web1', 'lone2')));
    await thirdHost(lab, expect);
    await expect.now('the segment has its tunnel key on the wire', () => tunnelKeyIsOnTheWire(lab));
    await expect.now('the VLAN segment is tagged 204 on the physical network', () => tagIsOnTheWire(lab));

    lab.workload('web2').plugInto(lab.node('h1'));
    await expect.reaches('web1', 'web2');
    lab.workload('web2').plugInto(lab.node('h2'));
    await expect.realized(`${WEB}/ports/web2`);
    await expect.reaches('web1', 'web2');
  },
};

/** A segment over three hosts. */
async function thirdHost(lab: Lab, expect: Expectations): Promise<void> {
  const path = `${ENFORCEMENT_POINT}/host-transport-nodes/h3`;
  await lab.manager.patch(path, {});
  await lab.addNode('h3', 5, path);
  lab.addWorkload({ name: 'web4', mac: '02:00:00:01:00:14', addresses: ['10.1.1.14/24'], gateway: '10.1.1.1' }, 'h3');
  lab.addWorkload({ name: 'odd1', mac: '02:00:00:01:00:15', addresses: ['10.1.1.15/24'], unstated: true }, 'h3');
  await expect.realized(await attach(lab, WEB, 'web4'), await attach(lab, WEB, 'odd1'));
  await expect.reaches('web1', 'web4');
  await expect.reaches('web4', 'web2');
  await expect.now('a broadcast on h1 is heard on h2 and on h3', async () => {
    const heard = await Promise.all(['web2', 'web4'].map((to) => broadcastIsHeard(lab, 'web1', to)));
    return heard.every(Boolean) || heard.join();
  });
  const nobody = '02:00:00:01:00:99';
  const { namespace } = lab.workload('web1');
  namespace.run('ip', 'neighbour', 'replace', '10.1.1.99', 'lladdr', nobody, 'dev', 'eth0');
  const isHeard = (on: string): Promise<boolean> =>
    seenWhile(
      lab.workload(on).namespace,
      'eth0',
      `ether dst ${nobody}`,
      async () => void namespace.status(2_000, 'ping', '-n', '-c', '2', '-i', '0.3', '-W', '1', '10.1.1.99'),
    );
  await expect.now('what is for a MAC address that nobody stated goes to the port on h3 whose address nobody stated, and to no other', async () => {
    const [odd, web4] = await Promise.all([isHeard('odd1'), isHeard('web4')]);
    return (odd && !web4) || `${odd}, ${web4}`;
  });
  await expect.soon('the manager lists the MAC addresses of the segment, each with the tunnel to its host', async () => {
    const table = await addressTable(lab, `${WEB}/mac-table`, 'mac_address', 'vtep_ip');
    const hosts = { web1: 'h1', web2: 'h2', web4: 'h3' } as const;
    return Object.entries(hosts).every(([name, host]) => table.includes(`${lab.workload(name).plan.mac} ${lab.node(host).place.address}`)) || table.join();
  });
  lab.workload('odd1').pings('10.1.1.11');
  await expect.soon('and of the port whose address nobody stated the one that was seen', async () => {
    const table = await addressTable(lab, `${WEB}/ports/odd1/mac-table`, 'mac_address', 'mac_type');
    return table.includes(`${lab.workload('odd1').plan.mac} LEARNED`) || table.join();
  });
}

/** Two fields of each entry of a table that the manager shows. */
export async function addressTable(lab: Lab, path: string, ...fields: readonly [string, string]): Promise<string[]> {
  const { results } = await lab.manager.get(`/policy/api/v1${path}`);
  return (results as readonly Readonly<Record<string, string>>[]).map((entry) => fields.map((field) => entry[field]).join(' '));
}

/** A broadcast ping makes every listener of the segment see a packet to the address of all. */
async function broadcastIsHeard(lab: Lab, from: string, to: string): Promise<boolean> {
  return seenWhile(lab.workload(to).namespace, 'eth0', 'icmp and ether broadcast', async () => {
    lab.workload(from).namespace.status(3_000, 'ping', '-n', '-b', '-c', '3', '-i', '0.3', '-W', '1', '10.1.1.255');
  });
}

async function tunnelKeyIsOnTheWire(lab: Lab): Promise<boolean | string> {
  const keys = lab.node('h1').nbctl('--bare', '--columns=other_config', 'find', 'Logical_Switch', `name="${WEB}"`);
  const key = Number(/requested-tnl-key=(\d+)/.exec(keys)?.[1]);
  if (!(key > 0)) return `h1 was told of no key: ${keys}`;
  // The 24 bits of the key are the fifth to seventh byte behind the UDP header.
  return seenWhile(lab.fabric, 'h1-u', `udp port 6081 and udp[12:4] & 0xffffff00 = ${key * 256}`, async () => void lab.workload('web1').pings('10.1.1.12', 2));
}

async function tagIsOnTheWire(lab: Lab): Promise<boolean> {
  return seenWhile(lab.fabric, 'h1-p', 'vlan 204 and icmp', async () => void lab.workload('disk1').pings('10.1.4.12', 2));
}

/** Whether packets that a filter of tcpdump describes come by while something is done, as many or more. */
export async function seenWhile(namespace: Lab['fabric'], device: string, filter: string, act: () => Promise<void>, count = 1): Promise<boolean> {
  const capture = namespace.spawn('tcpdump', ['-n', '-p', '-c', String(count), '-i', device, filter], { stdio: 'ignore' });
  const ended = new Promise<boolean>((resolve) => capture.once('exit', (status) => resolve(status === 0)));
  await pause(700);
  await act();
  const timer = setTimeout(() => capture.kill('SIGKILL'), 1_500);
  const seen = await ended;
  clearTimeout(timer);
  return seen;
}
