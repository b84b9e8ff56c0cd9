import { TopOfRack } from '../top-of-rack.js';
import { answersTo, attempt } from '../workload.js';
import { routing, TIER0 } from './routing.js';
import type { Scenario } from './scenario.js';
import { seenWhile } from './segments.js';

const rule = (id: string): string => `${TIER0}/nat/USER/nat-rules/${id}`;

/** Translation of single services and of both directions, and what is left out of it. */
export const nat: Scenario = {
  title: 'NAT',
  name: 'nat',
  after: [routing],
  async run(lab, expect) {
    const { manager, topOfRack } = lab;
    const outside = topOfRack.namespace;
    const isSeenAs = (from: string, address: string) => () =>
      seenWhile(outside, 'vlan100', `icmp and src host ${address}`, async () => void lab.workload(from).pings(TopOfRack.OUTSIDE, 2));

    for (const name of ['web1', 'web2']) lab.workload(name).listen(80, 8080, 9001);
    await manager.patch('/infra/services/pages', {
      service_entries: [{ resource_type: 'L4PortSetServiceEntry', id: 'tcp', l4_protocol: 'TCP', destination_ports: ['80', '8000-8001'] }],
    });
    await manager.patch('/infra/services/datagrams', {
      service_entries: [{ resource_type: 'L4PortSetServiceEntry', id: 'udp', l4_protocol: 'UDP', destination_ports: ['9000'] }],
    });
    const into = { action: 'DNAT', destination_network: '203.0.113.81', translated_network: '10.1.1.11' };
    await manager.patch(rule('pages'), { ...into, service: '/infra/services/pages', translated_ports: '8080', sequence_number: 10 });
    await manager.patch(rule('datagrams'), { ...into, service: '/infra/services/datagrams', translated_ports: '9001', sequence_number: 20 });
    await manager.patch(rule('rest'), { ...into, translated_network: '10.1.1.12', sequence_number: 30 });
    await expect.realized(rule('pages'), rule('datagrams'), rule('rest'));
    const answers = (port: number, protocol: 'tcp' | 'udp', name: string) => () => answersTo(outside, '203.0.113.81', port, 1, protocol)[0] === name;
    await expect.soon('port 80 of a translated address leads to port 8080 of web1', answers(80, 'tcp', 'web1'));
    await expect.now('so do the others of its service', answers(8001, 'tcp', 'web1'));
    await expect.now('datagrams to port 9000 lead to port 9001', answers(9000, 'udp', 'web1'));
    await expect.now('every other port leads to web2, by a later rule', answers(9001, 'tcp', 'web2'));
    await manager.delete(rule('rest'));
    await expect.soon('and without it nowhere', () => attempt(outside, '203.0.113.81', 9001) === 'silent');
    await expect.now('while port 80 still leads to web1', answers(80, 'tcp', 'web1'));

    await manager.patch(rule('keep'), { action: 'NO_SNAT', source_network: '10.1.2.12', destination_network: '192.0.2.0/24' });
    await manager.patch(rule('out'), { action: 'SNAT', source_network: '10.1.2.0/24', translated_network: '203.0.113.1', sequence_number: 10 });
    await expect.realized(rule('keep'), rule('out'));
    await expect.soon('db2 is seen outside under its own address, because a rule exempts it', isSeenAs('db2', '10.1.2.12'));
    await expect.now('db1 under its translated one', isSeenAs('db1', '203.0.113.1'));

    await manager.patch(rule('both'), { action: 'REFLEXIVE', source_network: '10.1.1.13', translated_network: '203.0.113.13' });
    await expect.realized(rule('both'));
    await expect.soon('the world outside reaches web3 under its reflexive address', () => topOfRack.pings('203.0.113.13'));
    await expect.now('and web3 is seen under it', isSeenAs('web3', '203.0.113.13'));

    await manager.patch(rule('not-in'), { action: 'NO_DNAT', source_network: '10.100.0.1', destination_network: '203.0.113.82', sequence_number: 0 });
    await manager.patch(rule('more'), { action: 'DNAT', destination_network: '203.0.113.82', translated_network: '10.1.1.12', sequence_number: 10 });
    await expect.realized(rule('not-in'), rule('more'));
    await expect.soon('an address is not translated for whom a rule exempts', () => !topOfRack.pings('203.0.113.82'));
    await expect.now('and is for others', () => outside.status(3_000, 'ping', '-n', '-c', '1', '-W', '1', '-I', TopOfRack.OUTSIDE, '203.0.113.82') === 0);
    for (const id of ['keep', 'both', 'not-in', 'pages', 'datagrams']) await manager.delete(rule(id));
  },
};
