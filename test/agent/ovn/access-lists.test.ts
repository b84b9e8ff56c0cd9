import { describe, expect, it } from 'vitest';
import { allBut } from '../../../src/agent/ovn/complement.js';
import type { References } from '../../../src/agent/ovn/rows.js';
import { zoneOf } from '../../../src/agent/ovn/zone.js';
import { FirewallRule_Action, FirewallRule_Direction, type NodeResource, RouterPort_Role } from '../../../src/realization/resources.pb.js';
import { addresses, group, mac, policy, route, routerPort, rule, topology } from '../simulated/topology.js';

const { ALLOW, DROP, JUMP_TO_APPLICATION } = FirewallRule_Action;
const rowsOf = (table: string, node: string, ...resources: readonly NodeResource[]) =>
  zoneOf([...topology(), group('dfw', 'web1', 'db1'), ...resources], node, new Date(0)).rows.filter((row) => row.table === table);

/** Access lists of one direction in the order in which they are tried: `drop tcp && ...`. */
function tried(...resources: readonly NodeResource[]): string[] {
  const rows = rowsOf('ACL', 'h1', ...resources).filter(({ columns }) => columns.direction === 'to-lport');
  rows.sort((a, b) => Number(b.columns.priority) - Number(a.columns.priority));
  return rows.map(({ columns }) => `${columns.action} ${String(columns.match).replace(/^outport == @\w+ && /, '')}`);
}

describe('connections that begin midway', () => {
  const midway = 'tcp && ct.new && !(tcp.flags == 0x2/0x12)';
  const strict = { category: 50, tcpStrict: true };
  const last = policy('last', { category: 55, tcpStrict: true }, rule('default', ALLOW));

  it('are kept out at once where all that could let them in is strict', () => {
    expect(tried(policy('a', strict, rule('web', ALLOW, { family: 4 })), last)).toEqual([`drop ${midway}`, 'allow-related ip4', 'allow-related ip']);
  });

  it('are kept out rule by rule where a later policy is not strict', () => {
    const loose = policy('last', { category: 55 }, rule('default', ALLOW));
    expect(tried(policy('a', strict, rule('web', ALLOW, { family: 4 }), rule('no', DROP, { family: 6, sequence: 2 })), loose)).toEqual([
      `drop ip4 && ${midway}`,
      'allow-related ip4',
      'drop ip6',
      'allow-related ip',
    ]);
  });

  it('are no matter for policies before that keep no state', () => {
    expect(tried(policy('a', { category: 20, stateful: false }, rule('web', ALLOW, { family: 4 })), last)).toEqual([
      'allow-stateless ip4',
      `drop ${midway}`,
      'allow-related ip',
    ]);
  });
});

describe('what leaves a category before its end', () => {
  const last = policy('last', { category: 55 }, rule('default', ALLOW));
  /** Access lists of a direction as `ports: action match`, the first that is tried first. */
  const atPorts = (direction: string, ...resources: readonly NodeResource[]): string[] => {
    const { rows } = zoneOf([...topology(), group('dfw', 'web1', 'db1'), group('a', 'web1'), group('b', 'db1'), ...resources], 'h1', new Date(0));
    const ports = new Map(rows.filter(({ table }) => table === 'Port_Group').map(({ name, columns }) => [name, (columns.ports as References).names.join()]));
    return rows
      .filter(({ table, columns }) => table === 'ACL' && columns.direction === direction)
      .sort((a, b) => Number(b.columns.priority) - Number(a.columns.priority))
      .map(({ columns }) => {
        const [, name = '', match = ''] = /port == @(\w+)(?: && (.*))?$/.exec(String(columns.match)) ?? [];
        return `${ports.get(name)}: ${columns.action} ${match}`;
      });
  };

  it('leaves it for its own ports only', () => {
    const jump = policy('one', { category: 30, sequence: 1, appliedTo: ['a'] }, rule('jump', JUMP_TO_APPLICATION));
    const drop = (appliedTo: string) => policy('two', { category: 30, sequence: 2, appliedTo: [appliedTo] }, rule('drop', DROP));
    expect(atPorts('to-lport', jump, drop('b'), last)).toEqual(['db1: drop ip', 'web1,db1: allow-related ip']);
    expect(atPorts('to-lport', jump, drop('a'), last)).toEqual(['web1: drop ip && !(ip)', 'web1,db1: allow-related ip']);
    expect(atPorts('to-lport', jump, drop('dfw'), last)).toEqual(['web1: drop ip && !(ip)', 'db1: drop ip', 'web1,db1: allow-related ip']);
  });

  it('leaves it in its own direction only', () => {
    const out = rule('jump', JUMP_TO_APPLICATION, { direction: FirewallRule_Direction.OUT });
    const set = policy('one', { category: 30, sequence: 1 }, out, rule('drop', DROP, { sequence: 2 }));
    expect(atPorts('to-lport', set, last)).toEqual(['web1,db1: drop ip', 'web1,db1: allow-related ip']);
    expect(atPorts('from-lport', set, last)).toEqual(['web1,db1: drop ip && !(ip)', 'web1,db1: allow-related ip']);
  });

  it('is what an Ethernet rule lets pass, for its own ports', () => {
    const frames = (key: string, sequence: number, appliedTo: string, action: FirewallRule_Action) =>
      policy(key, { category: 10, sequence, stateful: false, appliedTo: [appliedTo] }, rule(`${key}-rule`, action));
    expect(atPorts('to-lport', frames('one', 1, 'a', ALLOW), frames('two', 2, 'b', DROP), last)).toEqual(['db1: drop ', 'web1,db1: allow-related ip']);
  });
});

describe('a rule for all but some addresses', () => {
  it('is one for the others, in both families', () => {
    const excluded = rule('r', ALLOW, { sourceSets: ['clients'], sourceAddresses: ['10.9.0.0/16'], sourcesExcluded: true });
    const rows = rowsOf('Address_Set', 'h1', addresses('clients', '128.0.0.0/1'), policy('a', { category: 50 }, excluded)).slice(-2);
    const [four, six] = rows.map(({ columns }) => columns.addresses as string[]);
    expect(four).toEqual(allBut(['128.0.0.0/1', '10.9.0.0/16'], 4));
    expect(six).toEqual(['::/1', '8000::/1']);
    expect(tried(addresses('clients', '128.0.0.0/1'), policy('a', { category: 50 }, excluded))).toEqual([
      `allow-related ((ip4 && ip4.src == {$${rows[0]?.name}}) || (ip6 && ip6.src == {$${rows[1]?.name}}))`,
    ]);
  });

  it('stays small however many there are', () => {
    expect(allBut(['10.0.0.1'], 4)).toHaveLength(32);
    const many = Array.from({ length: 200 }, (_, number) => `10.${number}.7.${number}`);
    expect(allBut(many, 4).length).toBeLessThan(200 * 32);
    expect(allBut(['0.0.0.0/0'], 4)).toEqual([]);
  });
});

describe('the check of sources', () => {
  const port = (key: string, fields: object) =>
    routerPort(key, { router: 't1', mac: mac(8), networks: ['10.0.1.1/24'], logicalSwitch: 'web', strictSourceCheck: true, ...fields });
  const policies = (...resources: readonly NodeResource[]) =>
    rowsOf('Logical_Router_Policy', 'e1', ...resources).map(({ columns }) => `${columns.priority} ${columns.action} ${columns.match}`);

  it('lets in from a segment what is routed back to it', () => {
    expect(policies(port('t1-web', {}), route('behind', 't1', '172.16.0.0/16', '10.0.1.11'))).toEqual([
      '1001 allow inport == "t1-web" && (ip4.src == {10.0.1.1/24, 172.16.0.0/16})',
      '1000 drop inport == "t1-web" && ip',
    ]);
    expect(policies(port('t1-web', { strictSourceCheck: false }))).toEqual([]);
    expect(policies(port('t1-web', {}), route('everything', 't1', '0.0.0.0/0', '10.0.1.11'))).toEqual([]);
  });

  it('lets in through an uplink what does not say that it were from the inside', () => {
    const uplink = port('uplink', { router: 't1-sr', role: RouterPort_Role.UPLINK, networks: ['192.0.2.2/24'], node: 'e1' });
    expect(policies(uplink)).toEqual(['1000 drop inport == "uplink" && (ip4.src == {10.0.0.0/16, 169.254.0.2/30})']);
  });
});
