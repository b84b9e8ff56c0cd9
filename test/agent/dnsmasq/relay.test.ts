import { expect, it } from 'vitest';
import { relayConfigurationOf } from '../../../src/agent/dnsmasq/relay.js';

it('hands requests of each gateway to its servers, and takes answers from their side only', () => {
  const relays = [
    { gateway: '10.0.1.1', servers: ['192.0.2.7', '192.0.2.8'] },
    { gateway: '2001:db8:1::1', servers: ['2001:db8::7'] },
  ];
  expect(relayConfigurationOf(relays, 'eth0', '/log').trim().split('\n')).toEqual([
    'port=0',
    'no-hosts',
    'log-facility=/log',
    'dhcp-relay=10.0.1.1,192.0.2.7,eth0',
    'dhcp-relay=10.0.1.1,192.0.2.8,eth0',
    'dhcp-relay=2001:db8:1::1,2001:db8::7,eth0',
  ]);
});
