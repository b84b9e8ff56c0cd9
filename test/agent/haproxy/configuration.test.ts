import { expect, it } from 'vitest';
import { configurationOf } from '../../../src/agent/haproxy/configuration.js';
import { BalancerMember, BalancerPool, HealthMonitor, Layer7Balancer } from '../../../src/realization/resources.pb.js';

function blank<T>(kind: { decode(bytes: Uint8Array): T }): T {
  return kind.decode(new Uint8Array());
}

const surroundings = { filesFolder: '/files', adminSocket: '/admin', stateFile: '/state', addressSets: () => [], secrets: () => undefined };
const member = (address: string): BalancerMember => ({ ...blank(BalancerMember), address, port: 8080 });
const pool = (key: string, members: readonly BalancerMember[], facts: Partial<BalancerPool> = {}): BalancerPool => ({
  ...blank(BalancerPool),
  key,
  members,
  monitors: [{ ...blank(HealthMonitor), key: 'm' }],
  ...facts,
});

it('writes addresses of IPv6 so that their ports are told from them', () => {
  const six = pool('p', [member('2001:db8::11')]);
  const balancers = new Map([['b', { ...blank(Layer7Balancer), address: '2001:db8::80', ports: ['80'], pool: six }]]);
  const watches = [{ balancer: 'w', pool: six, members: six.members, port: 80, source: 'fd00::8', shared: true }];
  const { text } = configurationOf({ balancers, watches }, surroundings);
  expect(text).toContain('bind [2001:db8::80]:80\n');
  expect(text.match(/server \S+ \S+/g)).toEqual(Array(2).fill('server 2001_db8__11.8080 [2001:db8::11]:8080'));
  expect(text.match(/source \S+/g)).toEqual(['source [2001:db8::80]', 'source [fd00::8]']);
});

it('reaches members of another family only from an address that the pool names', () => {
  const balancer = (facts: Partial<BalancerPool>) =>
    new Map([['b', { ...blank(Layer7Balancer), address: '2001:db8::80', pool: pool('p', [member('10.0.0.1')], facts) }]]);
  expect(() => configurationOf({ balancers: balancer({}), watches: [] }, surroundings)).toThrow('10.0.0.1 can only be reached from an address of its own kind');
  const translation = { sourceTranslation: 1, translationAddresses: ['10.9.0.0/30'] };
  expect(configurationOf({ balancers: balancer(translation), watches: [] }, surroundings).text).toContain('source 10.9.0.0');
});
