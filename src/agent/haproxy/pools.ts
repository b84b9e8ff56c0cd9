import { createHash } from 'node:crypto';
import {
  type BalancerMember,
  BalancerMember_State,
  type BalancerPool,
  BalancerPool_Algorithm,
  BalancerPool_SourceTranslation,
  type HealthMonitor,
  HealthMonitor_Protocol,
  type Layer7Balancer,
  type Persistence,
  Persistence_Mode,
} from '../../realization/resources.pb.js';
import { formatAddress, parseRange } from '../../shared/address.js';
import type { TlsFiles } from './tls-files.js';
import { seconds, token, Unsupported, word } from './words.js';

/** Answers that a monitor takes for good where it names none. */
const GOOD = 200;

/** The backend of a pool, behind one balancer. @throws Unsupported */
export function backendOf(balancer: Layer7Balancer, pool: BalancerPool, files: TlsFiles): string[] {
  const { persistence, responseSeconds, serverKeepAlive, responseBuffered } = balancer;
  const servers = pool.members.map((member) => serverOf(balancer, pool, member, files));
  return [
    'mode http',
    `balance ${ALGORITHMS[pool.algorithm]}`,
    ...(responseSeconds > 0 ? [`timeout server ${seconds(responseSeconds)}`] : []),
    serverKeepAlive || pool.multiplexed ? 'option http-keep-alive' : 'option http-server-close',
    `http-reuse ${pool.multiplexed ? 'aggressive' : 'never'}`,
    ...(responseBuffered ? ['http-response wait-for-body time 10s'] : []),
    ...checksOf(pool),
    ...(persistence ? persistenceOf(persistence) : []),
    ...servers,
  ];
}

const ALGORITHMS: Readonly<Record<number, string>> = {
  [BalancerPool_Algorithm.ROUND_ROBIN]: 'roundrobin',
  [BalancerPool_Algorithm.WEIGHTED_ROUND_ROBIN]: 'roundrobin',
  [BalancerPool_Algorithm.LEAST_CONNECTION]: 'leastconn',
  [BalancerPool_Algorithm.WEIGHTED_LEAST_CONNECTION]: 'leastconn',
  [BalancerPool_Algorithm.IP_HASH]: 'source',
};
const WEIGHTED: readonly BalancerPool_Algorithm[] = [BalancerPool_Algorithm.WEIGHTED_ROUND_ROBIN, BalancerPool_Algorithm.WEIGHTED_LEAST_CONNECTION];
const MOST_WEIGHT = 256;

/** A member is named by where it is, so that a table that backends share means the same member in all of them. */
export function serverName({ address, port }: BalancerMember): string {
  return `${address.replaceAll(':', '_')}.${port}`;
}

function serverOf(balancer: Layer7Balancer, pool: BalancerPool, member: BalancerMember, files: TlsFiles): string {
  const { persistence, serverTls } = balancer;
  const port = member.port || memberPort(pool);
  const [monitor] = pool.monitors;
  const passive = pool.passiveMonitor;
  const checked = monitor !== undefined || passive !== undefined;
  const options = [
    `weight ${weightOf(pool, member)}`,
    ...(member.backup ? ['backup'] : []),
    ...(member.state === BalancerMember_State.DISABLED ? ['disabled'] : []),
    ...(member.maxConnections > 0 ? [`maxconn ${member.maxConnections}`] : []),
    ...(pool.multiplexed && pool.multiplexedConnections > 0 ? [`pool-max-conn ${pool.multiplexedConnections}`] : []),
    ...(checked ? ['check'] : []),
    ...(monitor ? checkOptions(monitor, serverTls !== undefined, files) : []),
    ...(passive ? [`observe layer4 error-limit ${passive.fallCount} on-error mark-down`] : []),
    ...(passive && !monitor ? [`inter ${seconds(passive.timeoutSeconds)} fall 1 rise 1`] : []),
    ...(serverTls ? ['ssl', 'sni req.hdr(host),field(1,:)', ...files.towardsServers(serverTls)] : []),
    `source ${host(sourceOf(balancer, pool, member))}`,
    ...(persistence && isCookie(persistence) ? [`cookie ${cookieValue(persistence, member)}`] : []),
  ];
  return `server ${serverName(member)} ${host(member.address)}${port === 0 ? '' : `:${port}`} ${options.join(' ')}`;
}

/** An address as it stands before a port, or could. */
export function host(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** A member that drains has no weight: those who are on it stay, nobody new comes. */
function weightOf({ algorithm }: BalancerPool, { state, weight }: BalancerMember): number {
  if (state === BalancerMember_State.DRAINING) return 0;
  return WEIGHTED.includes(algorithm) ? Math.min(weight || 1, MOST_WEIGHT) : 1;
}

/** The port of members that name none; 0: the one that the client asked for. */
function memberPort({ memberPorts: [first, ...more] }: BalancerPool): number {
  if (first === undefined) return 0;
  if (more.length > 0 || !/^\d+$/.test(first)) throw new Unsupported('members can have one default port, not several');
  return Number(first);
}

/** Address from which a member is reached: the pool's first of its family, or the balancer's own, to which every router has a route. @throws Unsupported */
function sourceOf({ address }: Layer7Balancer, { sourceTranslation, translationAddresses }: BalancerPool, member: BalancerMember): string {
  if (sourceTranslation === BalancerPool_SourceTranslation.NONE)
    throw new Unsupported("a layer-7 pool's members cannot see the client's address: use X-Forwarded-For");
  const { family } = parseRange(member.address) ?? {};
  const ranges = sourceTranslation === BalancerPool_SourceTranslation.POOL ? translationAddresses.flatMap((text) => parseRange(text) ?? []) : [];
  const range = ranges.find((one) => one.family === family);
  if (range) return formatAddress(range.family, range.low);
  if (parseRange(address)?.family !== family) throw new Unsupported(`${member.address} can only be reached from an address of its own kind: give the pool one`);
  return address;
}

/** Addresses from which the members of a pool are reached, each once. @throws Unsupported */
export function sourcesOf(balancer: Layer7Balancer, pool: BalancerPool): string[] {
  return [...new Set(pool.members.map((member) => sourceOf(balancer, pool, member)))];
}

function checksOf({ monitors }: BalancerPool): string[] {
  const [monitor, ...more] = monitors;
  if (!monitor) return [];
  if (more.length > 0) throw new Unsupported('a layer-7 pool can have one active monitor, not several');
  if (!canCheck(monitor)) throw new Unsupported('a layer-7 pool can be watched by TCP, HTTP and HTTPS, not by ICMP or UDP');
  return checkDirectives(monitor);
}

/** Whether HAProxy knows how to look. */
export function canCheck({ protocol }: HealthMonitor): boolean {
  return protocol !== HealthMonitor_Protocol.UDP && protocol !== HealthMonitor_Protocol.ICMP;
}

/** How a backend looks at its servers. @throws Unsupported */
export function checkDirectives(monitor: HealthMonitor): string[] {
  const limit = `timeout check ${seconds(monitor.timeoutSeconds)}`;
  return monitor.protocol === HealthMonitor_Protocol.TCP
    ? [limit, 'option tcp-check', 'tcp-check connect', ...payloads(monitor)]
    : [limit, 'option httpchk', httpRequest(monitor), ...httpExpectations(monitor)];
}

/** How often a server is looked at, and where. @throws Unsupported */
export function checkOptions(monitor: HealthMonitor, serversSpeakTls: boolean, files: TlsFiles): string[] {
  const { intervalSeconds, fallCount, riseCount, port } = monitor;
  return [
    `inter ${seconds(intervalSeconds)} fall ${fallCount} rise ${riseCount}`,
    ...(port > 0 ? [`port ${port}`] : []),
    ...checkTls(monitor, serversSpeakTls, files),
  ];
}

function httpRequest({ requestMethod, requestUrl, requestVersion, requestHeaders, requestBody }: HealthMonitor): string {
  const headers = requestHeaders.map(({ name, value }) => `hdr ${token(name)} ${word(value.replaceAll('%', '%%'))}`);
  const version = requestVersion === '' ? '1.1' : requestVersion;
  const named = requestHeaders.some(({ name }) => name.toLowerCase() === 'host');
  return [
    `http-check send meth ${token(requestMethod === '' ? 'GET' : requestMethod)} uri ${word(requestUrl === '' ? '/' : requestUrl)} ver HTTP/${version}`,
    ...(version === '1.1' && !named ? ["hdr Host 'monitor'"] : []),
    ...headers,
    ...(requestBody === '' ? [] : [`body ${word(requestBody)}`]),
  ].join(' ');
}

function httpExpectations({ responseCodes, responseBody }: HealthMonitor): string[] {
  const codes = responseCodes.length === 0 ? [GOOD] : responseCodes;
  return [`http-check expect status ${codes.join(',')}`, ...(responseBody === '' ? [] : [`http-check expect string ${word(responseBody)}`])];
}

function payloads({ send, receive }: HealthMonitor): string[] {
  return [...(send === '' ? [] : [`tcp-check send ${word(send)}`]), ...(receive === '' ? [] : [`tcp-check expect string ${word(receive)}`])];
}

function checkTls({ protocol, tls }: HealthMonitor, serversSpeakTls: boolean, files: TlsFiles): string[] {
  if (protocol === HealthMonitor_Protocol.HTTPS) return ['check-ssl', ...(serversSpeakTls || !tls ? [] : files.towardsServers(tls))];
  return serversSpeakTls ? ['no-check-ssl'] : [];
}

function isCookie({ mode }: Persistence): boolean {
  return [Persistence_Mode.COOKIE_INSERT, Persistence_Mode.COOKIE_PREFIX, Persistence_Mode.COOKIE_REWRITE].includes(mode);
}

function cookieValue({ cookieGarbled }: Persistence, member: BalancerMember): string {
  const name = `${member.address}:${member.port}`;
  return cookieGarbled ? createHash('sha256').update(name).digest('hex').slice(0, 16) : name;
}

const COOKIES: Readonly<Record<number, string>> = {
  [Persistence_Mode.COOKIE_INSERT]: 'insert indirect nocache',
  [Persistence_Mode.COOKIE_PREFIX]: 'prefix',
  [Persistence_Mode.COOKIE_REWRITE]: 'rewrite',
};

/** The table in which a persistence profile remembers clients, for balancers that share it. */
export function sharedTable({ key }: Persistence): string {
  return `remembered-${createHash('sha256').update(key).digest('hex').slice(0, 12)}`;
}

export function tableOf({ seconds: time, purgeWhenFull }: Persistence): string {
  return `stick-table type ipv6 size 100k expire ${seconds(time)}${purgeWhenFull ? '' : ' nopurge'}`;
}

function persistenceOf(persistence: Persistence): string[] {
  const { mode, shared } = persistence;
  if (mode === Persistence_Mode.NONE) return [];
  if (mode === Persistence_Mode.SOURCE_ADDRESS) return shared ? [`stick on src table ${sharedTable(persistence)}`] : [tableOf(persistence), 'stick on src'];
  if (!isCookie(persistence)) throw new Unsupported('clients cannot be remembered by a variable');
  const { cookieName, cookieDomain, cookieHttpOnly, cookieSecure, cookiePath, seconds: idle, mostSeconds, fallback } = persistence;
  const inserted = mode === Persistence_Mode.COOKIE_INSERT;
  const words = [
    `cookie ${token(cookieName)} ${COOKIES[mode]}`,
    ...(inserted && cookieDomain !== '' ? [`domain ${token(cookieDomain)}`] : []),
    ...(inserted && cookiePath !== '' ? [`attr ${word(`Path=${cookiePath}`)}`] : []),
    ...(inserted && cookieHttpOnly ? ['httponly'] : []),
    ...(inserted && cookieSecure ? ['secure'] : []),
    ...(inserted && idle > 0 ? [`maxidle ${seconds(idle)}`] : []),
    ...(inserted && mostSeconds > 0 ? [`maxlife ${seconds(mostSeconds)}`] : []),
  ];
  // Without a fallback a client goes to its member although that is down, and is refused there.
  return [words.join(' '), fallback ? 'option redispatch' : 'option persist'];
}
