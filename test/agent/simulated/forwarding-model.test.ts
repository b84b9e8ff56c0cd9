import { describe, expect, it } from 'vitest';
import {
  FirewallRule_Action,
  FirewallRule_Direction,
  FirewallRuleSet_Place,
  NatRule_Action,
  NatRule_FirewallMatch,
} from '../../../src/realization/resources.pb.js';
import { addresses, balancer, ending, from, group, mac, nat, node, packet, policy, routerPort, rule, topology, trace } from './topology.js';

const { ALLOW, DROP, REJECT, JUMP_TO_APPLICATION } = FirewallRule_Action;

describe('switching', () => {
  it('delivers on the node, and tunnels to the node that has the port', () => {
    const h1 = node('h1', ...topology());
    const result = trace(h1, from.port('web1'), { sourceAddress: '10.0.1.11', destinationAddress: '10.0.1.12' });
    expect(ending(result)).toBe('TUNNELLED web');
    expect(result.exits).toMatchObject([{ node: 'h2', entry: { node: 'h1', datapath: 101, ingressPort: 11, egressPort: 12 } }]);
    const there = result.exits[0];
    if (!there?.packet || !there.entry) throw new Error('no exit');
    const h2 = node('h2', ...topology());
    expect(ending(h2.trace({ packet: there.packet, from: { $case: 'tunnel', value: there.entry } }))).toBe('DELIVERED web2');
  });

  it('floods to the ports of the switch, each node once', () => {
    const h1 = node('h1', ...topology());
    const result = trace(h1, from.port('web1'), { sourceAddress: '10.0.1.11', destinationAddress: '10.0.1.255', destinationMac: 'ff:ff:ff:ff:ff:ff' });
    expect(result.exits.map(({ node: to, entry }) => [to, entry?.egressPort])).toEqual([['h2', 0]]);
  });

  it('drops what nobody on the segment answers for', () => {
    expect(ending(trace(node('h1', ...topology()), from.port('web1'), { sourceAddress: '10.0.1.11', destinationAddress: '10.0.1.99' }))).toBe('DROPPED web');
  });

  it('holds a port that is checked to its own addresses', () => {
    const checked = topology().map((one) =>
      one.key === 'web1' && one.body?.$case === 'switchPort'
        ? { ...one, body: { $case: 'switchPort' as const, value: { ...one.body.value, addressCheck: true } } }
        : one,
    );
    const h1 = node('h1', ...checked);
    expect(ending(trace(h1, from.port('web1'), { sourceAddress: '10.0.1.66', destinationAddress: '10.0.1.12' }))).toBe('DROPPED web1');
    expect(ending(trace(h1, from.port('web1'), { sourceAddress: '10.0.1.11', destinationAddress: '10.0.1.12' }))).toBe('TUNNELLED web');
  });
});

describe('routing', () => {
  it("crosses the distributed router on the sender's node", () => {
    const result = trace(node('h1', ...topology()), from.port('web1'), { sourceAddress: '10.0.1.11', destinationAddress: '10.0.2.21' });
    expect(ending(result)).toBe('DELIVERED db1');
    expect(result.steps.at(-1)?.packet).toMatchObject({ sourceMac: mac(1), destinationMac: mac(21), hopLimit: 63 });
  });

  it('reaches the outside through the service router on its first edge', () => {
    const out = trace(node('h1', ...topology()), from.port('web1'), { sourceAddress: '10.0.1.11', destinationAddress: '198.51.100.7' });
    expect(out.exits).toMatchObject([{ node: 'e1', entry: { datapath: 103, egressPort: 2 } }]);
    const there = out.exits[0];
    if (!there?.packet || !there.entry) throw new Error('no exit');
    const leaving = node('e1', ...topology()).trace({ packet: there.packet, from: { $case: 'tunnel', value: there.entry } });
    expect(ending(leaving)).toBe('UPLINK uplink');
    expect(leaving.steps.at(-1)?.detail).toContain('192.0.2.1');
  });

  it('answers for its own addresses, and says when there is no route', () => {
    const h1 = node('h1', ...topology());
    expect(ending(trace(h1, from.port('web1'), { protocol: 1, sourceAddress: '10.0.1.11', destinationAddress: '10.0.2.1' }))).toBe('ANSWERED t1');
    const withoutDefault = node('h1', ...topology().filter(({ key }) => key !== 't1-default'));
    expect(ending(trace(withoutDefault, from.port('web1'), { sourceAddress: '10.0.1.11', destinationAddress: '203.0.113.1' }))).toBe('DROPPED t1');
  });

  it('uses up the hop limit', () => {
    expect(ending(trace(node('h1', ...topology()), from.port('web1'), { hopLimit: 1, sourceAddress: '10.0.1.11', destinationAddress: '10.0.2.21' }))).toBe(
      'DROPPED t1',
    );
  });

  it('drops what claims to come from inside where the source is checked', () => {
    const strict = topology().map((one) =>
      one.key === 'uplink' && one.body?.$case === 'routerPort' ? routerPort('uplink', { ...one.body.value, strictSourceCheck: true }) : one,
    );
    const e1 = node('e1', ...strict);
    expect(ending(trace(e1, from.uplink('uplink'), { sourceAddress: '10.0.2.5', destinationAddress: '10.0.1.11' }))).toBe('DROPPED uplink');
    expect(trace(e1, from.uplink('uplink'), { sourceAddress: '198.51.100.7', destinationAddress: '10.0.1.11' }).exits).toMatchObject([{ node: 'h1' }]);
  });
});

describe('the distributed firewall', () => {
  const dfw = group('dfw', 'web1', 'db1');
  const h1 = (...more: Parameters<typeof node>[1][]) => node('h1', ...topology(), dfw, ...more);
  const toDb = { sourceAddress: '10.0.1.11', destinationAddress: '10.0.2.21' };

  it('lets the first matching rule decide: by category, then sequence of the policy, then order in it', () => {
    const allow = policy('late', { category: 4 }, rule('allow', ALLOW));
    const drop = policy('early', { category: 2 }, rule('drop', DROP));
    expect(ending(trace(h1(allow, drop), from.port('web1'), toDb))).toBe('DROPPED drop');
    const first = policy('first', { category: 2, sequence: 0 }, rule('let', ALLOW), rule('never', DROP));
    expect(ending(trace(h1(allow, drop, first), from.port('web1'), toDb))).toBe('DELIVERED db1');
  });

  it('is asked where the packet leaves its sender and where it arrives', () => {
    const inbound = policy('p', {}, rule('in', REJECT, { direction: FirewallRule_Direction.IN }));
    const result = trace(h1(inbound), from.port('web1'), toDb);
    expect(ending(result)).toBe('REJECTED in');
    expect(result.steps.at(-1)?.detail).toBe('IN at db1');
    const outbound = policy('p', {}, rule('out', DROP, { direction: FirewallRule_Direction.OUT }));
    expect(trace(h1(outbound), from.port('web1'), toDb).steps.at(-1)?.detail).toBe('OUT at web1');
  });

  it('filters only the ports that a rule set is applied to', () => {
    const drop = rule('drop', DROP);
    expect(ending(trace(h1(group('g', 'db1'), policy('p', { appliedTo: ['g'] }, drop)), from.port('web1'), toDb))).toBe('DROPPED drop');
    expect(ending(trace(h1(group('g', 'other'), policy('p', { appliedTo: ['g'] }, drop)), from.port('web1'), toDb))).toBe('DELIVERED db1');
    // A port outside the group of all filtered ports is on the exclude list.
    const excluded = node('h1', ...topology(), group('dfw'), policy('p', {}, drop));
    expect(ending(trace(excluded, from.port('web1'), toDb))).toBe('DELIVERED db1');
  });

  it.each([
    ['an address set that holds it', { sourceSets: ['web'] }, true],
    ['an address set that does not', { sourceSets: ['none'] }, false],
    ['everything but a set that holds it', { sourceSets: ['web'], sourcesExcluded: true }, false],
    ['a literal block', { destinationAddresses: ['10.0.2.0/24'] }, true],
    ['a literal range', { destinationAddresses: ['10.0.2.30-10.0.2.40'] }, false],
    ['the service', { services: [service(6, ['80', '443'])] }, true],
    ['a range of ports', { services: [service(6, ['8000-8080'])] }, false],
    ['another protocol', { services: [service(17, ['80'])] }, false],
    ['the family', { family: 4 }, true],
    ['the other family', { family: 6 }, false],
  ])('matches by %s', (_, fields, matched) => {
    const sets = [addresses('web', '10.0.1.0/24', '192.0.2.9'), addresses('none', '172.16.0.0/12')];
    const result = trace(h1(...sets, policy('p', {}, rule('drop', DROP, fields))), from.port('web1'), toDb);
    expect(ending(result)).toBe(matched ? 'DROPPED drop' : 'DELIVERED db1');
  });

  it('jumps over the rest of a category', () => {
    const environment = policy('env', { category: 3 }, rule('jump', JUMP_TO_APPLICATION), rule('never', DROP));
    const sameCategory = policy('env2', { category: 3, sequence: 2 }, rule('nor this', DROP));
    const application = policy('app', { category: 4 }, rule('decides', REJECT));
    expect(ending(trace(h1(environment, sameCategory, application), from.port('web1'), toDb))).toBe('REJECTED decides');
  });
});

describe('translation at the edge', () => {
  const inbound = { sourceAddress: '198.51.100.7', destinationAddress: '192.0.2.50' };
  const dnat = nat('dnat', NatRule_Action.DNAT, { destinations: ['192.0.2.50'], translated: ['10.0.1.11'], translatedPorts: '8080' });

  it('turns the destination of what comes in, and the source of what goes out', () => {
    const e1 = node('e1', ...topology(), dnat, nat('snat', NatRule_Action.SNAT, { sources: ['10.0.0.0/16'], translated: ['192.0.2.60'] }));
    const into = trace(e1, from.uplink('uplink'), inbound);
    expect(into.exits).toMatchObject([{ node: 'h1', packet: { destinationAddress: '10.0.1.11', destinationPort: 8080, sourceAddress: '198.51.100.7' } }]);
    const out = e1.trace({
      packet: packet({ sourceAddress: '10.0.1.11', destinationAddress: '198.51.100.7' }),
      from: { $case: 'tunnel', value: { node: 'h1', datapath: 103, ingressPort: 1, egressPort: 2 } },
    });
    expect(ending(out)).toBe('UPLINK uplink');
    expect(out.steps.at(-1)?.packet?.sourceAddress).toBe('192.0.2.60');
  });

  it('keeps exceptions and the order of rules', () => {
    const except = nat('except', NatRule_Action.NO_DNAT, { sequence: 0, sources: ['198.51.100.0/24'] });
    const later = { ...dnat, body: dnat.body?.$case === 'natRule' ? { ...dnat.body, value: { ...dnat.body.value, sequence: 5 } } : undefined };
    const result = trace(node('e1', ...topology(), except, later), from.uplink('uplink'), inbound);
    expect(result.steps.some(({ kind, resource }) => kind === 'NAT' && resource === 'except')).toBe(true);
    expect(result.exits).toEqual([]);
  });

  it('maps one to one both ways for a reflexive rule', () => {
    const reflexive = nat('one', NatRule_Action.REFLEXIVE, { sources: ['10.0.1.8/29'], translated: ['192.0.2.48/29'] });
    expect(trace(node('e1', ...topology(), reflexive), from.uplink('uplink'), { ...inbound, destinationAddress: '192.0.2.51' }).exits).toMatchObject([
      { packet: { destinationAddress: '10.0.1.11' } },
    ]);
  });

  it.each([
    ['inside', NatRule_FirewallMatch.INTERNAL_ADDRESS, '10.0.1.11', 'DROPPED'],
    ['outside', NatRule_FirewallMatch.EXTERNAL_ADDRESS, '192.0.2.50', 'DROPPED'],
    ['outside and the rule names the inside', NatRule_FirewallMatch.EXTERNAL_ADDRESS, '10.0.1.11', 'TUNNELLED'],
    ['nowhere', NatRule_FirewallMatch.BYPASS, '10.0.1.11', 'TUNNELLED'],
  ])('lets the gateway firewall see the address %s', (_, firewallMatch, destination, verdict) => {
    const seen = { ...dnat, body: dnat.body?.$case === 'natRule' ? { ...dnat.body, value: { ...dnat.body.value, firewallMatch } } : undefined };
    const gateway = policy('gw', { place: FirewallRuleSet_Place.GATEWAY, appliedTo: ['t1-sr'] }, rule('no', DROP, { destinationAddresses: [destination] }));
    expect(ending(trace(node('e1', ...topology(), seen, gateway), from.uplink('uplink'), inbound))).toMatch(verdict);
  });
});

describe('balancing', () => {
  const client = { destinationAddress: '192.0.2.80', destinationPort: 80 };

  it('spreads connections over the members, and keeps the same connection on one', () => {
    const e1 = node('e1', ...topology(), balancer('lb', '192.0.2.80', ['10.0.1.11', '10.0.1.12']));
    const target = (sourcePort: number) => trace(e1, from.uplink('uplink'), { ...client, sourceAddress: '198.51.100.7', sourcePort }).exits[0]?.node;
    const chosen = Array.from({ length: 40 }, (_, index) => target(30_000 + index));
    expect(new Set(chosen)).toEqual(new Set(['h1', 'h2']));
    expect(target(30_007)).toBe(chosen[7]);
  });

  it('drops when no member can take the connection, and leaves other ports alone', () => {
    const e1 = node('e1', ...topology(), balancer('lb', '192.0.2.80', []));
    expect(ending(trace(e1, from.uplink('uplink'), { ...client, sourceAddress: '198.51.100.7' }))).toBe('DROPPED lb');
    expect(
      trace(e1, from.uplink('uplink'), { ...client, destinationPort: 81, sourceAddress: '198.51.100.7' }).steps.some(({ kind }) => kind === 'BALANCER'),
    ).toBe(false);
  });
});

describe('a transaction', () => {
  it('is refused whole when something it uses is not there, or is taken away while it is used', () => {
    const h1 = node('h1', ...topology());
    const web = topology().find(({ key }) => key === 'web');
    if (!web) throw new Error('no switch');
    const id = { kind: web.kind, key: web.key };
    expect(h1.apply([{ id, resource: undefined }])).toMatchObject({ culprit: id });
    expect(ending(trace(h1, from.port('web1'), { sourceAddress: '10.0.1.11', destinationAddress: '10.0.1.12' }))).toBe('TUNNELLED web');
  });
});

function service(protocol: number, destinationPorts: readonly string[]) {
  return { protocol, sourcePorts: [], destinationPorts, etherType: 0, helper: '', family: 0 };
}
