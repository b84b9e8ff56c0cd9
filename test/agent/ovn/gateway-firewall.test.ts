import { describe, expect, it } from 'vitest';
import { layCables, takeUpCables } from '../../../src/agent/ovn/cables.js';
import type { OvsdbOperation } from '../../../src/agent/ovn/ovsdb-client.js';
import { differenceOf } from '../../../src/agent/ovn/row-difference.js';
import { ZONE_TABLES, zoneOf } from '../../../src/agent/ovn/zone.js';
import {
  FirewallRule_Action,
  FirewallRule_Direction,
  FirewallRuleSet_Place,
  type NodeResource,
  RouterPort_Role,
} from '../../../src/realization/resources.pb.js';
import { sw } from '../resources.js';
import { mac, policy, route, routerPort, rule, topology } from '../simulated/topology.js';
import { MemoryDatabase } from './present-rows.js';

const NOON = new Date('2025-01-01T12:00:00Z');
const gateway = { place: FirewallRuleSet_Place.GATEWAY, appliedTo: ['t1-sr'], category: 10 };
const zone = (node: string, ...resources: readonly NodeResource[]) => zoneOf([...topology(), ...resources], node, NOON);

function database(node: string, ...resources: readonly NodeResource[]): MemoryDatabase {
  const rows = new MemoryDatabase();
  rows.transact(differenceOf({ tables: ZONE_TABLES, wanted: zone(node, ...resources).rows, present: rows, keeps: () => false }));
  return rows;
}

describe('the firewall of a gateway', () => {
  const closed = policy('closed', gateway, rule('none', FirewallRule_Action.DROP, { direction: FirewallRule_Direction.IN }));

  it('stands between the service router and its link, on the edge that holds it', () => {
    const rows = database('e1', closed);
    expect(rows.named('Logical_Switch_Port', 'sr-link#switch')).toMatchObject({ type: '', addresses: [`${mac(3)} 169.254.0.2`] });
    expect(rows.named('Logical_Switch_Port', 'sr-link#firewall-router')).toMatchObject({ type: 'router', options: new Map([['router-port', 'sr-link']]) });
    expect(rows.named('Logical_Switch_Port', 'sr-link#door')).toMatchObject({ type: '', addresses: [`${mac(2)} 169.254.0.1`] });
    expect(zone('e1', closed).cables).toMatchObject([{ ends: ['sr-link#switch', 'sr-link#door'] }]);
    expect(rows.all('ACL').map(({ direction, action, match }) => `${direction} ${action} ${String(match).replace(/@\w+/, '@g')}`)).toEqual([
      'to-lport drop outport == @g && ip',
    ]);
    for (const elsewhere of ['e2', 'h1']) expect(zone(elsewhere, closed).cables).toEqual([]);
  });

  it('costs nothing where rules only allow', () => {
    const open = zone('e1', policy('open', gateway, rule('all', FirewallRule_Action.ALLOW)));
    expect(open).toMatchObject({ cables: [], problems: [] });
    expect(open.rows.filter(({ table }) => table === 'ACL')).toEqual([]);
  });

  it('is for all interfaces of a gateway, or refused', () => {
    const chosen = (...routerPorts: string[]) => policy('chosen', gateway, rule('none', FirewallRule_Action.DROP, { routerPorts }));
    const second = routerPort('uplink2', { router: 't1-sr', mac: mac(5), networks: ['198.51.100.2/24'], role: RouterPort_Role.UPLINK, node: 'e1' });
    expect(zone('e1', second, chosen('uplink', 'uplink2'))).toMatchObject({ problems: [], cables: [{}] });
    expect(zone('e1', second, chosen('uplink')).problems).toMatchObject([{ resource: { key: 'chosen' } }]);
    expect(zone('e1', second, chosen('of-another-router')).rows.filter(({ table }) => table === 'ACL')).toEqual([]);
  });

  it('lets pass what stays inside, and nothing from outside that says it were from there', () => {
    const other = [
      sw('other', 1, 104),
      routerPort('to-other', {
        router: 't1-sr',
        mac: mac(6),
        networks: ['100.64.0.2/28'],
        logicalSwitch: 'other',
        role: RouterPort_Role.ROUTER_LINK,
        node: 'e1',
      }),
      routerPort('other-end', { router: 'elsewhere', mac: mac(7), networks: ['100.64.0.1/28'], logicalSwitch: 'other', role: RouterPort_Role.ROUTER_LINK }),
      route('other', 't1-sr', '10.5.0.0/16', '100.64.0.1'),
    ];
    const rows = database('e1', closed, ...other);
    expect(rows.all('ACL').map(({ direction, action, priority }) => `${priority === 32_767 ? 'first' : 'then'} ${direction} ${action}`)).toEqual([
      'first from-lport allow-related',
      'first to-lport allow-related',
      'then to-lport drop',
    ]);
    const inside = 'ip4.src == {10.0.0.0/16, 10.5.0.0/16, 100.64.0.2/28, 169.254.0.2/30}';
    expect(rows.all('ACL')[1]?.match).toContain(inside);
    expect(rows.all('Logical_Router_Policy')).toMatchObject([{ action: 'drop', match: `inport == "uplink" && (${inside})` }]);
  });
});

describe('cables', () => {
  const cable = { name: 'hcone', ends: ['a', 'b'] } as const;
  const named = (operations: readonly OvsdbOperation[]) => operations.flatMap(({ op, table, row }) => (table === 'Interface' ? [[op, row]] : []));

  it('are laid once, and laid anew when someone joins them to something else', () => {
    const rows = new MemoryDatabase();
    rows.insert('Bridge', { name: 'br-int' });
    expect(named(layCables(rows, [cable]))).toMatchObject([
      ['insert', { name: 'hcone-0', type: 'patch', options: ['map', [['peer', 'hcone-1']]] }],
      ['insert', { name: 'hcone-1', type: 'patch', options: ['map', [['peer', 'hcone-0']]] }],
    ]);
    rows.insert('Interface', { name: 'hcone-0', options: new Map([['peer', 'hcone-1']]), external_ids: new Map([['iface-id', 'a']]) });
    rows.insert('Interface', { name: 'hcone-1', options: new Map([['peer', 'hcone-0']]), external_ids: new Map([['iface-id', 'elsewhere']]) });
    expect(named(layCables(rows, [cable]))).toMatchObject([['update', { type: 'patch' }]]);
  });

  it('are taken up when no longer wanted, and nothing else is', () => {
    const rows = new MemoryDatabase();
    const own = rows.insert('Port', { name: 'hcold-0' });
    rows.insert('Port', { name: 'vm1' });
    rows.insert('Interface', { name: 'hcold-0', external_ids: new Map([['heddle-own', 'cable']]) });
    rows.insert('Interface', { name: 'vm1', external_ids: new Map([['iface-id', 'x']]) });
    expect(takeUpCables(rows, [])).toMatchObject([{ table: 'Bridge', mutations: [['ports', 'delete', ['set', [['uuid', own]]]]] }]);
    expect(takeUpCables(rows, [{ name: 'hcold', ends: ['a', 'b'] }])).toEqual([]);
  });
});
