import type { LBPool } from '../../model/balancing/lb-pool.resource.js';
import type { LBService } from '../../model/balancing/lb-service.resource.js';
import type { LBVirtualServer } from '../../model/balancing/lb-virtual-server.resource.js';
import type { PolicyObject } from '../../model/policy-object.js';
import type { Alarm } from '../contract.js';
import { addressSetKey } from '../groups/address-sets.js';
import type { IntentReads } from '../intent.js';
import { bundles, NOTHING, type Output } from '../output.js';
import type { Body } from '../resource-table.js';
import { type AccessList, Layer4Balancer_Protocol, Layer7Balancer_ForwardedFor, Persistence_Mode, ResourceKind } from '../resources.pb.js';
import { alarm } from './alarm.js';
import { persistenceOf } from './balancing-persistence.js';
import { blockProblem, poolOf } from './balancing-pool.js';
import { groupsOfRules, layerSevenRules, poolsOfRules } from './balancing-rules.js';
import { clientTls, pathsOfTls, serverTls } from './balancing-tls.js';
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
  const dead = isDistributed(service) ? reads.deadMembers(path) : undefined;
  const bodyOf = (seat: Seat): Body => (layer7 ? layer7Body(reads, server, profile, seat) : layer4Body(reads, server, profile, seat, dead));
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

function layer4Body(
  reads: Reads,
  server: LBVirtualServer,
  profile: (PolicyObject & AppProfile) | undefined,
  { router, portGroup }: Seat,
  dead: ReadonlySet<string> | undefined,
): Body {
  const persistence = persistenceOf(reads.intent, server.lb_persistence_profile_path);
  return {
    $case: 'layer4Balancer',
    value: {
      router,
      portGroup,
      address: server.ip_address,
      protocol: profile?.resource_type === 'LBFastUdpProfile' ? Layer4Balancer_Protocol.UDP : Layer4Balancer_Protocol.TCP,
      ports: [...server.ports],
      pool: poolOf(reads, server.pool_path, server, dead),
      sorryPool: poolOf(reads, server.sorry_pool_path, server, dead),
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
