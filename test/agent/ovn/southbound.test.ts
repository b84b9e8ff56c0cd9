import { describe, expect, it } from 'vitest';
import { asSet } from '../../../src/agent/ovn/ovsdb-values.js';
import { bindings, newPeers } from '../../../src/agent/ovn/southbound.js';
import { MemoryDatabase } from './present-rows.js';

const zone = { peers: new Map([['h2', '192.0.2.2']]), remotePorts: new Map([['vif-2', 'h2']]) };

/** A database as this node's ovn-controller and northd have made it. */
function southbound(): MemoryDatabase {
  const rows = new MemoryDatabase();
  const encap = rows.insert('Encap', { type: 'geneve', ip: '192.0.2.1' });
  rows.insert('Chassis', { name: 'h1', encaps: encap, other_config: new Map([['ct-no-masked-label', 'true']]), external_ids: new Map() });
  rows.insert('Port_Binding', { logical_port: 'vif-2', type: '', chassis: [] });
  rows.insert('Port_Binding', { logical_port: 'vif-1', type: '', chassis: [] });
  return rows;
}

describe('what lies beyond a zone', () => {
  it('becomes a chassis that can do what this node can, before ports are bound to it', () => {
    const rows = southbound();
    expect(bindings(rows, zone)).toEqual([]);
    rows.transact(newPeers(rows, zone, 'h1'));
    expect(rows.named('Chassis', 'h2').other_config).toEqual(new Map([['ct-no-masked-label', 'true']]));
    expect(rows.rows('Encap').get(String(asSet(rows.named('Chassis', 'h2').encaps)[0]))).toMatchObject({ ip: '192.0.2.2', chassis_name: 'h2' });
    rows.transact(bindings(rows, zone));
    const [chassis] = [...rows.rows('Chassis')].find(([, { name }]) => name === 'h2') ?? [];
    expect(rows.all('Port_Binding').map((row) => asSet(row.chassis))).toEqual([[chassis], []]);
    expect([...newPeers(rows, zone, 'h1'), ...bindings(rows, zone)]).toEqual([]);
  });

  it('moves with the address of a node, and goes with the node', () => {
    const rows = southbound();
    rows.transact(newPeers(rows, zone, 'h1'));
    const moved = { ...zone, peers: new Map([['h2', '192.0.2.22']]) };
    rows.transact(newPeers(rows, moved, 'h1'));
    rows.transact(bindings(rows, moved));
    expect(rows.all('Chassis').map(({ name }) => name)).toEqual(['h1', 'h2']);
    rows.transact(bindings(rows, { peers: new Map(), remotePorts: new Map() }));
    expect(rows.all('Chassis').map(({ name }) => name)).toEqual(['h1']);
  });

  it('waits for this node, of which it takes what all can', () => {
    expect(newPeers(new MemoryDatabase(), zone, 'h1')).toEqual([]);
  });
});
