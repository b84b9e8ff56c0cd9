import { describe, expect, it } from 'vitest';
import type { Findings } from '../../../src/agent/ovn/member-watch.js';
import { memberName } from '../../../src/agent/ovn/member-watch.js';
import { type Zone, zoneOf } from '../../../src/agent/ovn/zone.js';
import {
  BalancerMember,
  BalancerMember_State,
  BalancerPool,
  BalancerPool_PassiveMonitor,
  FirewallRule_Action,
  HealthMonitor,
  HealthMonitor_Protocol,
  Layer4Balancer,
  type NodeResource,
  ResourceKind,
} from '../../../src/realization/resources.pb.js';
import { group, policy, rule, topology } from '../simulated/topology.js';

const NOON = new Date('2025-01-01T12:00:00Z');

function blank<T>(kind: { decode(bytes: Uint8Array): T }): T {
  return kind.decode(new Uint8Array());
}

const member = (address: string, facts: Partial<BalancerMember> = {}): BalancerMember => ({ ...blank(BalancerMember), address, port: 8080, ...facts });
const monitor = (protocol = HealthMonitor_Protocol.TCP): HealthMonitor => ({ ...blank(HealthMonitor), key: `m${protocol}`, protocol });
const pool = (key: string, members: readonly BalancerMember[], facts: Partial<BalancerPool> = {}): BalancerPool => ({
  ...blank(BalancerPool),
  key,
  members,
  monitors: [monitor()],
  ...facts,
});
const balancer = (facts: Partial<Layer4Balancer>): NodeResource => ({
  kind: ResourceKind.LAYER4_BALANCER,
  key: 'shop',
  version: '1',
  body: { $case: 'layer4Balancer', value: { ...blank(Layer4Balancer), router: 't1-sr', address: '203.0.113.100', ports: ['80'], ...facts } },
});
const [WEB1, WEB2, SPARE] = [member('10.0.1.11'), member('10.0.1.12'), member('10.0.2.21', { backup: true })];
const dead = (...members: readonly BalancerMember[]): Findings => new Map(members.map((one) => [memberName('shop', 'p', one), false]));
const zone = (node: string, findings: Findings, ...resources: readonly NodeResource[]): Zone => zoneOf([...topology(), ...resources], node, NOON, findings);
const membersIn = ({ rows }: Zone): string | undefined => {
  const vips = rows.find(({ table }) => table === 'Load_Balancer')?.columns.vips as Readonly<Record<string, string>> | undefined;
  return vips?.['203.0.113.100:80'];
};

describe('members of a balancer on a service router', () => {
  it('are all watched from the router, and those that are switched off are not', () => {
    const off = member('10.0.1.13', { state: BalancerMember_State.DISABLED });
    const [site] = zone('e1', new Map(), balancer({ pool: pool('p', [WEB1, WEB2, off]) })).sites;
    expect(site).toMatchObject({ router: 't1-sr', addresses: ['203.0.113.100'], watches: [{ source: '203.0.113.100', port: 80, shared: false }] });
    expect(site?.watches[0]?.members.map(({ address }) => address)).toEqual(['10.0.1.11', '10.0.1.12']);
    expect(zone('h1', new Map(), balancer({ pool: pool('p', [WEB1]) })).sites).toEqual([]);
  });

  it('get no connections while they are dead; then the backup does, and then nobody', () => {
    const shop = balancer({ pool: pool('p', [WEB1, WEB2, SPARE]) });
    expect(membersIn(zone('e1', new Map(), shop))).toBe('10.0.1.11:8080,10.0.1.12:8080');
    expect(membersIn(zone('e1', dead(WEB1), shop))).toBe('10.0.1.12:8080');
    expect(membersIn(zone('e1', dead(WEB1, WEB2), shop))).toBe('10.0.2.21:8080');
    expect(membersIn(zone('e1', dead(WEB1, WEB2, SPARE), shop))).toBe('');
  });

  it('leave the pool to the one for that when too few of them live', () => {
    const shop = balancer({ pool: pool('p', [WEB1, WEB2], { minActiveMembers: 2 }), sorryPool: pool('sorry', [member('10.0.1.99')]) });
    expect(membersIn(zone('e1', new Map(), shop))).toBe('10.0.1.11:8080,10.0.1.12:8080');
    expect(membersIn(zone('e1', dead(WEB1), shop))).toBe('10.0.1.99:8080');
  });

  it('that HAProxy cannot look at are said not to be watched', () => {
    const monitors = [monitor(HealthMonitor_Protocol.ICMP)];
    const blind = zone('e1', new Map(), balancer({ pool: pool('p', [WEB1], { monitors, passiveMonitor: blank(BalancerPool_PassiveMonitor) }) }));
    expect(blind.sites).toEqual([]);
    expect(blind.limits).toEqual(['shop: members are not watched by ICMP or UDP', 'shop: connections that fail do not take a member out']);
  });
});

describe('members of a balancer on every host', () => {
  const inside = (...members: readonly BalancerMember[]) => balancer({ router: 't1', pool: pool('p', members) });

  it('are watched where they are, for all', () => {
    expect(zone('h1', new Map(), inside(WEB1, WEB2, SPARE)).sites).toMatchObject([
      { router: 't1', watches: [{ shared: true, source: '192.0.0.8', members: [{ address: '10.0.1.11' }, { address: '10.0.2.21' }] }] },
    ]);
    expect(zone('h2', new Map(), inside(WEB1, WEB2)).sites).toMatchObject([{ watches: [{ members: [{ address: '10.0.1.12' }] }] }]);
    expect(zone('e1', new Map(), inside(WEB1, WEB2)).sites).toEqual([]);
  });

  it('get no connections where their own node or the manager says that they are dead; the node knows better', () => {
    const told = inside(WEB1, { ...WEB2, dead: true });
    expect(membersIn(zone('h1', new Map(), told))).toBe('10.0.1.11:8080');
    expect(membersIn(zone('h1', dead(WEB1), told))).toBe('');
    expect(membersIn(zone('h2', new Map([[memberName('shop', 'p', WEB2), true]]), told))).toBe('10.0.1.11:8080,10.0.1.12:8080');
  });

  it('are reached by monitors whatever the firewall says', () => {
    const rules = policy('s', { category: 50 }, rule('none', FirewallRule_Action.DROP));
    const { rows } = zone('h1', new Map(), inside(WEB1), group('dfw', 'web1', 'db1'), rules);
    const lists = rows.filter(({ table, columns }) => table === 'ACL' && String(columns.match).includes('192.0.0.8'));
    expect(lists).toMatchObject([{ columns: { priority: 32_767, direction: 'to-lport', action: 'allow-related' } }]);
    expect(rows.find(({ table, name }) => table === 'Port_Group' && name === lists[0]?.within?.name)?.columns.ports).toMatchObject({ names: ['web1'] });
  });
});
