import type { LBMonitorProfile, LBPassiveMonitorProfile } from '../../model/balancing/lb-monitor-profile.resource.js';
import type { LBPool } from '../../model/balancing/lb-pool.resource.js';
import type { LBVirtualServer } from '../../model/balancing/lb-virtual-server.resource.js';
import { formatAddress, parseRange, type Range } from '../../shared/address.js';
import type { Alarm } from '../contract.js';
import type { IntentReads } from '../intent.js';
import { memberKey } from '../inventory.js';
import {
  type BalancerMember,
  BalancerMember_State,
  type BalancerPool,
  BalancerPool_Algorithm,
  type BalancerPool_PassiveMonitor,
  BalancerPool_SourceTranslation,
  type HealthMonitor,
  HealthMonitor_Protocol,
} from '../resources.pb.js';
import { rangeBlocks } from './advertised.js';
import { alarm } from './alarm.js';
import { plainTls, serverTls } from './balancing-tls.js';
import type { Reads } from './reads.js';

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

const NOBODY: ReadonlySet<string> = new Set();

/**
 * A pool as a virtual server uses it; undefined where there is none.
 * @param dead members that are known to be dead, as `memberKey` names them
 */
export function poolOf(reads: Reads, path: string | undefined, server: LBVirtualServer, dead: ReadonlySet<string> = NOBODY): BalancerPool | undefined {
  const pool = reads.intent.object<LBPool>(path);
  if (!pool) return undefined;
  const translation = pool.snat_translation;
  return {
    key: pool.path,
    algorithm: ALGORITHMS[pool.algorithm] ?? BalancerPool_Algorithm.ROUND_ROBIN,
    members: poolMembers(pool, (group) => reads.groupAddresses(group)).map((member) =>
      dead.has(memberKey({ ...member, pool: pool.path })) ? { ...member, dead: true } : member,
    ),
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

/** The members of a pool, whether it lists them or a group does. @param groupAddresses addresses, blocks and ranges of a group */
export function poolMembers(
  { members = [], member_group: group }: Pick<LBPool, 'members' | 'member_group'>,
  groupAddresses: (group: string) => readonly string[],
): BalancerMember[] {
  const listed = members.map((member) => ({
    address: member.ip_address,
    port: portNumber(member.port ?? ''),
    weight: member.weight ?? 1,
    backup: member.backup_member ?? false,
    state: STATES[member.admin_state] ?? BalancerMember_State.ENABLED,
    maxConnections: member.max_concurrent_connections ?? 0,
    dead: false,
  }));
  if (!group) return listed;
  const { ip_revision_filter: families = 'IPV4' } = group;
  const addresses = groupAddresses(group.group_path)
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
      dead: false,
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
export function blockProblem(reads: Reads, path: string | undefined): Alarm | undefined {
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
