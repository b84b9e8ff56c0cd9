import { describe, expect, it } from 'vitest';
import { changesBetween } from '../../../src/agent/frr/changes.js';
import { configurationOf } from '../../../src/agent/frr/configuration.js';
import { listName } from '../../../src/agent/frr/words.js';
import type { BgpInstance } from '../../../src/realization/resources.pb.js';
import { entry, everything, instance, neighbor, prefix } from './instances.js';

function text(given: BgpInstance): string {
  return configurationOf(given, { neighbors: given.neighbors.map((one) => ({ neighbor: one, source: '192.0.2.2' })), routes: [], secret: () => 'secret' });
}

const lines = (given: BgpInstance) =>
  text(given)
    .split('\n')
    .map((line) => line.trim());
const [list, map] = [listName('prefixes', '/lists/a'), listName('map', '/maps/m')];
const filter = (facts: object) => ({ addressFamily: 'IPV4', enabled: true, in: '', out: '', maximumRoutes: 0, ...facts });

describe('the configuration of an instance', () => {
  it('says of a neighbour what the intent says of it', () => {
    expect(lines(everything())).toEqual(
      expect.arrayContaining([
        'router bgp 65001',
        'bgp router-id 192.0.2.2',
        'bgp bestpath as-path multipath-relax',
        'bgp graceful-restart',
        'neighbor 192.0.2.1 remote-as 65000',
        'neighbor 192.0.2.1 update-source 192.0.2.2',
        'neighbor 192.0.2.1 ebgp-multihop 3',
        'neighbor 192.0.2.1 local-as 65009 no-prepend replace-as',
        'neighbor 192.0.2.1 password secret',
        'neighbor 192.0.2.1 timers 60 180',
        'neighbor 192.0.2.1 bfd 4 300 300',
        'neighbor 192.0.2.1 allowas-in',
        `neighbor 192.0.2.1 prefix-list ${list} in`,
        `neighbor 192.0.2.1 route-map ${map} out`,
        'neighbor 192.0.2.1 maximum-prefix 100',
        'neighbor 2001:db8::1 graceful-restart-disable',
        `network 10.1.0.0/16 route-map ${map}`,
        'aggregate-address 10.0.0.0/8 summary-only',
        'distance bgp 30 200 200',
      ]),
    );
  });

  it('has a prefix list of each family, with lengths that FRR takes', () => {
    expect(lines(everything()).filter((line) => line.includes(`prefix-list ${list} seq`))).toEqual([
      `ip prefix-list ${list} seq 10 permit 10.0.0.0/8 le 24`,
      `ip prefix-list ${list} seq 20 deny any`,
      `ipv6 prefix-list ${list} seq 10 permit 2001:db8::/32 ge 48 le 128`,
      `ipv6 prefix-list ${list} seq 20 deny any`,
    ]);
  });

  it('makes entries of a map out of alternatives', () => {
    const lists = ['/lists/a', '/lists/b'].map((name) => ({ name, entries: [prefix('10.0.0.0/8')] }));
    const given = instance({ prefixLists: lists, routeMaps: [{ name: '/maps/m', entries: [entry({ prefixLists: ['/lists/a', '/lists/b'], med: 5 })] }] });
    expect(lines(given).filter((line) => /^(route-map|match|set)/.test(line))).toEqual([
      `route-map ${map} permit 10`,
      `match ip address prefix-list ${list}`,
      'set metric 5',
      `route-map ${map} permit 20`,
      `match ip address prefix-list ${listName('prefixes', '/lists/b')}`,
      'set metric 5',
    ]);
  });

  it('of an edge that stands by makes paths longer, whatever map they pass', () => {
    const given = instance({
      standby: true,
      neighbors: [neighbor(), neighbor({ address: '192.0.2.9', filters: [filter({ out: '/maps/m', in: '/maps/m' })] })],
      routeMaps: [{ name: '/maps/m', entries: [entry({ asPathPrepend: '65001' })] }],
    });
    expect(lines(given)).toEqual(
      expect.arrayContaining([
        'route-map standby permit 10',
        'set as-path prepend 65001 65001 65001',
        'neighbor 192.0.2.1 route-map standby out',
        `route-map ${map}-standby permit 10`,
        'set as-path prepend 65001 65001 65001 65001',
        `neighbor 192.0.2.9 route-map ${map}-standby out`,
        `neighbor 192.0.2.9 route-map ${map} in`,
      ]),
    );
  });

  const both = ['65000:1', '65000:2'].map((pattern) => ({ list: '', operator: 'MATCH_ANY', pattern }));
  it.each([
    ['a family that nothing carries', { neighbors: [neighbor({ filters: [filter({ addressFamily: 'L2VPN_EVPN' })] })] }, 'L2VPN_EVPN'],
    ['a community that is none', { routeMaps: [{ name: '/maps/m', entries: [entry({ setCommunity: 'BLUE' })] }] }, 'BLUE'],
    ['two lists of communities at once', { routeMaps: [{ name: '/maps/m', entries: [entry({ communities: both })] }] }, 'FRR takes one'],
  ])('is refused for %s, with the reason', (_what, facts, reason) => {
    expect(() => text(instance(facts))).toThrow(reason);
  });
});

describe('changes of a configuration', () => {
  const commands = (before: BgpInstance, after: BgpInstance) => changesBetween(text(before), text(after));
  const plain = instance({ neighbors: [neighbor(), neighbor({ key: 'b', address: '192.0.2.9', allowOwnAs: true })] });

  it('are none where nothing differs', () => {
    expect(commands(everything(), everything())).toEqual([]);
  });

  it('touch the setting that differs and nothing else', () => {
    const after = { ...plain, neighbors: [neighbor({ holdSeconds: 30, keepAliveSeconds: 10 }), ...plain.neighbors.slice(1)] };
    expect(commands(plain, after)).toEqual(['router bgp 65001', 'neighbor 192.0.2.1 timers 10 30', 'exit']);
  });

  it('take a neighbour away with all that is said of it', () => {
    expect(commands(plain, { ...plain, neighbors: plain.neighbors.slice(0, 1) })).toEqual(['router bgp 65001', 'no neighbor 192.0.2.9', 'exit']);
  });

  it('bring lists before those who use them, and take them away after', () => {
    const before = instance({ neighbors: [neighbor()] });
    const filtered = instance({
      neighbors: [neighbor({ filters: [filter({ in: '/lists/a' })] })],
      prefixLists: [{ name: '/lists/a', entries: [prefix('10.0.0.0/8')] }],
    });
    const inside = (command: string) => ['router bgp 65001', 'address-family ipv4 unicast', command, 'exit-address-family', 'exit'];
    expect(commands(before, filtered)).toEqual([`ip prefix-list ${list} seq 10 permit 10.0.0.0/8`, ...inside(`neighbor 192.0.2.1 prefix-list ${list} in`)]);
    expect(commands(filtered, before)).toEqual([
      ...inside(`no neighbor 192.0.2.1 prefix-list ${list} in`),
      `no ip prefix-list ${list} seq 10 permit 10.0.0.0/8`,
    ]);
  });

  it('turn an entry of a map from permit to deny in its place', () => {
    const withEntry = (permit: boolean) => instance({ routeMaps: [{ name: '/maps/m', entries: [entry({ permit, med: permit ? 5 : undefined })] }] });
    expect(commands(withEntry(true), withEntry(false))).toEqual([`route-map ${map} deny 10`, 'no set metric 5', 'exit']);
  });

  it('begin anew under another AS number', () => {
    const found = commands(instance(), instance({ localAs: 65002 }));
    expect(found.slice(0, 2)).toEqual(['no router bgp 65001', 'router bgp 65002']);
    expect(found).toContain('bgp router-id 192.0.2.2');
  });
});
