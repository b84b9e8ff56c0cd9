import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Dnsmasq } from '../../../src/agent/dnsmasq/dnsmasq.js';
import { relayConfigurationOf } from '../../../src/agent/dnsmasq/relay.js';
import { legCable } from '../../../src/agent/ovn/relay-legs.js';
import { SiteNamespace } from '../../../src/agent/ovn/site-namespace.js';
import { eventually } from '../../eventually.js';

/**
 * A real relay between a client and a server, a namespace each:
 *
 *   client ── leg: 10.77.1.1, and nothing of its network ── relay ── 192.0.2.2 ── server: 192.0.2.1
 */
const folder = mkdtempSync(join(tmpdir(), 'heddle-relay-'));
const [relay, client, server] = ['relay', 'client', 'server'].map((name) => new SiteNamespace(`heddle-test-${name}-${process.pid}`)) as [
  SiteNamespace,
  SiteNamespace,
  SiteNamespace,
];
const relays = [{ gateway: '10.77.1.1', servers: ['192.0.2.1'] }];
const leg = legCable({ key: `test ${process.pid}`, mac: '02:50:30:00:00:01', relays });
const outside = `hst${process.pid}`;
const programs = [relay, server].map(({ name, launcher }) => new Dnsmasq({ folder: join(folder, name), launcher })) as [Dnsmasq, Dnsmasq];

/** Asks as a client does that has no address, to be answered by broadcast. Writes the address that it is offered. */
const DISCOVER = `
  const socket = require('node:dgram').createSocket('udp4');
  const message = Buffer.alloc(300);
  message.set([1, 1, 6, 0, 1, 2, 3, 4]);
  message[10] = 0x80;
  message.set([2, 0, 0, 7, 0, 0x77], 28);
  message.set([99, 130, 83, 99, 53, 1, 1, 255], 236);
  socket.on('message', (answer) => { console.log(answer.subarray(16, 20).join('.')); process.exit(); });
  socket.bind(68, () => { socket.setBroadcast(true); socket.send(message, 67, '255.255.255.255'); });
  setTimeout(() => process.exit(), 2000);
`;
const offered = (): string => {
  const [command = '', ...args] = [...client.launcher, process.execPath, '-e', DISCOVER];
  return execFileSync(command, args, { encoding: 'utf8' }).trim();
};

beforeAll(async () => {
  await relay.make([{ outside, inside: 'eth0', mac: '02:50:30:00:00:02', addresses: ['192.0.2.2/24'], gateways: ['192.0.2.1'] }, leg]);
  for (const [namespace, device, ...addresses] of [
    [server, outside, '192.0.2.1/24'],
    [client, leg.outside],
  ] as const) {
    await namespace.make([]);
    execFileSync('ip', ['link', 'set', device, 'netns', namespace.name]);
    await namespace.ip('link', 'set', device, 'up');
    for (const address of addresses) await namespace.ip('address', 'add', address, 'dev', device);
  }
  await server.ip('route', 'add', '10.77.1.1', 'via', '192.0.2.2');
  await client.ip('link', 'set', leg.outside, 'address', '02:00:00:07:00:77');
  await client.ip('route', 'add', 'default', 'dev', leg.outside);
  await programs[0].apply(relayConfigurationOf(relays, 'eth0', programs[0].log));
  const lines = ['port=0', 'no-ping', `dhcp-leasefile=${join(folder, 'leases')}`, 'dhcp-range=10.77.1.50,10.77.1.50,255.255.255.0,2m'];
  await programs[1].apply(`${lines.join('\n')}\n`);
});

afterAll(async () => {
  for (const one of programs) await one.stop();
  for (const namespace of [client, server, relay]) await namespace.remove();
  rmSync(folder, { recursive: true, force: true });
});

it('brings a client the offer of a server behind it', async () => {
  await eventually(async () => expect(offered()).toBe('10.77.1.50'));
});

it('does not answer for the gateway whose address it has', async () => {
  await client.ip('address', 'add', '10.77.1.9/24', 'dev', leg.outside);
  const [command = '', ...args] = [...client.launcher, 'ping', '-n', '-c', '2', '-i', '0.2', '-W', '1', '10.77.1.1'];
  expect(() => execFileSync(command, args, { stdio: 'ignore' })).toThrow();
});
