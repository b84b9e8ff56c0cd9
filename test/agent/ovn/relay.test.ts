import { describe, expect, it } from 'vitest';
import { legCable } from '../../../src/agent/ovn/relay-legs.js';
import { differenceOf } from '../../../src/agent/ovn/row-difference.js';
import { ZONE_TABLES, zoneOf } from '../../../src/agent/ovn/zone.js';
import { type DhcpRelay, FirewallRule_Action, type NodeResource, ResourceKind } from '../../../src/realization/resources.pb.js';
import { policy, rule, topology } from '../simulated/topology.js';
import { MemoryDatabase } from './present-rows.js';

const NOON = new Date('2025-01-01T12:00:00Z');
const MAC = '02:50:30:00:00:65';
const LINK_LOCAL = 'fe80::50:30ff:fe00:65';

function relay(key: string, fields: Partial<DhcpRelay> = {}): NodeResource {
  const subnets = [
    { gateway: '10.0.1.1', servers: ['192.0.2.7', '192.0.2.8'] },
    { gateway: '2001:db8:1::1', servers: ['2001:db8::7'] },
  ];
  const value = { router: 't1-sr', logicalSwitch: 'web', switchTunnelKey: 3, mac: MAC, subnets, ...fields };
  return { kind: ResourceKind.DHCP_RELAY, key, version: '1', body: { $case: 'dhcpRelay', value } };
}

const zone = (node: string, resources: readonly NodeResource[], ...dead: readonly string[]) =>
  zoneOf([...topology(), ...resources], node, NOON, undefined, undefined, new Set(dead));

function bring(rows: MemoryDatabase, node: string, resources: readonly NodeResource[], ...dead: readonly string[]): MemoryDatabase {
  rows.transact(differenceOf({ tables: ZONE_TABLES, wanted: zone(node, resources, ...dead).rows, present: rows, keeps: () => false }));
  return rows;
}
const database = (node: string, resources: readonly NodeResource[], ...dead: readonly string[]) => bring(new MemoryDatabase(), node, resources, ...dead);

describe('a relay', () => {
  it('has a port on the segment where the service router is, which other nodes send broadcasts to', () => {
    const port = database('h1', [relay('r')]).named('Logical_Switch_Port', 'r');
    expect(port).toMatchObject({
      type: '',
      addresses: [`${MAC} ${LINK_LOCAL}`],
      options: new Map([
        ['requested-tnl-key', '3'],
        ['requested-chassis', 'e1'],
      ]),
    });
    expect(zone('h1', [relay('r')]).remotePorts.get('r')).toBe('e1');
    expect(zone('h1', [relay('r')], 'e1').remotePorts.get('r')).toBe('e2');
    expect(database('e1', [relay('r')]).named('Logical_Switch_Port', 'r').options).toEqual(new Map([['requested-tnl-key', '3']]));
  });

  it('is behind the service router, on the edge that holds it and on no other', () => {
    expect(zone('e1', [relay('r')]).sites).toMatchObject([{ router: 't1-sr', addresses: [], legs: [{ key: 'r', mac: MAC }] }]);
    expect([zone('h1', [relay('r')]).sites, zone('e2', [relay('r')]).sites]).toEqual([[], []]);
    expect(zone('e2', [relay('r')], 'e1').sites).toMatchObject([{ legs: [{ key: 'r' }] }]);
  });

  it('is brought what servers answer to the gateway, and nothing else that is for the gateway', () => {
    const policies = database('e1', [relay('r')]).all('Logical_Router_Policy');
    expect(policies.map(({ match, action, nexthops }) => [match, action, nexthops])).toEqual([
      ['ip4.dst == 10.0.1.1 && udp.dst == 67', 'reroute', ['169.254.77.2']],
      ['ip6.dst == 2001:db8:1::1 && udp.dst == 547', 'reroute', ['fd4d:6865:6464:6c65::2']],
    ]);
    expect(database('h1', [relay('r')]).all('Logical_Router_Policy')).toEqual([]);
  });

  it('says nothing on the segment but answers: the gateway, whose addresses it has, is elsewhere', () => {
    const rows = database('e1', [relay('r')]);
    expect(rows.all('ACL').map(({ match, action, priority }) => [match, action, priority])).toEqual([
      ['inport == "r" && (nd || (udp.src == 67 && udp.dst == 68) || (udp.src == 547 && udp.dst == 546))', 'allow-stateless', 32767],
      ['inport == "r"', 'drop', 32766],
    ]);
    // Not the gateway of IPv6, for which it could otherwise answer.
    expect(rows.named('Logical_Switch_Port', 'r').port_security).toEqual([`${MAC} ${LINK_LOCAL} 10.0.1.1`]);
    const [leg] = zone('e1', [relay('r')]).sites[0]?.legs ?? [];
    expect(leg && legCable(leg)).toMatchObject({ addresses: ['10.0.1.1/32', '2001:db8:1::1/128'], gateways: [] });
  });

  it('is let through by the distributed firewall, on every host', () => {
    const rules = policy('p', {}, rule('r1', FirewallRule_Action.DROP));
    const passes = database('h1', [relay('r'), rules])
      .all('ACL')
      .filter(({ priority, action }) => priority === 32767 && action === 'allow-stateless');
    expect(passes.map(({ direction, match }) => `${direction} ${match}`)).toEqual([
      'from-lport ip4.dst == 255.255.255.255 && udp.src == 68 && udp.dst == 67',
      'to-lport ip4.src == 10.0.1.1 && udp.src == 67 && udp.dst == 68',
      'from-lport ip6.dst == ff02::1:2 && udp.src == 546 && udp.dst == 547',
      `to-lport ip6.src == ${LINK_LOCAL} && udp.src == 547 && udp.dst == 546`,
    ]);
  });

  it('leaves no row behind', () => {
    const rules = policy('p', {}, rule('r1', FirewallRule_Action.DROP));
    for (const node of ['h1', 'e1']) {
      const [without, after] = [database(node, [rules]), bring(database(node, [relay('r'), rules]), node, [rules])];
      for (const table of ZONE_TABLES) expect(after.all(table).length, table).toBe(without.all(table).length);
    }
  });

  it('names a server whose answers do not reach it, because the distributed router takes them for its own', () => {
    const inside = relay('r', { subnets: [{ gateway: '10.0.1.1', servers: ['10.0.2.21', '192.0.2.7'] }] });
    expect(zone('e1', [inside]).limits).toEqual(['r: 10.0.2.21 is behind t1, which takes its answers for its own: put it behind another gateway']);
    expect(zone('h1', [inside]).limits).toEqual([]);
  });
});
