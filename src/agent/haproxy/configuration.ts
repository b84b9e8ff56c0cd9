import { createHash } from 'node:crypto';
import { type BalancerMember, type BalancerPool, type Layer7Balancer, Layer7Balancer_ForwardedFor, Persistence_Mode } from '../../realization/resources.pb.js';
import { AddressLists, type AddressSets } from './address-lists.js';
import { ConfigurationFiles } from './configuration-files.js';
import { backendOf, canCheck, host, serverName, sharedTable, tableOf } from './pools.js';
import { ruleDirectives } from './rules.js';
import { type SecretTexts, TlsFiles } from './tls-files.js';
import { type Watch, watchBackend } from './watches.js';
import { seconds, template } from './words.js';

export interface Surroundings {
  /** Folder of the files that the configuration names: certificates with their keys, and lists. */
  readonly filesFolder: string;
  /** Unix socket on which HAProxy answers questions about members. */
  readonly adminSocket: string;
  readonly addressSets: AddressSets;
  /** Where it keeps over a reload what monitors found. */
  readonly stateFile: string;
  readonly secrets: SecretTexts;
}

/** What one HAProxy is there for. */
export interface Work {
  readonly balancers: ReadonlyMap<string, Layer7Balancer>;
  readonly watches: readonly Watch[];
}

/** A member as it stands behind a balancer. */
export interface MemberOf {
  readonly balancer: string;
  readonly pool: string;
  readonly member: BalancerMember;
  /** Whether other nodes are to be told what becomes of it. */
  readonly shared: boolean;
}

export interface Configuration {
  readonly text: string;
  /** Files that the text names, by path; undefined: it is there and stays as it is. */
  readonly files: ReadonlyMap<string, string | undefined>;
  /** Which member of which pool a server of a backend is: `backend/server`. Several may be the same one. */
  readonly members: ReadonlyMap<string, MemberOf>;
}

/**
 * The configuration of one HAProxy for all that it is there for: pure, the same work gives the same text. Meant for HAProxy 2.6 and
 * newer.
 * @throws Unsupported where a balancer asks for what HAProxy cannot do
 */
export function configurationOf({ balancers, watches }: Work, surroundings: Surroundings): Configuration {
  const named = new ConfigurationFiles(surroundings.filesFolder);
  const files = new TlsFiles(named, surroundings.secrets);
  const lists = new AddressLists(named, surroundings.addressSets);
  const members = new Map<string, MemberOf>();
  const sections = [...globals(surroundings)];
  const tables = new Map<string, string>();
  for (const [key, balancer] of [...balancers].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const name = frontendOfBalancer(key);
    const backendName = (pool: string): string => backendOfPool(key, pool);
    sections.push(section(`frontend ${name}`, frontendOf(balancer, lists, files, backendName)));
    for (const pool of poolsOf(balancer)) {
      sections.push(section(`backend ${backendName(pool.key)}`, backendOf(balancer, pool, files)));
      for (const member of pool.members)
        members.set(`${backendName(pool.key)}/${serverName(member)}`, { balancer: key, pool: pool.key, member, shared: false });
    }
    const { persistence } = balancer;
    if (persistence?.shared && persistence.mode === Persistence_Mode.SOURCE_ADDRESS) tables.set(sharedTable(persistence), tableOf(persistence));
  }
  for (const [name, table] of tables) sections.push(section(`backend ${name}`, [table]));
  for (const watch of watches) {
    for (const monitor of watch.pool.monitors.filter(canCheck)) {
      const name = ['watch', ...[watch.balancer, watch.pool.key, monitor.key].map(nameOf)].join('-');
      sections.push(section(`backend ${name}`, watchBackend(watch, monitor, files)));
      for (const member of watch.members)
        members.set(`${name}/${serverName(member)}`, { balancer: watch.balancer, pool: watch.pool.key, member, shared: watch.shared });
    }
  }
  return { text: `${sections.join('\n\n')}\n`, files: named.contents, members };
}

function globals({ adminSocket, stateFile }: Surroundings): string[] {
  return [
    section('global', [
      `stats socket ${adminSocket} mode 600 level admin expose-fd listeners`,
      `server-state-file ${stateFile}`,
      'log stdout format raw local0',
      'tune.ssl.default-dh-param 2048',
      'ssl-default-bind-options ssl-min-ver TLSv1.2',
      'ssl-default-server-options ssl-min-ver TLSv1.2',
    ]),
    section('defaults', [
      'mode http',
      'timeout connect 5s',
      'timeout client 60s',
      'timeout server 60s',
      'timeout http-request 10s',
      'timeout queue 10s',
      'load-server-state-from-file global',
    ]),
  ];
}

function frontendOf(balancer: Layer7Balancer, lists: AddressLists, files: TlsFiles, backendName: (pool: string) => string): string[] {
  const { address, ports, clientTls, accessList, pool } = balancer;
  const tls = clientTls ? [` ${files.towardsClients(clientTls).join(' ')}`] : [''];
  const inList = accessList ? `{ src ${lists.inSets(accessList.addressSets)} }` : '';
  return [
    ...ports.map((port) => `bind ${host(address)}:${port}${tls[0]}`),
    ...(accessList ? [`tcp-request connection reject if ${accessList.deny ? '' : '!'}${inList}`] : []),
    ...limitsOf(balancer),
    ...logOf(balancer),
    ...forwardedFor(balancer),
    ...(balancer.rules.some(({ conditions }) => conditions.some(({ type }) => type === 'LBHttpRequestBodyCondition')) ? ['option http-buffer-request'] : []),
    ...(balancer.redirectToHttps ? ['http-request redirect scheme https code 302 unless { ssl_fc }'] : []),
    ...(balancer.redirectTo === '' ? [] : [`http-request redirect location ${template(balancer.redirectTo)} code 302`]),
    ...ruleDirectives(balancer, lists, backendName),
    ...(pool ? lastResort(balancer, pool, backendName) : []),
  ];
}

/** The pool, unless too few of its members are alive: then the sorry pool, or nothing. */
function lastResort({ sorryPool }: Layer7Balancer, pool: BalancerPool, backendName: (pool: string) => string): string[] {
  const backend = backendName(pool.key);
  const tooFew = `{ nbsrv(${backend}) lt ${Math.max(pool.minActiveMembers, 1)} }`;
  return [...(sorryPool ? [`use_backend ${backendName(sorryPool.key)} if ${tooFew}`] : []), `use_backend ${backend} if !${tooFew}`];
}

function limitsOf({ idleSeconds, maxConnections, maxNewConnectionsPerSecond, requestBodyBytes }: Layer7Balancer): string[] {
  return [
    ...(idleSeconds > 0 ? [`timeout client ${seconds(idleSeconds)}`, `timeout http-keep-alive ${seconds(idleSeconds)}`] : []),
    ...(maxConnections > 0 ? [`maxconn ${maxConnections}`] : []),
    ...(maxNewConnectionsPerSecond > 0 ? [`rate-limit sessions ${maxNewConnectionsPerSecond}`] : []),
    ...(requestBodyBytes > 0 ? [`http-request deny deny_status 413 if { req.body_size gt ${requestBodyBytes} }`] : []),
  ];
}

function logOf({ accessLog, accessLogFailuresOnly }: Layer7Balancer): string[] {
  return accessLog ? ['log global', 'option httplog', ...(accessLogFailuresOnly ? ['option dontlog-normal'] : [])] : [];
}

function forwardedFor({ forwardedFor: mode }: Layer7Balancer): string[] {
  if (mode === Layer7Balancer_ForwardedFor.INSERT) return ['option forwardfor'];
  return mode === Layer7Balancer_ForwardedFor.REPLACE ? ['http-request set-header X-Forwarded-For %[src]'] : [];
}

/** Every pool of a balancer once. */
export function poolsOf({ pool, sorryPool, rulePools }: Layer7Balancer): BalancerPool[] {
  return [...new Map([pool, sorryPool, ...rulePools].flatMap((one) => (one ? [[one.key, one] as const] : []))).values()];
}

function section(head: string, lines: readonly string[]): string {
  return [head, ...lines.map((line) => `  ${line}`)].join('\n');
}

/** By which HAProxy knows a balancer. */
export function frontendOfBalancer(key: string): string {
  return nameOf(key);
}

/** By which it knows a pool behind a balancer. */
export function backendOfPool(balancer: string, pool: string): string {
  return `${nameOf(balancer)}-${nameOf(pool)}`;
}

/** A short name that HAProxy takes, for a key that may hold anything. */
function nameOf(key: string): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 12);
}
