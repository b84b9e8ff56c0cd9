import type { LBMonitorProfile, LBPassiveMonitorProfile } from '../../model/balancing/lb-monitor-profile.resource.js';
import type { LBPool } from '../../model/balancing/lb-pool.resource.js';
import type { LBService } from '../../model/balancing/lb-service.resource.js';
import type { LBVirtualServer } from '../../model/balancing/lb-virtual-server.resource.js';
import type { PolicyObject } from '../../model/policy-object.js';
import { formatAddress, parseRange, type Range } from '../../shared/address.js';
import type { Alarm } from '../contract.js';
import { addressSetKey } from '../groups/address-sets.js';
import type { IntentReads } from '../intent.js';
import { bundles, NOTHING, type Output } from '../output.js';
import type { Body } from '../resource-table.js';
import {
  type AccessList,
  type BalancerMember,
  BalancerMember_State,
  type BalancerPool,
  BalancerPool_Algorithm,
  type BalancerPool_PassiveMonitor,
  BalancerPool_SourceTranslation,
  type HealthMonitor,
  HealthMonitor_Protocol,
  Layer4Balancer_Protocol,
  Layer7Balancer_ForwardedFor,
  Persistence_Mode,
  ResourceKind,
} from '../resources.pb.js';
import { rangeBlocks } from './advertised.js';
import { alarm } from './alarm.js';
import { persistenceOf } from './balancing-persistence.js';
import { groupsOfRules, layerSevenRules, poolsOfRules } from './balancing-rules.js';
import { clientTls, pathsOfTls, plainTls, serverTls } from './balancing-tls.js';
import { hasDistributedPart } from './gateway-facts.js';
import type { Reads } from './reads.js';

/** Where connections of a load balancer are balanced: on a router, or at the ports of a group. */
interface Seat {
  /** Tells the seats of one load balancer apart; empty where there is one. */
  readonly name: string;
  readonly router: string;
  readonly portGroup: string;
  readonly bundle: string;
}

/** A load balancer by itself only says where its virtual servers run. */
export function lbServiceUnit(reads: Reads, path: string): Output {
  const service = reads.intent.object<LBService>(path);
  const problem = service?.enabled === false ? undefined : seatProblem(reads, service);
  return problem ? { ...NOTHING, problems: [problem] } : NOTHING;
}

/** A virtual server becomes a balancer at each seat of its load balancer: of layer 7 for HTTP, else of layer 4. */
export function virtualServerUnit(reads: Reads, path: string): Output {
  const { intent } = reads;
  const server = intent.object<LBVirtualServer>(path);
  const service = intent.object<LBService>(server?.lb_service_path);
  if (!server || !service || server.enabled === false || service.enabled === false) return NOTHING;
  const profile = intent.object<AppProfile>(server.application_profile_path);
  const layer7 = profile?.resource_type === 'LBHttpProfile';
  const problem = seatProblem(reads, service) ?? (layer7 && isDistributed(service) ? layerSevenApart(server) : undefined);
  if (problem) return { ...NOTHING, problems: [problem] };
  const seats = seatsOf(reads, service);
  const sets = [...accessGroups(server), ...(layer7 ? groupsOfRules(server.rules) : [])].sort();
  const addressSets = sets.filter((set, at) => set !== sets[at - 1]);
  const also = concerned(intent, server, service);
  const pools = [server.pool_path, server.sorry_pool_path, ...(layer7 ? poolsOfRules(server.rules) : [])];
  const bodyOf = (seat: Seat): Body => (layer7 ? layer7Body(reads, server, profile, seat) : layer4Body(reads, server, profile, seat));
  return {
    ...NOTHING,
    contributions: seats.map((seat) => ({
      kind: layer7 ? ResourceKind.LAYER7_BALANCER : ResourceKind.LAYER4_BALANCER,
      key: seat.name === '' ? path : `${path}@${seat.name}`,
      bundle: seat.bundle,
      body: bodyOf(seat),
      also,
    })),
    links: seats.flatMap(({ bundle, portGroup }) => [
      ...addressSets.map((set) => [bundle, bundles.addresses(set)] as const),
      ...(portGroup === '' ? [] : [[bundles.applied(portGroup), bundle] as const]),
    ]),
    problems: pools.flatMap((pool) => blockProblem(reads, pool) ?? []),
    addressSets,
    scopes: seats.flatMap(({ portGroup }) => (portGroup === '' ? [] : [portGroup])),
  };
}

/** Whether connections are balanced on every node where they begin, instead of on an edge. */
function isDistributed({ size, connectivity_path: place }: LBService): boolean {
  return size === 'DLB' || isGroup(place);
}

function isGroup(path: string | undefined): boolean {
  return path?.includes('/groups/') ?? false;
}

function seatsOf(reads: Reads, service: LBService & { readonly path: string }): Seat[] {
  const place = service.connectivity_path ?? '';
  if (isGroup(place)) return [{ name: '', router: '', portGroup: place, bundle: bundles.balancers(service.path) }];
  const gateway = reads.gateway(place);
  if (!gateway) return [];
  if (!isDistributed(service)) {
    return gateway.service.map(({ router, index }) => ({ name: String(index), router, portGroup: '', bundle: bundles.service(router) }));
  }
  return hasDistributedPart(reads, gateway) ? [{ name: '', router: place, portGroup: '', bundle: bundles.domain(place) }] : [];
}

/** Why a load balancer can run nowhere. */
function seatProblem(reads: Reads, service: LBService | undefined): Alarm | undefined {
  const place = service?.connectivity_path;
  if (!service || place === undefined || isGroup(place)) return undefined;
  const gateway = reads.gateway(place);
  if (!gateway || isDistributed(service)) return undefined;
  if (!gateway.clustered) {
    return alarm('EDGE_CLUSTER_MISSING', `${gateway.path} has no edge cluster, which balancing needs. Name one in its locale services.`);
  }
  if (gateway.activeStandby || gateway.service.length < 2) return undefined;
  const reason = `${gateway.path} forwards on all its edges at once, and a balancer must see all of a connection. Make it ACTIVE_STANDBY, or use a tier-1.`;
  return alarm('NOT_SUPPORTED', reason);
}

function layerSevenApart({ path }: { readonly path: string }): Alarm {
  return alarm('NOT_SUPPORTED', `${path} balances HTTP, which needs an edge. Use a load balancer of another size than DLB, or a profile for TCP or UDP.`);
}

/** Intents that a virtual server's balancers stand for beside itself: whoever asks for the state of a pool asks for theirs. */
function concerned(intent: IntentReads, server: LBVirtualServer, { path: service }: { readonly path: string }): string[] {
  const pools = [server.pool_path, server.sorry_pool_path, ...poolsOfRules(server.rules)].flatMap((path) => intent.object<LBPool>(path) ?? []);
  const tls = [server.client_ssl_profile_binding, server.server_ssl_profile_binding];
  const named = [
    service,
    server.application_profile_path,
    server.lb_persistence_profile_path,
    ...pools.flatMap(({ path, active_monitor_paths: active = [], passive_monitor_path: passive }) => [path, ...active, passive]),
    ...tls.flatMap((binding) => (binding ? pathsOfTls(binding) : [])),
  ];
  return [...new Set(named.filter((path) => path !== undefined))].sort();
}

interface AppProfile {
  readonly http_redirect_to?: string;
  readonly http_redirect_to_https?: boolean;
  readonly x_forwarded_for?: string;
  readonly idle_timeout?: number;
  readonly close_timeout?: number;
  readonly response_timeout?: number;
  readonly request_header_size?: number;
  readonly response_header_size?: number;
  readonly request_body_size?: number;
  readonly response_buffering?: boolean;
  readonly server_keep_alive?: boolean;
  readonly ntlm?: boolean;
}

function layer4Body(reads: Reads, server: LBVirtualServer, profile: (PolicyObject & AppProfile) | undefined, { router, portGroup }: Seat): Body {
  const persistence = persistenceOf(reads.intent, server.lb_persistence_profile_path);
  return {
    $case: 'layer4Balancer',
    value: {
      router,
      portGroup,
      address: server.ip_address,
      protocol: profile?.resource_type === 'LBFastUdpProfile' ? Layer4Balancer_Protocol.UDP : Layer4Balancer_Protocol.TCP,
      ports: [...server.ports],
      pool: poolOf(reads, server.pool_path, server),
      sorryPool: poolOf(reads, server.sorry_pool_path, server),
      idleSeconds: profile?.idle_timeout ?? 0,
      closeSeconds: profile?.close_timeout ?? 0,
      persistenceSeconds: persistence?.mode === Persistence_Mode.SOURCE_ADDRESS ? persistence.seconds : 0,
      maxConnections: server.max_concurrent_connections ?? 0,
      maxNewConnectionsPerSecond: server.max_new_connection_rate ?? 0,
      accessList: accessListOf(server),
      accessLog: server.access_log_enabled ?? false,
      accessLogFailuresOnly: server.log_significant_event_only ?? false,
    },
  };
}

function layer7Body(reads: Reads, server: LBVirtualServer, profile: PolicyObject & AppProfile, { router }: Seat): Body {
  return {
    $case: 'layer7Balancer',
    value: {
      router,
      address: server.ip_address,
      ports: [...server.ports],
      pool: poolOf(reads, server.pool_path, server),
      sorryPool: poolOf(reads, server.sorry_pool_path, server),
      rulePools: poolsOfRules(server.rules).flatMap((path) => poolOf(reads, path, server) ?? []),
      clientTls: clientTls(reads, server.client_ssl_profile_binding),
      serverTls: serverTls(reads, server.server_ssl_profile_binding),
      persistence: persistenceOf(reads.intent, server.lb_persistence_profile_path),
      rules: layerSevenRules(reads.intent, server.rules),
      idleSeconds: profile.idle_timeout ?? 15,
      responseSeconds: profile.response_timeout ?? 60,
      requestHeaderBytes: profile.request_header_size ?? 1024,
      responseHeaderBytes: profile.response_header_size ?? 4096,
      requestBodyBytes: profile.request_body_size ?? 0,
      responseBuffered: profile.response_buffering ?? false,
      serverKeepAlive: (profile.server_keep_alive || profile.ntlm) ?? false,
      redirectTo: profile.http_redirect_to ?? '',
      redirectToHttps: profile.http_redirect_to_https ?? false,
      forwardedFor: FORWARDED_FOR[profile.x_forwarded_for ?? ''] ?? Layer7Balancer_ForwardedFor.LEAVE,
      maxConnections: server.max_concurrent_connections ?? 0,
      maxNewConnectionsPerSecond: server.max_new_connection_rate ?? 0,
      accessList: accessListOf(server),
      accessLog: server.access_log_enabled ?? false,
      accessLogFailuresOnly: server.log_significant_event_only ?? false,
    },
  };
}

const FORWARDED_FOR: Readonly<Record<string, Layer7Balancer_ForwardedFor>> = {
  INSERT: Layer7Balancer_ForwardedFor.INSERT,
  REPLACE: Layer7Balancer_ForwardedFor.REPLACE,
};

function accessGroups({ access_list_control: control }: LBVirtualServer): string[] {
  return control?.enabled ? [addressSetKey(control.group_path, 'ip')] : [];
}

function accessListOf(server: LBVirtualServer): AccessList | undefined {
  const addressSets = accessGroups(server);
  return addressSets.length === 0 ? undefined : { deny: server.access_list_control?.action === 'DROP', addressSets };
}

const ALGORITHMS: Readonly<Record<string, BalancerPool_Algorithm>> = {
  ROUND_ROBIN: BalancerPool_Algorithm.ROUND_ROBIN,
  WEIGHTED_ROUND_ROBIN: BalancerPool_Algorithm.WEIGHTED_ROUND_ROBIN,
  LEAST_CONNECTION: BalancerPool_Algorithm.LEAST_CONNECTION,
  WEIGHTED_LEAST_CONNECTION: BalancerPool_Algorithm.WEIGHTED_LEAST_CONNECTION,
  IP_HASH: BalancerPool_Algorithm.IP_HASH,
};

const TRANSLATIONS: Readonly<Record<string, BalancerPool_SourceTranslation>> = {
  LBSnatAutoMap: BalancerPool_SourceTranslation.AUTOMATIC,
  LBSnatIpPool: BalancerPool_SourceTranslation.POOL,
  LBSnatDisabled: BalancerPool_SourceTranslation.NONE,
};

function poolOf(reads: Reads, path: string | undefined, server: LBVirtualServer): BalancerPool | undefined {
  const pool = reads.intent.object<LBPool>(path);
  if (!pool) return undefined;
  const translation = pool.snat_translation;
  return {
    key: pool.path,
    algorithm: ALGORITHMS[pool.algorithm] ?? BalancerPool_Algorithm.ROUND_ROBIN,
    members: membersOf(reads, pool),
    memberPorts: [...(server.default_pool_member_ports ?? [])],
    monitors: (pool.active_monitor_paths ?? []).flatMap((monitor) => monitorOf(reads, monitor) ?? []),
    passiveMonitor: passiveMonitorOf(reads.intent, pool.passive_monitor_path),
    minActiveMembers: pool.min_active_members ?? 1,
    sourceTranslation: TRANSLATIONS[translation?.type ?? ''] ?? BalancerPool_SourceTranslation.NONE,
    translationAddresses: (translation?.ip_addresses ?? []).flatMap(({ ip_address: address }) => rangeBlocks(address)),
    multiplexed: pool.tcp_multiplexing_enabled ?? false,
    multiplexedConnections: pool.tcp_multiplexing_enabled ? (pool.tcp_multiplexing_number ?? 0) : 0,
  };
}

const STATES: Readonly<Record<string, BalancerMember_State>> = {
  ENABLED: BalancerMember_State.ENABLED,
  DISABLED: BalancerMember_State.DISABLED,
  GRACEFUL_DISABLED: BalancerMember_State.DRAINING,
};

function membersOf(reads: Reads, { members = [], member_group: group }: LBPool): BalancerMember[] {
  const listed = members.map((member) => ({
    address: member.ip_address,
    port: portNumber(member.port ?? ''),
    weight: member.weight ?? 1,
    backup: member.backup_member ?? false,
    state: STATES[member.admin_state] ?? BalancerMember_State.ENABLED,
    maxConnections: member.max_concurrent_connections ?? 0,
  }));
  if (!group) return listed;
  const { ip_revision_filter: families = 'IPV4' } = group;
  const addresses = reads
    .groupAddresses(group.group_path)
    .flatMap((text) => parseRange(text) ?? [])
    .filter(({ family }) => families.includes(`IPV${family}`))
    .flatMap(addressesIn);
  return [...new Set(addresses)].slice(0, group.max_ip_list_size || undefined).map((address) => {
    const custom = group.customized_members?.find((one) => one.ip_address === address);
    return {
      address,
      port: portNumber(custom?.port ?? String(group.port ?? '')),
      weight: custom?.weight ?? 1,
      backup: false,
      state: STATES[custom?.admin_state ?? 'ENABLED'] ?? BalancerMember_State.ENABLED,
      maxConnections: 0,
    };
  });
}

/** Largest block of a group whose addresses become members one by one. */
const LARGEST_BLOCK = 256n;

function addressesIn({ family, low, high }: Range): string[] {
  if (high - low >= LARGEST_BLOCK) return [];
  return Array.from({ length: Number(high - low) + 1 }, (_, index) => formatAddress(family, low + BigInt(index)));
}

/** Why a pool has fewer members than its group has addresses. */
function blockProblem(reads: Reads, path: string | undefined): Alarm | undefined {
  const group = reads.intent.object<LBPool>(path)?.member_group?.group_path;
  const wide =
    group &&
    reads.groupAddresses(group).find((text) => {
      const range = parseRange(text);
      return range !== undefined && range.high - range.low >= LARGEST_BLOCK;
    });
  return wide
    ? alarm('NOT_SUPPORTED', `${group} holds ${wide}, which is too large to be members of ${path}: list blocks of up to ${LARGEST_BLOCK} addresses.`)
    : undefined;
}

/** 0 where none is named, and for a range, which maps ports one to one. */
function portNumber(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : 0;
}

interface Monitor {
  readonly interval?: number;
  readonly timeout?: number;
  readonly fall_count?: number;
  readonly rise_count?: number;
  readonly monitor_port?: number;
  readonly request_method?: string;
  readonly request_url?: string;
  readonly request_body?: string;
  readonly request_headers?: readonly { readonly header_name: string; readonly header_value: string }[];
  readonly response_status_codes?: readonly number[];
  readonly response_body?: string;
  readonly request_version?: string;
  readonly server_ssl_profile_binding?: LBVirtualServer['server_ssl_profile_binding'];
  readonly data_length?: number;
  readonly send?: string;
  readonly receive?: string;
}

const MONITORS: Readonly<Record<string, HealthMonitor_Protocol>> = {
  LBTcpMonitorProfile: HealthMonitor_Protocol.TCP,
  LBUdpMonitorProfile: HealthMonitor_Protocol.UDP,
  LBIcmpMonitorProfile: HealthMonitor_Protocol.ICMP,
  LBHttpMonitorProfile: HealthMonitor_Protocol.HTTP,
  LBHttpsMonitorProfile: HealthMonitor_Protocol.HTTPS,
};

function monitorOf(reads: Reads, path: string): HealthMonitor | undefined {
  const monitor = reads.intent.object<LBMonitorProfile & Monitor>(path);
  const protocol = MONITORS[monitor?.resource_type ?? ''];
  if (!monitor || protocol === undefined) return undefined;
  return {
    key: path,
    protocol,
    port: monitor.monitor_port ?? 0,
    intervalSeconds: monitor.interval ?? 5,
    timeoutSeconds: monitor.timeout ?? 5,
    fallCount: monitor.fall_count ?? 3,
    riseCount: monitor.rise_count ?? 3,
    tls: protocol === HealthMonitor_Protocol.HTTPS ? (serverTls(reads, monitor.server_ssl_profile_binding) ?? plainTls()) : undefined,
    requestVersion: monitor.request_version === undefined ? '' : monitor.request_version.replace('HTTP_VERSION_', '').replace('_', '.'),
    dataBytes: monitor.data_length ?? 0,
    requestMethod: monitor.request_method ?? '',
    requestUrl: monitor.request_url ?? '',
    requestBody: monitor.request_body ?? '',
    requestHeaders: (monitor.request_headers ?? []).map(({ header_name: name, header_value: value }) => ({ name, value })),
    responseCodes: [...(monitor.response_status_codes ?? [])],
    responseBody: monitor.response_body ?? '',
    send: monitor.send ?? '',
    receive: monitor.receive ?? '',
  };
}

function passiveMonitorOf(intent: IntentReads, path: string | undefined): BalancerPool_PassiveMonitor | undefined {
  const monitor = intent.object<LBPassiveMonitorProfile>(path);
  return monitor?.resource_type === 'LBPassiveMonitorProfile'
    ? { key: monitor.path, fallCount: monitor.max_fails ?? 5, timeoutSeconds: monitor.timeout ?? 5 }
    : undefined;
}
