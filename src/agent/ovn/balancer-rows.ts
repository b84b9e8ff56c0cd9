import {
  type BalancerMember,
  BalancerMember_State,
  type BalancerPool,
  BalancerPool_Algorithm,
  BalancerPool_SourceTranslation,
  type Layer4Balancer,
  Layer4Balancer_Protocol,
  ResourceKind,
  Router_Role,
  RouterPort_Role,
} from '../../realization/resources.pb.js';
import type { Keyed } from '../forwarding-view.js';
import { canCheck } from '../haproxy/pools.js';
import { lives, watchMembers } from './member-watch.js';
import { References } from './rows.js';
import { familyOf } from './site.js';
import type { ZoneDraft } from './zone-draft.js';

/** A balancer of more ports than this would be a table of its own in every packet's way. */
export const MOST_PORTS = 256;

/**
 * Layer-4 balancers. On a service router OVN balances what the router is sent. A distributed router has no such place: what its
 * workloads send is balanced on their switches, where it begins, on every node.
 */
export function balancerRows(draft: ZoneDraft): void {
  for (const { key, body } of draft.resources) {
    if (body?.$case !== 'layer4Balancer') continue;
    const balancer = { ...body.value, key };
    const reason = whyNot(balancer);
    if (reason) {
      draft.refuse({ kind: ResourceKind.LAYER4_BALANCER, key }, reason);
      continue;
    }
    const places = placesOf(draft, balancer);
    if (places.length === 0) continue;
    draft.limits.push(...limitsOf(balancer).map((limit) => `${key}: ${limit}`));
    for (const place of places) draft.balancersAt(place).push(key);
    watchMembers(draft, balancer);
    balancerRow(draft, balancer);
  }
}

function whyNot({ ports, accessList, pool }: Layer4Balancer): string | undefined {
  if (accessList) return 'OVN has no access lists for balancers';
  if (ports.reduce((sum, text) => sum + portsOf(text).length, 0) > MOST_PORTS) return `OVN balances single ports, and these are more than ${MOST_PORTS}`;
  return pool?.sourceTranslation === BalancerPool_SourceTranslation.POOL
    ? 'OVN translates the sources of a balancer to an address of its router, not of a pool'
    : undefined;
}

/** Switches and routers of this node that balance. */
function placesOf(draft: ZoneDraft, { router, portGroup }: Layer4Balancer): string[] {
  const { view, node } = draft;
  if (router !== '' && view.routers.get(router)?.role === Router_Role.SERVICE) return draft.isHere(router) ? [router] : [];
  const behind =
    router === ''
      ? [...(view.portGroups.get(portGroup) ?? [])].flatMap((key) => view.ports.get(key) ?? []).filter((port) => port.node === node)
      : (view.routerPortsOfRouter.get(router) ?? []).filter(({ role }) => role === RouterPort_Role.DOWNLINK);
  return [...new Set(behind.map(({ logicalSwitch }) => logicalSwitch))];
}

function limitsOf({ address, pool, sorryPool, portGroup, maxConnections, maxNewConnectionsPerSecond, accessLog }: Layer4Balancer): string[] {
  const limits: string[] = [];
  if ([pool, sorryPool].some((one) => one?.members.some((member) => familyOf(member.address) !== familyOf(address))))
    limits.push('OVN balances no connections of IPv4 to members of IPv6, nor the other way');
  if (portGroup !== '') limits.push('OVN balances for all ports of a switch, not for those of a group');
  if (maxConnections > 0 || maxNewConnectionsPerSecond > 0) limits.push('OVN does not limit the connections of a balancer');
  if (accessLog) limits.push('OVN keeps no access log of connections');
  if ([pool, sorryPool].some((one) => one?.monitors.some((monitor) => !canCheck(monitor)))) limits.push('members are not watched by ICMP or UDP');
  if ([pool, sorryPool].some((one) => one?.passiveMonitor)) limits.push('connections that fail do not take a member out');
  if (pool && LIKE_ROUND_ROBIN.has(pool.algorithm)) limits.push('OVN spreads connections evenly, without weights and without counting those that are open');
  return limits;
}

const LIKE_ROUND_ROBIN: ReadonlySet<BalancerPool_Algorithm> = new Set([
  BalancerPool_Algorithm.WEIGHTED_ROUND_ROBIN,
  BalancerPool_Algorithm.LEAST_CONNECTION,
  BalancerPool_Algorithm.WEIGHTED_LEAST_CONNECTION,
]);

function balancerRow(draft: ZoneDraft, balancer: Keyed<Layer4Balancer>): void {
  const { key, address, protocol, pool, persistenceSeconds } = balancer;
  const translated = pool?.sourceTranslation === BalancerPool_SourceTranslation.AUTOMATIC;
  draft.rows.push({
    table: 'Load_Balancer',
    name: key,
    owner: { kind: ResourceKind.LAYER4_BALANCER, key },
    columns: {
      name: key,
      protocol: [protocol === Layer4Balancer_Protocol.UDP ? 'udp' : 'tcp'],
      vips: Object.fromEntries(entriesOf(draft, balancer).map(([port, members]) => [endpoint(address, port), members.join(',')])),
      selection_fields: pool?.algorithm === BalancerPool_Algorithm.IP_HASH ? ['ip_src'] : [],
      options: {
        // Without a member a client is told so at once rather than left waiting.
        reject: 'true',
        ...(persistenceSeconds > 0 ? { affinity_timeout: String(persistenceSeconds) } : {}),
        ...(translated ? {} : { skip_snat: 'true' }),
      },
    },
  });
}

/** Ports of the balancer, each with its members. */
function entriesOf(draft: ZoneDraft, { key, address, ports, pool, sorryPool }: Keyed<Layer4Balancer>): [port: number, members: string[]][] {
  const usable = (one: BalancerPool): readonly BalancerMember[] =>
    usableOf(one, (member) => familyOf(member.address) === familyOf(address) && lives(draft, key, one, member));
  const members = pool && usable(pool);
  const chosen = members && members.length > 0 && members.length >= (pool?.minActiveMembers ?? 0) ? pool : sorryPool;
  return ports.flatMap(portsOf).map((port, at) => [port, chosen ? usable(chosen).map((member) => endpointOf(chosen, member, port, at)) : []]);
}

/**
 * Where a member is sent what came to a port of the balancer.
 * @param at which of the balancer's ports that is
 */
export function endpointOf({ memberPorts }: BalancerPool, { address, port }: BalancerMember, asked: number, at: number): string {
  const ports = memberPorts.flatMap(portsOf);
  // A pool with one port serves all of the balancer; otherwise they go together in order.
  return endpoint(address, port || (ports.length === 1 ? ports[0] : ports[at]) || asked);
}

/** Backups stand in once no regular member is left. */
function usableOf({ members }: BalancerPool, alive: (member: BalancerMember) => boolean): readonly BalancerMember[] {
  const ready = members.filter((member) => member.state === BalancerMember_State.ENABLED && alive(member));
  const regular = ready.filter(({ backup }) => !backup);
  return regular.length > 0 ? regular : ready;
}

export function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** `443` or `8000-8080`. */
export function portsOf(text: string): number[] {
  const [low = 0, high = low] = text.split('-').map(Number);
  return Array.from({ length: Math.max(0, high - low + 1) }, (_, offset) => low + offset);
}

/** The balancers of a switch or router, as its column. */
export function balancersColumn(draft: ZoneDraft, place: string): References {
  return new References('Load_Balancer', draft.balancersAt(place));
}
