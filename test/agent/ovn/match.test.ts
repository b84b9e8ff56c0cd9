import { describe, expect, it } from 'vitest';
import { matchOf } from '../../../src/agent/ovn/match.js';
import { addressSetName } from '../../../src/agent/ovn/names.js';
import { type FirewallRule, FirewallRule_Action, type ServiceMatch } from '../../../src/realization/resources.pb.js';
import { rule } from '../simulated/topology.js';

const allow = (fields: Partial<FirewallRule>): FirewallRule => rule('r', FirewallRule_Action.ALLOW, fields);
const service = (fields: Partial<ServiceMatch>): ServiceMatch => ({
  protocol: 0,
  sourcePorts: [],
  destinationPorts: [],
  etherType: 0,
  helper: '',
  family: 0,
  ...fields,
});
const [web4, web6, db4, db6] = (['web', 'db'] as const).flatMap((key) => ([4, 6] as const).map((family) => `{$${addressSetName(key, family)}}`));

describe('what a rule matches', () => {
  it('is anything of IP where nothing is said', () => {
    expect(matchOf(allow({}), 3)).toBe('ip');
    expect(matchOf(allow({ family: 6 }), 3)).toBe('ip6');
    expect(matchOf(allow({}), 2)).toBe('1');
  });

  it('has one set of values for each field in each alternative, so that flows add up and do not multiply', () => {
    const services = [service({ protocol: 6, destinationPorts: ['80', '8000-8080'] }), service({ protocol: 17, destinationPorts: ['53'] })];
    const [tcp, udp] = ['tcp && (tcp.dst == {80} || 8000 <= tcp.dst <= 8080)', 'udp && udp.dst == {53}'];
    const [four, six] = [`ip4 && ip4.src == ${web4} && ip4.dst == ${db4}`, `ip6 && ip6.src == ${web6} && ip6.dst == ${db6}`];
    expect(matchOf(allow({ sourceSets: ['web'], destinationSets: ['db'], services }), 3)).toBe(
      `((${four} && ${tcp}) || (${four} && ${udp}) || (${six} && ${tcp}) || (${six} && ${udp}))`,
    );
  });

  it('leaves out the family that an address or a service is not of', () => {
    expect(matchOf(allow({ sourceSets: ['web'], destinationAddresses: ['10.0.0.1'] }), 3)).toBe(`ip4 && ip4.src == ${web4} && ip4.dst == {10.0.0.1}`);
    expect(matchOf(allow({ sourceSets: ['web'], services: [service({ protocol: 58, icmpType: 128 })] }), 3)).toBe(
      `ip6 && ip6.src == ${web6} && icmp6 && icmp6.type == 128`,
    );
    expect(matchOf(allow({ services: [service({ protocol: 1 }), service({ protocol: 58 })] }), 3)).toBe('(icmp4 || icmp6)');
    expect(matchOf(allow({ services: [service({ protocol: 6, family: 4 })] }), 3)).toBe('tcp && ip4');
  });

  it('is nothing where source and destination cannot be of one family', () => {
    expect(matchOf(allow({ sourceAddresses: ['fd00::1'], destinationAddresses: ['10.0.0.1'] }), 3)).toBe('0');
  });

  it('excludes only addresses of the family, and leaves the other alone', () => {
    expect(matchOf(allow({ sourceAddresses: ['10.0.0.0/8'], sourcesExcluded: true }), 3)).toBe('((ip4 && !(ip4.src == {10.0.0.0/8})) || ip6)');
  });

  it('of frames looks at MAC addresses and kinds of frames', () => {
    const arp = service({ etherType: 0x0806 });
    expect(matchOf(allow({ sourceAddresses: ['02:00:00:00:00:01'], services: [arp] }), 2)).toBe('eth.src == {02:00:00:00:00:01} && eth.type == 0x0806');
    expect(matchOf(allow({ sourceAddresses: ['10.0.0.1'] }), 2)).toBe('0');
  });
});
