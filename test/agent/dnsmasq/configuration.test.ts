import { expect, it } from 'vitest';
import { addressesOf, configurationOf } from '../../../src/agent/dnsmasq/configuration.js';
import { DnsForwarder } from '../../../src/realization/resources.pb.js';

const blank = DnsForwarder.decode(new Uint8Array());
const forwarder: DnsForwarder = {
  ...blank,
  listener: '198.51.100.53',
  cacheKilobytes: 64,
  zones: [
    { domains: [], servers: ['192.0.2.1', '192.0.2.2'], source: '' },
    { domains: ['corp.example', '10.in-addr.arpa'], servers: ['192.0.2.3'], source: '198.51.100.54' },
  ],
};

it('asks the servers of each zone from its address, and no others', () => {
  const lines = configurationOf(forwarder, '/log').split('\n');
  expect(lines.filter((line) => line.startsWith('server='))).toEqual([
    'server=192.0.2.1@198.51.100.53',
    'server=192.0.2.2@198.51.100.53',
    'server=/corp.example/10.in-addr.arpa/192.0.2.3@198.51.100.54',
  ]);
  expect(lines).toEqual(expect.arrayContaining(['no-resolv', 'no-hosts', 'bind-interfaces', 'listen-address=198.51.100.53', 'cache-size=512']));
  expect(addressesOf(forwarder)).toEqual(['198.51.100.53', '198.51.100.54']);
});

it('logs questions where that is asked for', () => {
  expect(configurationOf(forwarder, '/log')).not.toContain('log-queries');
  expect(configurationOf({ ...forwarder, logQueries: true }, '/log')).toContain('log-queries');
});
