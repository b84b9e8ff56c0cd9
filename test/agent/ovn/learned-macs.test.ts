import { expect, it } from 'vitest';
import { ForwardingView } from '../../../src/agent/forwarding-view.js';
import { knownAddresses } from '../../../src/agent/known-addresses.js';
import { learnedOf } from '../../../src/agent/ovn/learned-macs.js';
import type { OvsdbOperation } from '../../../src/agent/ovn/ovsdb-client.js';
import { port, sw } from '../resources.js';
import { mac, topology } from '../simulated/topology.js';
import { MemoryDatabase } from './present-rows.js';

it('reads what OVN has learned of a switch and of its gateways, and of no other', async () => {
  const rows = new MemoryDatabase();
  rows.insert('MAC_Binding', { logical_port: 't1-web', mac: mac(77).toUpperCase(), ip: '10.0.1.77' });
  rows.insert('MAC_Binding', { logical_port: 't1-db', mac: mac(78), ip: '10.0.2.78' });
  const asked: OvsdbOperation[] = [];
  const southbound = {
    rows: (table: string) => rows.rows(table),
    transact: async (operations: readonly OvsdbOperation[]) => {
      asked.push(...operations);
      return [{ rows: [{ mac: mac(99), port_key: 3 }] }];
    },
  };
  const view = new ForwardingView(topology());
  const web = [...view.routerPortsOfSwitch].find(([, ports]) => ports.some(({ key }) => key === 't1-web'))?.[0] ?? '';
  const learned = await learnedOf(view, southbound, web);
  expect(learned).toEqual({ macs: [{ mac: mac(99), tunnelKey: 3 }], resolutions: [{ ip: '10.0.1.77', mac: mac(77).toUpperCase() }] });
  expect(asked[0]?.where).toEqual([['dp_key', '==', view.switches.get(web)?.tunnelKey]]);
});

it('tells what ports were told to have from what was seen at them, on the node where they are', () => {
  const view = new ForwardingView([
    sw('s', 1, 7),
    port('here', 's', 1, { node: 'h1', mac: '02:00:00:00:00:AA', ips: ['10.0.0.1'], tunnelKey: 1 }),
    port('unstated', 's', 1, { node: 'h1', tunnelKey: 2 }),
    port('there', 's', 1, { node: 'h2', mac: '02:00:00:00:00:bb', ips: ['10.0.0.2'], tunnelKey: 3 }),
  ]);
  const learned = {
    macs: [
      { tunnelKey: 1, mac: '02:00:00:00:00:aa' },
      { tunnelKey: 2, mac: '02:00:00:00:00:CC' },
      { tunnelKey: 3, mac: '02:00:00:00:00:dd' },
    ],
    resolutions: [
      { ip: '10.0.0.9', mac: '02:00:00:00:00:CC' },
      { ip: '10.0.0.1', mac: '02:00:00:00:00:ee' },
    ],
  };
  expect(knownAddresses(view, 'h1', 's', learned)).toEqual({
    macs: [
      { port: 'here', mac: '02:00:00:00:00:aa', learned: false },
      { port: 'unstated', mac: '02:00:00:00:00:cc', learned: true },
    ],
    resolutions: [
      { ip: '10.0.0.9', mac: '02:00:00:00:00:cc' },
      { ip: '10.0.0.1', mac: '02:00:00:00:00:aa' },
    ],
  });
  expect(knownAddresses(view, 'h1', 'nowhere', learned)).toBeUndefined();
});
