import { describe, expect, it } from 'vitest';
import { asSet } from '../../../src/agent/ovn/ovsdb-values.js';
import { differenceOf, type PresentRows } from '../../../src/agent/ovn/row-difference.js';
import { ZONE_TABLES, type Zone, zoneOf } from '../../../src/agent/ovn/zone.js';
import {
  DhcpOptions,
  type DhcpOptions_DhcpBinding,
  FirewallRule_Action,
  FirewallRule_Direction,
  NatRule_Action,
  type NodeResource,
  ResourceKind,
} from '../../../src/realization/resources.pb.js';
import { port, sw } from '../resources.js';
import { addresses, balancer, group, mac, nat, policy, route, rule, topology } from '../simulated/topology.js';
import { MemoryDatabase } from './present-rows.js';

const NOON = new Date('2025-01-01T12:00:00Z');

function database(node: string, ...resources: readonly NodeResource[]): MemoryDatabase {
  const rows = new MemoryDatabase();
  bring(rows, zoneOf(resources, node, NOON));
  return rows;
}

function bring(rows: MemoryDatabase, zone: Zone, keeps: (owner: string) => boolean = () => false): number {
  const operations = differenceOf({ tables: ZONE_TABLES, wanted: zone.rows, present: rows as PresentRows, keeps });
  rows.transact(operations);
  return operations.length;
}

const problems = (node: string, ...resources: readonly NodeResource[]) =>
  zoneOf(resources, node, NOON).problems.map(({ resource, reason }) => `${resource.key}: ${reason}`);
const accessLists = (rows: MemoryDatabase) =>
  rows
    .all('ACL')
    .map((row) => ({ direction: row.direction, priority: Number(row.priority), match: String(row.match), action: row.action }))
    .sort((a, b) => b.priority - a.priority);

describe('DHCP', () => {
  const NONE = { dnsServers: [], ntpServers: [], routes: [], others: [] };
  const binding = (mac: string): DhcpOptions_DhcpBinding => ({
    mac,
    hostName: 'desk',
    router: '',
    leaseSeconds: 60,
    domainNames: [],
    preferredSeconds: 0,
    ...NONE,
  });
  const options = (bindings: DhcpOptions_DhcpBinding[]): DhcpOptions => ({
    subnet: '10.0.1.0/24',
    serverAddress: '',
    serverMac: mac(1),
    router: '10.0.1.1',
    leaseSeconds: 600,
    domainName: '',
    mtu: 0,
    domainSearch: [],
    preferredSeconds: 0,
    bindings,
    ...NONE,
  });
  const told = (...bindings: DhcpOptions_DhcpBinding[]): NodeResource[] => {
    const one = port('p', 'desks', 11, { node: 'h1', mac: mac(11), ips: ['10.0.1.101', '10.0.1.20'], dhcpV4: 'd' });
    return [sw('desks', 1, 104), { kind: ResourceKind.DHCP_OPTIONS, key: 'd', version: '1', body: { $case: 'dhcpOptions', value: options(bindings) } }, one];
  };
  const leaseTime = (rows: MemoryDatabase): string | undefined => {
    const [uuid] = asSet(rows.named('Logical_Switch_Port', 'vif-p').dhcpv4_options);
    return (rows.rows('DHCP_Options').get(String(uuid))?.options as ReadonlyMap<string, string> | undefined)?.get('lease_time');
  };

  it('offers a port the first of its addresses, which need not be the lowest', () => {
    const rows = database('h1', ...told());
    expect(rows.named('Logical_Switch_Port', 'vif-p').addresses).toEqual([`${mac(11)} 10.0.1.101 10.0.1.20`]);
    expect(leaseTime(rows)).toBe('600');
    expect(zoneOf(told(), 'h1', NOON).limits).toEqual([]);
  });

  it('answers as the binding of a MAC address says, and others as the subnet does', () => {
    expect(leaseTime(database('h1', ...told(binding(mac(11)))))).toBe('60');
    expect(leaseTime(database('h1', ...told(binding(mac(12)))))).toBe('600');
  });
});

describe('switches', () => {
  it('carry the keys of the manager, and know which ports are on other nodes', () => {
    const rows = database('h1', ...topology());
    expect(rows.named('Logical_Switch', 'web').other_config).toEqual(new Map([['requested-tnl-key', '101']]));
    expect(rows.named('Logical_Switch_Port', 'vif-web1')).toMatchObject({ type: '', addresses: [`${mac(11)} 10.0.1.11`] });
    expect(rows.named('Logical_Switch_Port', 'vif-web2')).toMatchObject({
      type: '',
      options: new Map([
        ['requested-tnl-key', '12'],
        ['requested-chassis', 'h2'],
      ]),
    });
    expect(asSet(rows.named('Logical_Switch', 'web').ports).length).toBe(3);
    expect([...zoneOf(topology(), 'h1', NOON).remotePorts]).toEqual([
      ['vif-web2', 'h2'],
      ['sr-link#switch', 'e1'],
    ]);
  });

  it('of a VLAN reach it through a port of their own, and find there what is on other nodes', () => {
    const vlan = (low: number, high = low): NodeResource => {
      const resource = sw('disks', 1, 104);
      if (resource.body?.$case !== 'logicalSwitch') throw new Error('no switch');
      return { ...resource, body: { $case: 'logicalSwitch', value: { ...resource.body.value, vlans: [{ low, high }] } } };
    };
    const rows = database('h1', vlan(204), port('d1', 'disks', 1, { node: 'h1' }), port('d2', 'disks', 1, { node: 'h2' }));
    expect(rows.named('Logical_Switch_Port', 'disks#physical')).toMatchObject({ type: 'localnet', tag: [204] });
    expect(rows.all('Logical_Switch_Port').map(({ name }) => name)).not.toContain('vif-d2');
    expect(database('h1', vlan(0)).named('Logical_Switch_Port', 'disks#physical').tag).toEqual([]);
    expect(problems('h1', vlan(1, 9))).toEqual(['disks: OVN carries one VLAN on a switch, not a trunk of several']);
  });
});

describe('routers', () => {
  it('that are distributed are everywhere, and a service router on its edge alone', () => {
    const [host, edge, standby] = [database('h1', ...topology()), database('e1', ...topology()), database('e2', ...topology())];
    expect(host.all('Logical_Router').map(({ name }) => name)).toEqual(['t1']);
    expect(edge.all('Logical_Router').map(({ name }) => name)).toEqual(['t1', 't1-sr']);
    expect(edge.named('Logical_Router', 't1-sr').options).toEqual(
      new Map([
        ['requested-tnl-key', '202'],
        ['always_learn_from_arp_request', 'false'],
        ['chassis', 'e1'],
      ]),
    );
    expect(standby.all('Logical_Router').map(({ name }) => name)).toEqual(['t1']);
    expect(host.named('Logical_Switch_Port', 'sr-link#switch')).toMatchObject({ type: '', addresses: [`${mac(3)} 169.254.0.2`] });
    expect(edge.named('Logical_Switch_Port', 'sr-link#switch')).toMatchObject({ type: 'router', addresses: ['router'] });
  });

  it('take the nearest next hops of a route, and drop where there is none', () => {
    const rows = database('e1', ...topology(), route('blackhole', 't1', '10.9.0.0/16'), route('two', 't1-sr', '10.8.0.0/16', '192.0.2.1', '192.0.2.9'));
    const routes = rows.all('Logical_Router_Static_Route').map(({ ip_prefix: network, nexthop }) => `${network} ${nexthop}`);
    expect(routes).toEqual(expect.arrayContaining(['0.0.0.0/0 169.254.0.2', '10.9.0.0/16 discard', '10.8.0.0/16 192.0.2.1', '10.8.0.0/16 192.0.2.9']));
    expect(problems('e1', ...topology(), route('nowhere', 't1', '10.7.0.0/16', ''))).toEqual([
      'nowhere: OVN routes to the address of a next hop, and one of these has none',
    ]);
  });

  it('translate on the edge that holds them, and say what OVN cannot translate', () => {
    const rules = [
      nat('keep', NatRule_Action.NO_SNAT, { router: 't1-sr', sources: ['10.0.1.0/24'], destinations: ['192.0.2.0/24'], sequence: 1 }),
      nat('out', NatRule_Action.SNAT, { router: 't1-sr', sources: ['10.0.1.0/24'], translated: ['203.0.113.1'], sequence: 2 }),
      nat('in', NatRule_Action.DNAT, { router: 't1-sr', destinations: ['203.0.113.80'], translated: ['10.0.1.11'], sequence: 3 }),
    ];
    const rows = database('e1', ...topology(), ...rules);
    expect(rows.all('NAT')).toMatchObject([
      { type: 'snat', external_ip: '203.0.113.1', logical_ip: '10.0.1.0/24', allowed_ext_ips: [] },
      { type: 'dnat', external_ip: '203.0.113.80', logical_ip: '10.0.1.11' },
    ]);
    const [exempt] = asSet(rows.all('NAT')[0]?.exempted_ext_ips);
    expect(rows.rows('Address_Set').get(String(exempt))).toMatchObject({ addresses: ['192.0.2.0/24'] });
    expect(database('h1', ...topology(), ...rules).all('NAT')).toEqual([]);
    expect(problems('e1', ...topology(), nat('64', NatRule_Action.NAT64, { router: 't1-sr' }))).toEqual(['64: OVN has no NAT between IPv6 and IPv4']);
  });
});

describe('the distributed firewall', () => {
  const groups = [addresses('clients', '10.0.2.0/24', 'fd00::1'), group('dfw', 'web1', 'web2')];

  it('selects the ports of the node, and orders rules by category, policy and rule', () => {
    const rows = database(
      'h1',
      ...topology(),
      ...groups,
      policy('application', { category: 50 }, rule('rest', FirewallRule_Action.DROP)),
      policy('emergency', { category: 20 }, rule('stop', FirewallRule_Action.REJECT, { direction: FirewallRule_Direction.IN, sourceSets: ['clients'] })),
    );
    expect(asSet(rows.all('Port_Group')[0]?.ports).map((uuid) => rows.rows('Logical_Switch_Port').get(String(uuid))?.name)).toEqual(['vif-web1']);
    const lists = accessLists(rows);
    expect(lists.map(({ direction, action }) => `${direction} ${action}`)).toEqual(['to-lport reject', 'from-lport drop', 'to-lport drop']);
    const [clients4, clients6] = ['4', '6'].map((part) => rows.all('Address_Set').find(({ name }) => String(name).endsWith(`_${part}`)));
    expect(clients4?.addresses).toEqual(['10.0.2.0/24']);
    expect(lists[0]?.match).toMatch(
      new RegExp(`^outport == @pg_\\w+ && \\(\\(ip4 && ip4.src == \\{\\$${clients4?.name}\\}\\) \\|\\| \\(ip6 && ip6.src == \\{\\$${clients6?.name}\\}\\)\\)$`),
    );
    expect(lists[1]?.match).toMatch(/^inport == @pg_\w+ && ip$/);
    expect(asSet(rows.all('Port_Group')[0]?.acls).length).toBe(3);
  });

  it('tries the rules of a policy in their order also where they are applied to different things', () => {
    const named = (name: string) =>
      rule(name, FirewallRule_Action.ALLOW, { direction: FirewallRule_Direction.IN, sequence: Number(name), logged: true, logLabel: name });
    const [all, web]: [NodeResource, NodeResource] = [
      policy('mixed', { category: 50 }, named('1'), named('3')),
      { ...policy('mixed', { category: 50, appliedTo: ['web'] }, named('2'), named('4')), key: 'mixed#web' },
    ];
    const rows = database('h1', ...topology(), ...groups, group('web', 'web1'), all, web);
    const order = [...rows.all('ACL')].sort((a, b) => Number(b.priority) - Number(a.priority));
    expect(order.map(({ name }) => asSet(name)[0])).toEqual(['1', '2', '3', '4']);
  });

  it('leaves the priorities of other rules alone when one comes in between', () => {
    const set = (...numbers: readonly number[]) =>
      policy('one', {}, ...numbers.map((number) => rule(`r${number}`, FirewallRule_Action.DROP, { sequence: number, direction: FirewallRule_Direction.IN })));
    const priorities = (...numbers: readonly number[]): ReadonlyMap<string, number> => {
      const zone = zoneOf([...topology(), ...groups, set(...numbers)], 'h1', NOON, undefined, undefined, undefined, known);
      return new Map(zone.rows.filter(({ table }) => table === 'ACL').map(({ name, columns }) => [name, Number(columns.priority)]));
    };
    let known: ReadonlyMap<string, number> = new Map();
    known = priorities(1, 2, 4, 5);
    const after = priorities(1, 2, 3, 4, 5);
    expect([...after].filter(([name, priority]) => known.get(name) === priority).length).toBe(4);
    expect([...after.values()]).toEqual([...after.values()].sort((a, b) => b - a));
  });

  it('lets what jumps, or is allowed as a frame, out of its category only', () => {
    const rows = database(
      'h1',
      ...topology(),
      ...groups,
      policy('ethernet', { category: 10 }, rule('frames', FirewallRule_Action.ALLOW)),
      policy(
        'environment',
        { category: 40 },
        rule('jump', FirewallRule_Action.JUMP_TO_APPLICATION, { family: 4 }),
        rule('deny', FirewallRule_Action.DROP, { sequence: 2 }),
      ),
      policy('application', { category: 50, stateful: false }, rule('allow', FirewallRule_Action.ALLOW)),
    );
    const inward = accessLists(rows).filter(({ direction }) => direction === 'to-lport');
    expect(inward.map(({ match, action }) => `${action} ${match.replace(/@\w+/, '@g')}`)).toEqual([
      'drop outport == @g && ip && !(ip4)',
      'allow-stateless outport == @g && ip',
    ]);
  });

  it('says of a rule that it cannot look as deep as the rule asks', () => {
    const deep = rule('deep', FirewallRule_Action.DROP, { attributes: [{ name: 'APP_ID', values: ['SSH'] }] });
    expect(zoneOf([...topology(), ...groups, policy('application', { category: 50 }, deep)], 'h1', NOON).limits).toEqual([
      'deep: OVN does not look into traffic, so the rule is for all of its services',
    ]);
  });
});

describe('balancers', () => {
  const shop = balancer('shop', '203.0.113.100', ['10.0.1.11', '10.0.1.12']);
  const inside = (resource: NodeResource, fields: object): NodeResource => {
    if (resource.body?.$case !== 'layer4Balancer') throw new Error('no balancer');
    return { ...resource, body: { $case: 'layer4Balancer', value: { ...resource.body.value, ...fields } } };
  };
  const balancingPlaces = (rows: MemoryDatabase) =>
    [...rows.all('Logical_Router'), ...rows.all('Logical_Switch')].filter(({ load_balancer: list }) => asSet(list).length > 0).map(({ name }) => name);

  it('are on the service router where the edge holds it', () => {
    const edge = database('e1', ...topology(), shop);
    expect(balancingPlaces(edge)).toEqual(['t1-sr']);
    expect(edge.named('Load_Balancer', 'shop')).toMatchObject({
      protocol: ['tcp'],
      vips: new Map([['203.0.113.100:80', '10.0.1.11:8080,10.0.1.12:8080']]),
    });
    expect(balancingPlaces(database('h1', ...topology(), shop))).toEqual([]);
  });

  it('of a distributed router or of a group are on the switches where connections begin', () => {
    expect(balancingPlaces(database('h1', ...topology(), inside(shop, { router: 't1' })))).toEqual(['web', 'db']);
    expect(balancingPlaces(database('h1', ...topology(), group('clients', 'db1', 'web2'), inside(shop, { router: '', portGroup: 'clients' })))).toEqual(['db']);
  });

  it('answer that nobody is there once no member is, or send clients to the pool for that', () => {
    const pool = shop.body?.$case === 'layer4Balancer' ? shop.body.value.pool : undefined;
    const empty = { ...pool, members: [] };
    const vips = (resource: NodeResource) => database('e1', ...topology(), resource).named('Load_Balancer', 'shop').vips;
    expect(vips(inside(shop, { pool: empty }))).toEqual(new Map([['203.0.113.100:80', '']]));
    expect(vips(inside(shop, { pool: empty, sorryPool: { ...pool, members: [{ address: '10.0.1.99', port: 0, state: 0, backup: false }] } }))).toEqual(
      new Map([['203.0.113.100:80', '10.0.1.99:80']]),
    );
  });

  it('that would let in whom they should not are refused', () => {
    expect(problems('e1', ...topology(), inside(shop, { accessList: { deny: false, addressSets: [] } }))).toEqual([
      'shop: OVN has no access lists for balancers',
    ]);
  });
});

describe('the difference', () => {
  it('is nothing once it was made, and leads from any zone to any other and back', () => {
    const whole = zoneOf(
      [
        ...topology(),
        addresses('a', '10.0.0.1'),
        group('dfw', 'web1'),
        policy('s', { category: 50 }, rule('r', FirewallRule_Action.ALLOW, { sourceSets: ['a'] })),
      ],
      'e1',
      NOON,
    );
    const part = zoneOf(topology().slice(0, 6), 'e1', NOON);
    const rows = new MemoryDatabase();
    for (const zone of [whole, part, whole]) {
      expect(bring(rows, zone)).toBeGreaterThan(0);
      expect(bring(rows, zone)).toBe(0);
      for (const table of ZONE_TABLES) expect(rows.all(table).length).toBe(zone.rows.filter((row) => row.table === table).length);
    }
  });

  it('moves a row from what it was part of to what it is part of now', () => {
    const [before, after] = ['t1', 't1-sr'].map((owner) => zoneOf([...topology(), route('moving', owner, '10.6.0.0/16', '169.254.0.2')], 'e1', NOON));
    const rows = new MemoryDatabase();
    bring(rows, before as Zone);
    bring(rows, after as Zone);
    const routesOf = (name: string) =>
      asSet(rows.named('Logical_Router', name).static_routes).map((uuid) => rows.rows('Logical_Router_Static_Route').get(String(uuid))?.ip_prefix);
    expect(routesOf('t1')).not.toContain('10.6.0.0/16');
    expect(routesOf('t1-sr')).toContain('10.6.0.0/16');
    expect(bring(rows, after as Zone)).toBe(0);
  });

  it('tells a large set its elements that come and go', () => {
    const many = Array.from({ length: 1_000 }, (_, number) => `10.0.${number >> 8}.${number & 255}`);
    const rows = database('h1', addresses('a', ...many));
    const operations = differenceOf({
      tables: ZONE_TABLES,
      wanted: zoneOf([addresses('a', ...many.slice(1), '10.9.9.9')], 'h1', NOON).rows,
      present: rows,
      keeps: () => false,
    });
    expect(operations).toMatchObject([
      {
        op: 'mutate',
        mutations: [
          ['addresses', 'delete', ['set', ['10.0.0.0']]],
          ['addresses', 'insert', ['set', ['10.9.9.9']]],
        ],
      },
    ]);
  });

  it('touches no row of anyone else, and keeps what it is told to keep', () => {
    const rows = database('h1', sw('mine', 1, 7), sw('refused', 1, 8));
    rows.insert('Logical_Switch', { name: 'theirs', external_ids: new Map([['owner', 'someone']]) });
    bring(rows, zoneOf([], 'h1', NOON), (owner) => owner.endsWith(' refused'));
    expect(rows.all('Logical_Switch').map(({ name }) => name)).toEqual(['refused', 'theirs']);
  });
});
