import { describe, expect, it } from 'vitest';
import { References } from '../../../src/agent/ovn/rows.js';
import { zoneOf } from '../../../src/agent/ovn/zone.js';
import { NatRule_Action, type NodeResource, type ServiceMatch } from '../../../src/realization/resources.pb.js';
import { nat, topology } from '../simulated/topology.js';

const { SNAT, DNAT, NO_SNAT, NO_DNAT, REFLEXIVE, NAT64 } = NatRule_Action;
const service = (protocol: number, ...destinationPorts: string[]): ServiceMatch => ({
  protocol,
  sourcePorts: [],
  destinationPorts,
  icmpType: undefined,
  icmpCode: undefined,
  etherType: 0,
  helper: '',
  family: 0,
});

const zone = (...rules: readonly NodeResource[]) => zoneOf([...topology(), ...rules], 'e1', new Date(0));
const standby = (...rules: readonly NodeResource[]) => zoneOf([...topology(), ...rules], 'e2', new Date(0));
const refusals = (...rules: readonly NodeResource[]) => zone(...rules).problems.map(({ resource, reason }) => `${resource.key}: ${reason}`);

/** The translations of an edge in short: `snat 10.0.1.0/24 -> 203.0.113.1 to ... but not to ...`. */
function translations(...rules: readonly NodeResource[]): string[] {
  const { rows } = zone(...rules);
  const sets = new Map(rows.filter(({ table }) => table === 'Address_Set').map(({ name, columns }) => [name, (columns.addresses as string[]).join()]));
  const others = (value: unknown): string => (value instanceof References ? (sets.get(value.names[0] as string) ?? '?') : '');
  return rows.flatMap(({ table, columns }) => {
    if (table === 'Load_Balancer') return Object.entries(columns.vips as object).map(([from, to]) => `${(columns.protocol as string[])[0]} ${from} -> ${to}`);
    if (table !== 'NAT') return [];
    const [from, to] = columns.type === 'dnat' ? [columns.external_ip, columns.logical_ip] : [columns.logical_ip, columns.external_ip];
    const [only, except] = [others(columns.allowed_ext_ips ?? []), others(columns.exempted_ext_ips ?? [])];
    return `${columns.type} ${from} -> ${to}${only === '' ? '' : ` only ${only}`}${except === '' ? '' : ` except ${except}`}`;
  });
}

describe('translation of sources', () => {
  const out = (key: string, sequence: number, source: string, more: object = {}) =>
    nat(key, SNAT, { sources: [source], translated: [`203.0.113.${sequence}`], sequence, ...more });
  const keep = (sequence: number, more: object) => nat(`keep${sequence}`, NO_SNAT, { sequence, ...more });

  it('leaves out what an earlier rule says is not translated, for the sources that it names', () => {
    expect(translations(keep(1, { sources: ['10.0.1.0/24'], destinations: ['192.0.2.0/24'] }), out('a', 2, '10.0.1.0/24'))).toEqual([
      'snat 10.0.1.0/24 -> 203.0.113.2 except 192.0.2.0/24',
    ]);
    expect(translations(keep(1, { sources: ['10.0.1.5'], destinations: ['192.0.2.0/24'] }), out('a', 2, '10.0.1.0/24'))).toEqual([
      'snat 10.0.1.0/24 -> 203.0.113.2',
      'snat 10.0.1.5 -> 203.0.113.2 except 192.0.2.0/24',
    ]);
    expect(translations(keep(1, { sources: ['10.0.0.0/16'] }), out('a', 2, '10.0.1.0/24'), out('b', 3, '10.9.0.0/24'))).toEqual([
      'snat 10.9.0.0/24 -> 203.0.113.3',
    ]);
    expect(translations(keep(1, { destinations: ['192.0.2.0/25'] }), out('a', 2, '10.0.1.0/24', { destinations: ['192.0.2.0/24'] }))).toEqual([
      'snat 10.0.1.0/24 -> 203.0.113.2 only 192.0.2.128/25',
    ]);
  });

  it('keeps the order of rules where OVN would take the longest prefix', () => {
    expect(translations(out('wide', 1, '10.0.0.0/16'), out('narrow', 2, '10.0.1.0/24'))).toEqual(['snat 10.0.0.0/16 -> 203.0.113.1']);
    expect(translations(out('narrow', 1, '10.0.1.0/24'), out('wide', 2, '10.0.0.0/16'))).toHaveLength(2);
    const some = out('some', 1, '10.0.0.0/16', { destinations: ['192.0.2.0/24'] });
    expect(refusals(some, out('narrow', 2, '10.0.1.0/24'))).toEqual([
      'narrow: an earlier rule is for some of its destinations, and OVN would look at this one first',
    ]);
    expect(refusals(some, out('narrow', 2, '10.0.1.0/24', { destinations: ['198.51.100.0/24'] }))).toEqual([]);
  });

  it('is refused where OVN has nothing for it', () => {
    expect(refusals(out('service', 1, '10.0.1.0/24', { services: [service(6, '80')] }))).toEqual([
      'service: OVN translates the sources of everything, not of chosen services',
    ]);
    expect(refusals(out('pool', 1, '10.0.1.0/24', { translated: ['203.0.113.0/28'] }))).toEqual(['pool: OVN translates to one address']);
    expect(refusals(out('interface', 1, '10.0.1.0/24', { routerPorts: ['uplink'] }))).toHaveLength(1);
    expect(refusals(nat('64', NAT64, {}))).toEqual(['64: OVN has no NAT between IPv6 and IPv4']);
  });

  it('is refused on an edge that stands by as on the one that translates, which alone has rows', () => {
    const rules = [out('a', 1, '10.0.1.0/24'), out('service', 2, '10.0.2.0/24', { services: [service(6, '80')] })];
    expect(standby(...rules).problems).toEqual(zone(...rules).problems);
    expect(standby(...rules).rows.filter(({ table }) => table === 'NAT')).toEqual([]);
  });

  it('of one address to one is the same both ways', () => {
    expect(translations(nat('both', REFLEXIVE, { sources: ['10.0.1.5'], translated: ['203.0.113.5'] }))).toEqual(['dnat_and_snat 10.0.1.5 -> 203.0.113.5']);
  });

  it('of one address to one is refused where an earlier rule is for the address, and goes before later ones', () => {
    const both = nat('both', REFLEXIVE, { sources: ['10.0.1.5'], translated: ['203.0.113.5'], sequence: 5 });
    const reason = 'an earlier rule is for its source, and OVN would look at this one first: put it before that rule';
    expect(refusals(keep(1, { sources: ['10.0.1.5'], destinations: ['192.168.0.0/16'] }), both)).toEqual([`both: ${reason}`]);
    expect(refusals(both, keep(6, { sources: ['10.0.1.5'], destinations: ['192.168.0.0/16'] }))).toEqual([]);
  });
});

describe('translation of destinations', () => {
  const into = (key: string, sequence: number, more: object = {}) =>
    nat(key, DNAT, { destinations: ['203.0.113.80'], translated: ['10.0.1.11'], sequence, ...more });
  const exempt = (more: object) => nat('exempt', NO_DNAT, { destinations: ['203.0.113.0/24'], sequence: 1, ...more });

  it('of chosen services is a balancer with one member for each port', () => {
    expect(translations(into('web', 1, { services: [service(6, '80', '8000-8001')] }))).toEqual([
      'tcp 203.0.113.80:80 -> 10.0.1.11:80',
      'tcp 203.0.113.80:8000 -> 10.0.1.11:8000',
      'tcp 203.0.113.80:8001 -> 10.0.1.11:8001',
    ]);
    expect(translations(into('web', 1, { services: [service(6, '80'), service(17, '53')], translatedPorts: '8080' }))).toEqual([
      'tcp 203.0.113.80:80 -> 10.0.1.11:8080',
      'udp 203.0.113.80:53 -> 10.0.1.11:8080',
    ]);
    expect(translations(into('range', 1, { services: [service(6, '80-81')], translatedPorts: '9000-9001' }))).toEqual([
      'tcp 203.0.113.80:80 -> 10.0.1.11:9000',
      'tcp 203.0.113.80:81 -> 10.0.1.11:9001',
    ]);
    const routers = zone(into('web', 1, { services: [service(6, '80')] })).rows.filter(({ table }) => table === 'Logical_Router');
    expect(routers.map(({ name, columns }) => [name, (columns.load_balancer as References).names])).toEqual([
      ['t1', []],
      ['t1-sr', ['web tcp']],
    ]);
  });

  it('goes by the first rule for an address and a port', () => {
    const web = { services: [service(6, '80', '443')] };
    expect(translations(into('first', 1, web), into('second', 2, { services: [service(6, '80', '22')], translated: ['10.0.1.12'] }), into('rest', 3))).toEqual([
      'tcp 203.0.113.80:80 -> 10.0.1.11:80',
      'tcp 203.0.113.80:443 -> 10.0.1.11:443',
      'tcp 203.0.113.80:22 -> 10.0.1.12:22',
      'dnat 203.0.113.80 -> 10.0.1.11',
    ]);
    expect(translations(into('all', 1), into('late', 2, web))).toEqual(['dnat 203.0.113.80 -> 10.0.1.11']);
    expect(refusals(into('some', 1, { sources: ['192.0.2.0/24'] }), into('late', 2, web))).toEqual([
      'late: an earlier rule for the same address is for chosen sources, and OVN would look at this one first',
    ]);
    expect(refusals(into('some', 1, { sources: ['192.0.2.0/24'] }), into('late', 2))).toEqual([
      'late: an earlier rule for the same address is for some of its sources, and OVN has no order for them',
    ]);
  });

  it('leaves out what an earlier rule exempts', () => {
    expect(translations(exempt({}), into('a', 2))).toEqual([]);
    expect(translations(exempt({ sources: ['192.0.2.9'] }), into('a', 2))).toEqual(['dnat 203.0.113.80 -> 10.0.1.11 except 192.0.2.9']);
    expect(translations(exempt({ services: [service(6, '22')] }), into('a', 2, { services: [service(6, '22', '80')] }))).toEqual([
      'tcp 203.0.113.80:80 -> 10.0.1.11:80',
    ]);
    expect(refusals(exempt({ services: [service(6, '22')] }), into('a', 2))).toEqual([
      'a: OVN cannot leave single services out of the translation of an address',
    ]);
  });

  it('is refused where OVN has nothing for it', () => {
    expect(refusals(into('icmp', 1, { services: [service(1)] }))).toEqual(['icmp: OVN translates chosen services by their destination ports only']);
    expect(refusals(into('many', 1, { services: [service(6, '1000-2000')] }))).toEqual(['many: OVN translates single ports, and these are more than 256']);
    expect(refusals(into('bare', 1, { translatedPorts: '80' }))).toEqual(['bare: a port is translated for chosen services only, and the rule names none']);
    expect(refusals(into('uneven', 1, { services: [service(6, '80-82')], translatedPorts: '80-81' }))).toHaveLength(1);
    expect(refusals(into('sources', 1, { services: [service(6, '80')], sources: ['192.0.2.1'] }))).toHaveLength(1);
  });
});
