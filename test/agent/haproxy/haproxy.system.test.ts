import 'reflect-metadata';
import { createPrivateKey, webcrypto } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request as plainRequest, type Server } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import * as x509 from '@peculiar/x509';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Configuration, configurationOf } from '../../../src/agent/haproxy/configuration.js';
import { Haproxy } from '../../../src/agent/haproxy/haproxy.js';
import { balancerCounters } from '../../../src/agent/haproxy/statistics.js';
import type { Watch } from '../../../src/agent/haproxy/watches.js';
import { limitLogs } from '../../../src/agent/program-log.js';
import {
  BalancerMember,
  BalancerMember_State,
  BalancerPool,
  BalancerPool_Algorithm,
  HealthMonitor,
  HealthMonitor_Protocol,
  Layer7Balancer,
  Layer7Balancer_ForwardedFor,
  LayerSevenRule,
  LayerSevenRule_Action,
  LayerSevenRule_Condition,
  Persistence,
  Persistence_Mode,
  TlsSettings,
  type TlsSettings_Certificate,
} from '../../../src/realization/resources.pb.js';
import { eventually } from '../../eventually.js';

/** A real HAProxy on loopback addresses, in front of real servers. */
const FRONT = '127.77.0.1';
const PORT = 18080;

const folder = mkdtempSync(join(tmpdir(), 'heddle-haproxy-'));
const haproxy = new Haproxy({ folder });
const servers: Server[] = [];
const secrets = new Map<string, string>();

/** A server that tells who it is and what it got. */
async function member(name: string): Promise<{ address: string; port: number; server: Server }> {
  const server = createServer((request, response) => {
    response.setHeader('x-secret', 'inside').setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ name, url: request.url, headers: request.headers }));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: '127.0.0.1', port: (server.address() as AddressInfo).port, server };
}

/** A message without anything in it. */
function blank<T>(kind: { decode(bytes: Uint8Array): T }): T {
  return kind.decode(new Uint8Array());
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  /** Name of the member that answered, and what it got. */
  readonly name?: string;
  readonly url?: string;
  readonly got: Record<string, string>;
  readonly certificate?: string;
}

function get(path: string, headers: Record<string, string> = {}, servername?: string): Promise<Answer> {
  const send = servername === undefined ? plainRequest : tlsRequest;
  return new Promise((resolve, reject) => {
    const sent = send({ host: FRONT, port: PORT, path, headers, servername, rejectUnauthorized: false, agent: false }, (response) => {
      let text = '';
      const certificate = servername === undefined ? undefined : String((response.socket as TLSSocket).getPeerCertificate().subject.CN);
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => {
        const told = text.startsWith('{') ? JSON.parse(text) : {};
        resolve({ status: response.statusCode, headers: response.headers, text, name: told.name, url: told.url, got: told.headers ?? {}, certificate });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

async function serve(balancer: Partial<Layer7Balancer>, addressSets: Record<string, string[]> = {}, watches: readonly Watch[] = []): Promise<Configuration> {
  const whole = { ...blank(Layer7Balancer), address: FRONT, ports: [String(PORT)], ...balancer };
  const configuration = configurationOf(
    { balancers: new Map([['/infra/lb-virtual-servers/v', whole]]), watches },
    {
      filesFolder: haproxy.filesFolder,
      adminSocket: haproxy.adminSocket,
      stateFile: haproxy.stateFile,
      addressSets: (key) => addressSets[key] ?? [],
      secrets: ({ path, field }) => secrets.get(`${path} ${field}`) as string,
    },
  );
  await haproxy.apply(configuration);
  return configuration;
}

const pool = (key: string, members: readonly Partial<BalancerMember>[], more: Partial<BalancerPool> = {}): BalancerPool => ({
  ...blank(BalancerPool),
  key,
  members: members.map(({ address, port, ...rest }) => ({ ...blank(BalancerMember), address: address ?? '', port: port ?? 0, ...rest })),
  ...more,
});
const remembering = (how: Partial<Persistence>): Persistence => ({ ...blank(Persistence), key: 'k', ...how });
const rule = (phase: string, conditions: readonly Partial<LayerSevenRule_Condition>[], actions: readonly Partial<LayerSevenRule_Action>[]): LayerSevenRule => ({
  ...blank(LayerSevenRule),
  phase,
  conditions: conditions.map((condition) => ({ ...blank(LayerSevenRule_Condition), match: 'EQUALS', caseSensitive: true, ...condition })),
  actions: actions.map((action) => ({ ...blank(LayerSevenRule_Action), ...action })),
});

async function certificate(path: string, name: string, isDefault: boolean): Promise<TlsSettings_Certificate> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const pair = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const made = await x509.X509CertificateGenerator.createSelfSigned({ name: `CN=${name}`, keys: pair, signingAlgorithm: algorithm });
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', pair.privateKey));
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  secrets.set(
    `${path} private_key`,
    String(key.export({ format: 'pem', type: 'pkcs8', ...(isDefault ? {} : { cipher: 'aes-256-cbc', passphrase: 'opens it' }) })),
  );
  secrets.set(`${path} passphrase`, 'opens it');
  const secret = (field: string) => ({ path, field, version: '1' });
  return { path, pem: made.toString('pem'), isDefault, privateKey: secret('private_key'), passphrase: isDefault ? undefined : secret('passphrase') };
}

let one: Awaited<ReturnType<typeof member>>;
let two: Awaited<ReturnType<typeof member>>;
beforeAll(async () => {
  one = await member('one');
  two = await member('two');
});
afterAll(async () => {
  await haproxy.stop();
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});

const names = async (count: number): Promise<string[]> => {
  const found: string[] = [];
  for (let index = 0; index < count; index++) found.push((await get('/')).name ?? 'nobody');
  return found.sort();
};

describe('a layer-7 balancer on HAProxy', { timeout: 30_000 }, () => {
  it('shares requests among the members, by their weights', async () => {
    await serve({ pool: pool('p', [one, two]) });
    expect(await names(4)).toEqual(['one', 'one', 'two', 'two']);
    const weighted = [
      { ...one, weight: 3 },
      { ...two, weight: 1 },
    ];
    await serve({ pool: pool('p', weighted, { algorithm: BalancerPool_Algorithm.WEIGHTED_ROUND_ROBIN }) });
    expect(await names(8)).toEqual([...Array(6).fill('one'), 'two', 'two']);
    await serve({ pool: pool('p', [one, { ...two, state: BalancerMember_State.DISABLED }]) });
    expect(await names(3)).toEqual(['one', 'one', 'one']);
  });

  it('counts, also over a new configuration', async () => {
    const balancers = new Map<string, Layer7Balancer>();
    const counters = async () => {
      const [[key, balancer] = ['', blank(Layer7Balancer)]] = balancers;
      return balancerCounters(key, balancer, await haproxy.tallies());
    };
    const settle = async (more: Partial<Layer7Balancer>) => {
      balancers.set('/infra/lb-virtual-servers/v', { ...blank(Layer7Balancer), pool: pool('counted', [one, two]), ...more });
      await serve({ pool: pool('counted', [one, two]), ...more });
    };
    await settle({});
    const before = (await counters()).tally?.httpRequests ?? 0;
    await names(4);
    await settle({ idleSeconds: 7 });
    await names(2);
    await eventually(async () => {
      const { tally, pools } = await counters();
      expect(tally?.httpRequests).toBe(before + 6);
      expect(tally?.bytesOut).toBeGreaterThan(6 * 100);
      expect(pools[0]?.tally).toMatchObject({ totalSessions: 6, currentSessions: 0 });
      expect(pools[0]?.members.map((member) => member.tally?.totalSessions)).toEqual([3, 3]);
    });
  });

  it('keeps a client on its member by cookie and by address', async () => {
    const members = pool('p', [one, two]);
    await serve({
      pool: members,
      persistence: remembering({ mode: Persistence_Mode.COOKIE_INSERT, cookieName: 'JSESSION', cookieGarbled: true, cookieHttpOnly: true }),
    });
    const first = await get('/');
    const [cookie = ''] = first.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/^JSESSION=[0-9a-f]{16};.*HttpOnly/);
    for (let index = 0; index < 3; index++) expect((await get('/', { cookie: cookie.split(';')[0] as string })).name).toBe(first.name);
    await serve({ pool: members, persistence: remembering({ mode: Persistence_Mode.SOURCE_ADDRESS, seconds: 60, shared: true, purgeWhenFull: true }) });
    expect(new Set(await names(4)).size).toBe(1);
  });

  it('takes a dead member out, tells so, and falls back to the sorry pool when too few are left', async () => {
    const [mortal, sorry] = [await member('mortal'), await member('sorry')];
    const monitor = {
      ...blank(HealthMonitor),
      protocol: HealthMonitor_Protocol.HTTP,
      intervalSeconds: 1,
      timeoutSeconds: 1,
      fallCount: 1,
      riseCount: 1,
      requestUrl: '/health',
      responseCodes: [200],
    };
    const { members } = await serve({
      pool: pool('p', [one, mortal], { monitors: [monitor], minActiveMembers: 2 }),
      sorryPool: pool('s', [sorry]),
    });
    await eventually(async () => expect(await names(2)).toEqual(['mortal', 'one']));
    mortal.server.closeAllConnections();
    mortal.server.close();
    await eventually(async () => expect(await names(2)).toEqual(['sorry', 'sorry']));
    const states = new Map([...(await haproxy.members())].map(([name, state]) => [members.get(name)?.member.port, state]));
    expect([states.get(one.port), states.get(mortal.port), states.get(sorry.port)]).toEqual(['UP', 'DOWN', 'UNCHECKED']);
  });

  it('watches members for others, with all of their monitors, and does not forget over a new configuration', async () => {
    const mortal = await member('watched');
    const monitor = { ...blank(HealthMonitor), intervalSeconds: 1, timeoutSeconds: 1, fallCount: 2, riseCount: 2, responseCodes: [200] };
    const monitors = [
      { ...monitor, key: 'connects', protocol: HealthMonitor_Protocol.TCP },
      { ...monitor, key: 'answers', protocol: HealthMonitor_Protocol.HTTP },
    ];
    const watched = pool('p', [one, mortal], { monitors });
    const watches = [{ balancer: 'b', pool: watched, members: watched.members, port: 80, source: '127.0.0.1', shared: true }];
    const { members } = await serve({ pool: pool('q', [one]) }, {}, watches);
    const dead = async () => [...(await haproxy.members())].flatMap(([name, state]) => (state === 'DOWN' ? (members.get(name)?.member.port ?? []) : []));
    mortal.server.closeAllConnections();
    mortal.server.close();
    await eventually(async () => expect(await dead()).toEqual([mortal.port, mortal.port]));
    await serve({ pool: pool('q', [one]), idleSeconds: 17 }, {}, watches);
    expect(await dead()).toEqual([mortal.port, mortal.port]);
  });

  it('picks pools by host and path, the first rule that fits; redirects and refuses', async () => {
    const select = (name: string) => ({ type: 'LBSelectPoolAction', pool: name });
    await serve({
      pool: pool('p', [one]),
      rulePools: [pool('q', [two])],
      rules: [
        rule('HTTP_FORWARDING', [{ type: 'LBHttpRequestHeaderCondition', name: 'Host', value: 'b.test' }], [select('q')]),
        rule(
          'HTTP_FORWARDING',
          [{ type: 'LBHttpRequestUriCondition', match: 'STARTS_WITH', value: '/old' }],
          [{ type: 'LBHttpRedirectAction', value: 'https://$_host/new', status: 301 }],
        ),
        rule(
          'HTTP_FORWARDING',
          [{ type: 'LBHttpRequestUriCondition', match: 'REGEX', value: '^/(admin|root)' }],
          [{ type: 'LBHttpRejectAction', status: 403, value: "It's closed." }],
        ),
        rule(
          'HTTP_FORWARDING',
          [
            { type: 'LBHttpRequestMethodCondition', value: 'GET' },
            { type: 'LBHttpRequestUriArgumentsCondition', match: 'CONTAINS', value: 'to=two' },
          ],
          [select('q')],
        ),
      ],
    });
    expect((await get('/', { host: 'a.test' })).name).toBe('one');
    expect((await get('/old', { host: 'b.test' })).name).toBe('two');
    expect(await get('/old', { host: 'a.test:80' })).toMatchObject({ status: 301, headers: { location: 'https://a.test/new' } });
    expect(await get('/admin/x')).toMatchObject({ status: 403, text: "It's closed." });
    expect((await get('/x?to=two')).name).toBe('two');
  });

  it('rewrites requests and answers, says where clients come from, and keeps an access log', async () => {
    await serve({
      pool: pool('p', [one]),
      forwardedFor: Layer7Balancer_ForwardedFor.INSERT,
      accessLog: true,
      rules: [
        rule(
          'HTTP_REQUEST_REWRITE',
          [{ type: 'LBHttpRequestUriCondition', match: 'STARTS_WITH', value: '/API', caseSensitive: false }],
          [
            { type: 'LBHttpRequestUriRewriteAction', value: '/v2$_uri', name: 'from=$_remote_addr' },
            { type: 'LBHttpRequestHeaderRewriteAction', name: 'X-Was', value: '100% $_request_uri' },
          ],
        ),
        rule(
          'HTTP_RESPONSE_REWRITE',
          [{ type: 'LBHttpRequestUriCondition', value: '/plain', inverse: true }],
          [{ type: 'LBHttpResponseHeaderDeleteAction', name: 'x-secret' }],
        ),
      ],
    });
    const api = await get('/api/x?a=1');
    expect(api).toMatchObject({ url: '/v2/api/x?from=127.0.0.1', got: { 'x-forwarded-for': '127.0.0.1' } });
    expect(api.headers['x-secret']).toBeUndefined();
    expect((await get('/plain')).headers['x-secret']).toBe('inside');
    const log = (): string => readFileSync(haproxy.accessLog, 'utf8');
    await eventually(() => expect(log()).toContain('GET /plain'));
    const before = log();
    await limitLogs(folder, before.length);
    expect(log()).toBe(before);
    await limitLogs(folder, before.length - 1);
    expect([log(), readFileSync(`${haproxy.accessLog}.1`, 'utf8')]).toEqual(['', before]);
    await get('/later');
    await eventually(() => expect(log()).toMatch(/^[^\0]*GET \/later/));
  });

  it('ends TLS with the certificate that the client names, and sends plain clients to it', async () => {
    const certificates = [await certificate('/infra/certificates/a', 'a.test', true), await certificate('/infra/certificates/b', 'b.test', false)];
    const clientTls = {
      ...blank(TlsSettings),
      certificates,
      protocols: ['TLS_V1_2'],
      ciphers: ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'],
      sessionCache: true,
    };
    await serve({ pool: pool('p', [one]), clientTls });
    expect((await get('/', {}, 'a.test')).certificate).toBe('a.test');
    expect((await get('/', {}, 'b.test')).certificate).toBe('b.test');
    expect((await get('/', {}, 'other.test')).certificate).toBe('a.test');
    const many = await Promise.all(Array.from({ length: 68 }, (_, index) => certificate(`/infra/certificates/${index}`, `n${index}.test`, false)));
    await serve({ pool: pool('p', [one]), clientTls: { ...clientTls, certificates: [...many, ...certificates] } });
    for (const name of ['n0.test', 'n67.test', 'b.test']) expect((await get('/', {}, name)).certificate).toBe(name);
    expect((await get('/', {}, 'other.test')).certificate).toBe('a.test');
    await serve({ pool: pool('p', [one]), redirectToHttps: true });
    expect(await get('/x', { host: 'a.test' })).toMatchObject({ status: 302, headers: { location: 'https://a.test/x' } });
  });

  it('lets in only whom the access list lets in', async () => {
    const ends = (set: string[], deny: boolean) =>
      serve({ pool: pool('p', [one]), accessList: { deny, addressSets: ['g'] } }, { g: set }).then(() =>
        get('/').then(
          () => 'in',
          () => 'out',
        ),
      );
    expect(await ends(['127.0.0.0/8'], true)).toBe('out');
    expect(await ends(['10.0.0.1-10.0.0.9', '00:00:00:00:00:01'], true)).toBe('in');
    expect(await ends(['10.0.0.1-10.0.0.9'], false)).toBe('out');
    expect(await ends([], false)).toBe('out');
    expect(await ends(['127.0.0.1'], false)).toBe('in');
    const strangers = Array.from({ length: 199 }, (_, index) => `10.${index}.0.1`);
    expect(await ends([...strangers, '127.0.0.1'], false)).toBe('in');
    expect(await ends([...strangers, '127.0.0.2'], false)).toBe('out');
    const known = rule('HTTP_FORWARDING', [{ type: 'LBIpHeaderCondition', addressSet: 'g' }], [{ type: 'LBHttpRejectAction', status: 403 }]);
    await serve({ pool: pool('p', [one]), rules: [known] }, { g: [...strangers, '127.0.0.1'] });
    expect((await get('/')).status).toBe(403);
    expect(readdirSync(haproxy.filesFolder)).toHaveLength(1);
  });

  it('means by a name of a header what was said, whatever is in it', async () => {
    const deletes = { type: 'LBHttpRequestHeaderDeleteAction', name: 'X-A#b' };
    const asked = { type: 'LBHttpRequestHeaderCondition', name: 'X-C#d', value: 'please' };
    await serve({ pool: pool('p', [one]), rules: [rule('HTTP_REQUEST_REWRITE', [asked], [deletes])] });
    expect((await get('/', { 'X-A#b': '1', 'X-A': '2' })).got).toMatchObject({ 'x-a#b': '1', 'x-a': '2' });
    const { got } = await get('/', { 'X-A#b': '1', 'X-A': '2', 'X-C#d': 'please' });
    expect([got['x-a#b'], got['x-a']]).toEqual([undefined, '2']);
  });

  it('keeps what it had when a configuration is refused, and says why', async () => {
    await serve({ pool: pool('p', [one]) });
    const wrong = rule('HTTP_FORWARDING', [{ type: 'LBHttpRequestUriCondition', match: 'REGEX', value: '(' }], [{ type: 'LBHttpRejectAction', status: 403 }]);
    await expect(serve({ pool: pool('p', [two]), rules: [wrong] })).rejects.toThrow(/HAProxy refuses the configuration: .*regex/i);
    expect(await names(2)).toEqual(['one', 'one']);
    await expect(serve({ pool: pool('p', [two]), rules: [rule('TRANSPORT', [], [])] })).rejects.toThrow('rules of the phase TRANSPORT cannot be done');
  });

  it('does not cut a request that is under way when the configuration changes', async () => {
    let finish: (() => void) | undefined;
    const slow = createServer((_request, response) => {
      finish = () => response.end('{"name":"slow"}');
    });
    servers.push(slow);
    await new Promise<void>((resolve) => slow.listen(0, '127.0.0.1', resolve));
    await serve({ pool: pool('p', [{ address: '127.0.0.1', port: (slow.address() as AddressInfo).port }]) });
    const under = get('/');
    await eventually(() => expect(finish).toBeDefined());
    await serve({ pool: pool('p', [two]) });
    expect((await get('/')).name).toBe('two');
    finish?.();
    expect((await under).name).toBe('slow');
  });

  it('comes into force although an agent was killed after it had written the file', async () => {
    const file = join(folder, 'haproxy.cfg');
    await serve({ pool: pool('p', [two]) });
    const meant = readFileSync(file, 'utf8');
    await serve({ pool: pool('p', [one]) });
    writeFileSync(file, meant);
    await serve({ pool: pool('p', [two]) });
    expect(await names(2)).toEqual(['two', 'two']);
  });

  it('keeps what it had where it cannot listen, and says why', async () => {
    const taken = createServer();
    servers.push(taken);
    await new Promise<void>((resolve) => taken.listen(0, FRONT, resolve));
    const { port } = taken.address() as AddressInfo;
    await serve({ pool: pool('p', [one]) });
    const before = readFileSync(join(folder, 'haproxy.cfg'), 'utf8');
    const more = { pool: pool('p', [two]), ports: [String(PORT), String(port)] };
    await expect(serve(more)).rejects.toThrow(/refuses the configuration: .*Address already in use/);
    await eventually(async () => expect(await names(2)).toEqual(['one', 'one']));
    expect(readFileSync(join(folder, 'haproxy.cfg'), 'utf8')).toBe(before);
    await new Promise((resolve) => taken.close(resolve));
    await serve(more);
    expect(await names(2)).toEqual(['two', 'two']);
  });

  it('is found again by an agent that starts anew, and is started anew when it is gone', async () => {
    await serve({ pool: pool('p', [one]) });
    const { pid } = haproxy;
    const later = new Haproxy({ folder });
    expect(later.pid).toBe(pid);
    expect([...(await later.members()).values()]).toEqual(['UNCHECKED']);
    process.kill(pid as number, 'SIGKILL');
    await eventually(() => expect(haproxy.pid).toBeUndefined());
    await serve({ pool: pool('p', [two]) });
    expect(haproxy.pid).not.toBe(pid);
    expect(await names(2)).toEqual(['two', 'two']);
  });
});
