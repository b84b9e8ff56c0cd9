import { Resolver } from 'node:dns/promises';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { configurationOf } from '../../../src/agent/dnsmasq/configuration.js';
import { Dnsmasq } from '../../../src/agent/dnsmasq/dnsmasq.js';
import { limitLogs } from '../../../src/agent/program-log.js';
import { DnsForwarder } from '../../../src/realization/resources.pb.js';
import { eventually } from '../../eventually.js';

/** Real dnsmasqs on loopback addresses: servers, and a forwarder before them. */
const folder = mkdtempSync(join(tmpdir(), 'heddle-dnsmasq-'));
const [LISTENER, EVERYTHING, CORPORATE] = ['127.77.1.1', '127.77.1.2', '127.77.1.3'];
const all = ['forwarder', 'everything', 'corporate'].map((name) => new Dnsmasq({ folder: join(folder, name) }));
const [forwarder, everything, corporate] = all as [Dnsmasq, Dnsmasq, Dnsmasq];

const server = (address: string, ...records: readonly string[]): string =>
  `${['no-resolv', 'no-hosts', 'bind-interfaces', `listen-address=${address}`, 'local-ttl=300', ...records.map((record) => `host-record=${record}`)].join('\n')}\n`;
const forwarding = (fields: Partial<DnsForwarder> = {}): string => {
  const zones = [
    { domains: [], servers: [EVERYTHING], source: '' },
    { domains: ['corp.test'], servers: [CORPORATE], source: '' },
  ];
  return configurationOf({ ...DnsForwarder.decode(new Uint8Array()), listener: LISTENER, cacheKilobytes: 1024, zones, ...fields }, forwarder.log);
};
const resolve = (name: string): Promise<string> => {
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([LISTENER]);
  return resolver.resolve4(name).then(
    (addresses) => addresses.join(),
    ({ code }) => String(code),
  );
};

afterAll(async () => {
  for (const one of all) await one.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('hands questions on by domain, remembers answers, and is found again', { timeout: 30_000 }, async () => {
  await everything.apply(server(EVERYTHING, 'www.example.test,192.0.2.80', 'db.corp.test,192.0.2.81'));
  await corporate.apply(server(CORPORATE, 'db.corp.test,192.0.2.82'));
  await forwarder.apply(forwarding());
  expect([await resolve('www.example.test'), await resolve('db.corp.test')]).toEqual(['192.0.2.80', '192.0.2.82']);
  await everything.stop();
  expect([await resolve('www.example.test'), await resolve('other.example.test')]).toEqual(['192.0.2.80', 'ETIMEOUT']);
  const { pid } = forwarder;
  const again = new Dnsmasq({ folder: join(folder, 'forwarder') });
  await again.apply(forwarding());
  expect([pid !== undefined, again.pid]).toEqual([true, pid]);
});

it('tells what it has counted', { timeout: 30_000 }, async () => {
  await corporate.apply(server(CORPORATE, 'db.corp.test,192.0.2.82'));
  await forwarder.apply(forwarding({ cacheKilobytes: 512 }));
  for (const name of ['db.corp.test', 'db.corp.test', 'unknown.corp.test']) await resolve(name);
  const { forwarded, answeredLocally, servers } = await forwarder.tally(2);
  expect({ forwarded, answeredLocally }).toEqual({ forwarded: 2, answeredLocally: 1 });
  expect(servers.find(({ address }) => address === CORPORATE)?.sent).toBe(2);
  expect((await forwarder.tally(2)).forwarded).toBe(2);
  await expect(new Dnsmasq({ folder: join(folder, 'nowhere') }).tally(1)).rejects.toThrow('dnsmasq does not run');
});

it('logs questions where that is asked for', { timeout: 30_000 }, async () => {
  await forwarder.apply(forwarding({ logQueries: true }));
  await resolve('db.corp.test');
  const log = (): string => readFileSync(forwarder.log, 'utf8');
  await eventually(() => expect(log()).toContain('db.corp.test'));
  await limitLogs(folder, 0);
  expect([log(), readFileSync(`${forwarder.log}.1`, 'utf8')]).toEqual(['', expect.stringContaining('db.corp.test')]);
  await resolve('later.corp.test');
  await eventually(() => expect(log()).toMatch(/^[^\0]*later\.corp\.test/));
  expect((await forwarder.tally(2)).forwarded).toBe(2);
});

it('keeps what it had when a configuration is refused, and says why', { timeout: 30_000 }, async () => {
  await forwarder.apply(forwarding());
  await expect(forwarder.apply('no-such-thing\n')).rejects.toThrow('dnsmasq refuses the configuration');
  await expect(forwarder.apply(forwarding({ listener: '203.0.113.1' }))).rejects.toThrow('dnsmasq refuses the configuration');
  expect(await resolve('db.corp.test')).toBe('192.0.2.82');
});

it('names the package where it is missing', async () => {
  const path = process.env.PATH;
  process.env.PATH = '/nowhere';
  try {
    await expect(new Dnsmasq({ folder: join(folder, 'missing') }).apply(forwarding())).rejects.toThrow('dnsmasq is missing: install the package dnsmasq-base');
  } finally {
    process.env.PATH = path;
  }
});
