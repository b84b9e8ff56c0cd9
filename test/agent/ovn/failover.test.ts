import { describe, expect, it } from 'vitest';
import { nodeWatchTimers } from '../../../src/agent/ovn/node-watch-rows.js';
import { asSet } from '../../../src/agent/ovn/ovsdb-values.js';
import { differenceOf } from '../../../src/agent/ovn/row-difference.js';
import { ZONE_TABLES, zoneOf } from '../../../src/agent/ovn/zone.js';
import { NatRule_Action, type NodeResource, ResourceKind, RouterPort_Role } from '../../../src/realization/resources.pb.js';
import { sw } from '../resources.js';
import { mac, nat, route, routerPort, topology } from '../simulated/topology.js';
import { MemoryDatabase } from './present-rows.js';

const NOON = new Date('2025-01-01T12:00:00Z');
const nodes = ['h1', 'h2', 'e1', 'e2'].map(endpoint);
const all = (): NodeResource[] => [...topology(), ...nodes];

function endpoint(key: string, number: number): NodeResource {
  const value = { addresses: [`198.51.100.${number}`], encapsulation: 0, edge: key.startsWith('e') };
  return { kind: ResourceKind.TUNNEL_ENDPOINT, key, version: '1', body: { $case: 'tunnelEndpoint', value } };
}

function rowsOf(node: string, resources: readonly NodeResource[], ...dead: readonly string[]): MemoryDatabase {
  const rows = new MemoryDatabase();
  rows.transact(
    differenceOf({ tables: ZONE_TABLES, wanted: zoneOf(resources, node, NOON, undefined, undefined, new Set(dead)).rows, present: rows, keeps: () => false }),
  );
  return rows;
}

/** Where a host sends what goes to the service router. */
const placeOf = (node: string, ...dead: readonly string[]) => zoneOf(all(), node, NOON, undefined, undefined, new Set(dead)).remotePorts.get('sr-link#switch');

describe('a service router', () => {
  it('is where the best candidate that lives is', () => {
    expect([placeOf('h1'), placeOf('h1', 'e1'), placeOf('h1', 'e2'), placeOf('h1', 'e1', 'e2')]).toEqual(['e1', 'e2', 'e1', 'e1']);
    expect([placeOf('e2'), placeOf('e2', 'e1'), placeOf('e1')]).toEqual(['e1', undefined, undefined]);
  });

  it('comes with its routes, ports and NAT, and goes with them', () => {
    const resources = [...all(), nat('out', NatRule_Action.SNAT, { sources: ['10.0.0.0/16'], translated: ['192.0.2.9'] })];
    const held = (rows: MemoryDatabase) => rows.all('Logical_Router').map(({ name }) => name);
    const standby = rowsOf('e2', resources);
    expect([held(standby), standby.all('NAT').length]).toEqual([['t1'], 0]);
    const active = rowsOf('e2', resources, 'e1');
    expect([held(active), active.all('NAT').length]).toEqual([['t1', 't1-sr'], 1]);
    expect(active.named('Logical_Router_Port', 'sr-link').mac).toBe(mac(3));
    expect(active.all('Logical_Router_Static_Route').map(({ ip_prefix }) => ip_prefix)).toEqual(['0.0.0.0/0', '10.0.0.0/16', '0.0.0.0/0']);
  });

  it('is left to the others by a node that is cut off from all of them', () => {
    const rows = rowsOf('e1', all(), 'e1', 'e2', 'h1');
    expect(rows.all('Logical_Router').map(({ name }) => name)).toEqual(['t1']);
    expect(rows.all('Logical_Router_Port').map(({ name }) => name)).not.toContain('uplink');
  });

  it('says what it cannot do before it comes to a node', () => {
    const resources = [...all(), nat('six', NatRule_Action.NAT64, { destinations: ['64:ff9b::/96'], translated: ['10.0.1.11'] })];
    expect(zoneOf(resources, 'e2', NOON).problems.map(({ resource }) => resource.key)).toEqual(['six']);
    expect(zoneOf(resources, 'h1', NOON).problems).toEqual([]);
  });

  it('announces its addresses on a VLAN, where they may have been behind another cable', () => {
    const plain = sw('outside', 1, 104);
    if (plain.body?.$case !== 'logicalSwitch') throw new Error('no switch');
    const vlan: NodeResource = { ...plain, body: { $case: 'logicalSwitch', value: { ...plain.body.value, vlans: [{ low: 100, high: 100 }] } } };
    const rows = rowsOf('e1', [...all(), vlan, routerPort('service', { router: 't1-sr', mac: mac(5), networks: ['10.5.0.1/24'], logicalSwitch: 'outside' })]);
    const optionsOf = (name: string) => rows.named('Logical_Switch_Port', name).options as ReadonlyMap<string, string>;
    expect(optionsOf('service#switch').get('nat-addresses')).toBe('router');
    expect(optionsOf('sr-link#switch').get('nat-addresses')).toBe(undefined);
  });
});

describe('a route', () => {
  const outward = (key: string, distance: number): NodeResource => {
    const resource = route('outward', 't1', '0.0.0.0/0', '100.64.0.2', '100.64.0.3');
    if (resource.body?.$case === 'staticRoute') (resource.body.value.nextHops[1] as { distance: number }).distance = distance;
    return { ...resource, key };
  };
  const link = (key: string, fields: object) =>
    routerPort(key, { mac: mac(9), logicalSwitch: 'outer', switchTunnelKey: 1, role: RouterPort_Role.ROUTER_LINK, ...fields });
  const links = [
    sw('outer', 1, 105),
    link('inner', { router: 't1', networks: ['100.64.0.1/28'] }),
    link('first', { router: 't0-e1', networks: ['100.64.0.2/28'], node: 'e1' }),
    link('second', { router: 't0-e2', networks: ['100.64.0.3/28'], node: 'e2' }),
  ];
  const hops = (distance: number, ...dead: readonly string[]) =>
    rowsOf('h1', [...all().filter(({ key }) => key !== 't1-default'), ...links, outward('outward', distance)], ...dead)
      .all('Logical_Router_Static_Route')
      .map(({ nexthop }) => nexthop)
      .join();

  it('leads to the nearest next hop that lives', () => {
    expect([hops(2), hops(2, 'e1'), hops(2, 'e2'), hops(2, 'e1', 'e2')]).toEqual(['100.64.0.2', '100.64.0.3', '100.64.0.2', '100.64.0.2']);
  });

  it('leads to all that live where they are equally near', () => {
    expect([hops(1), hops(1, 'e1'), hops(1, 'e1', 'e2')]).toEqual(['100.64.0.2,100.64.0.3', '100.64.0.3', '100.64.0.2,100.64.0.3']);
  });
});

describe('the watch', () => {
  const watched = (node: string, resources = all()) => {
    const rows = rowsOf(node, resources);
    const names = rows.all('HA_Chassis').map(({ chassis_name: name }) => String(name));
    expect(rows.all('HA_Chassis_Group').flatMap(({ ha_chassis: list }) => asSet(list)).length).toBe(names.length);
    return names.sort().join();
  };

  it('is of the edges to choose from, by hosts, and of everybody, by those edges: both ends have to ask', () => {
    expect([watched('h1'), watched('e1')]).toEqual(['e1,e2,h1', 'e1,e2,h1,h2']);
    const { nodeWatch } = zoneOf(all(), 'e1', NOON);
    expect([...nodeWatch.fellows]).toEqual(['e2']);
  });

  it('is of nobody where there is nothing to choose', () => {
    const one = all().map((resource) =>
      resource.body?.$case === 'chassisBinding'
        ? { ...resource, body: { $case: 'chassisBinding' as const, value: { ...resource.body.value, candidates: ['e1'] } } }
        : resource,
    );
    expect([watched('h1', one), watched('e1', one)]).toEqual(['', '']);
  });

  it('tells ovn-controller how often to ask, beside what is set already, and only once', () => {
    const rows = new MemoryDatabase();
    expect(nodeWatchTimers(rows)).toEqual([]);
    const options = new Map([['bfd-mult', '4']]);
    rows.insert('NB_Global', { options });
    expect(JSON.stringify(nodeWatchTimers(rows))).toContain('["options","delete",["set",["bfd-min-rx","bfd-min-tx"]]]');
    options.set('bfd-min-rx', '300').set('bfd-min-tx', '300');
    expect(nodeWatchTimers(rows)).toEqual([]);
  });
});
