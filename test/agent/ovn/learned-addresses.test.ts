import { expect, it } from 'vitest';
import { learnedAddresses } from '../../../src/agent/ovn/learned-addresses.js';
import { zoneOf } from '../../../src/agent/ovn/zone.js';
import { mac, topology } from '../simulated/topology.js';
import { MemoryDatabase } from './present-rows.js';

it('what a router has learned of a workload is an address of its interface, on the node where it is', () => {
  const rows = new MemoryDatabase();
  for (const [port, address, ip] of [
    ['t1-web', mac(11), '10.0.1.77'],
    ['t1-web', mac(11), 'fe80::1'],
    // On another node; not a workload of the segment; not a workload at all.
    ['t1-web', mac(12), '10.0.1.78'],
    ['t1-db', mac(11), '10.0.2.79'],
    ['uplink', mac(99), '192.0.2.1'],
  ] as const)
    rows.insert('MAC_Binding', { logical_port: port, mac: address.toUpperCase(), ip });
  expect(learnedAddresses(rows, zoneOf(topology(), 'h1', new Date()).neighbours)).toEqual(new Map([['vif-web1', ['10.0.1.77']]]));
});
