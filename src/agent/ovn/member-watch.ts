import {
  type BalancerMember,
  BalancerMember_State,
  type BalancerPool,
  type Layer4Balancer,
  Router_Role,
  type SwitchPort,
} from '../../realization/resources.pb.js';
import type { Keyed } from '../forwarding-view.js';
import { canCheck } from '../haproxy/pools.js';
import type { Watch } from '../haproxy/watches.js';
import { familyOf, WATCHER } from './site.js';
import type { ZoneDraft } from './zone-draft.js';

/**
 * Who watches the members of a layer-4 balancer, which OVN does with connections of TCP at most, and for its own node only. The members
 * of a service router's are watched from the router's site, all of them. Those of a balancer on every host are watched each on the node
 * that it is on, from the site of its own router, whose answers come back on the same node; the manager tells the other nodes.
 */

/** Whether a member lives, as far as this node has found out: by `memberName`. */
export type Findings = ReadonlyMap<string, boolean>;

/** Tells a member of a balancer's pool from all others. */
export function memberName(balancer: string, pool: string, { address, port }: Pick<BalancerMember, 'address' | 'port'>): string {
  return `${balancer} ${pool} ${address} ${port}`;
}

/** Has the members of a balancer watched, as far as they can be from here. */
export function watchMembers(draft: ZoneDraft, balancer: Keyed<Layer4Balancer>): void {
  const { key, address, pool, sorryPool } = balancer;
  const isService = draft.view.routers.get(balancer.router)?.role === Router_Role.SERVICE;
  for (const one of [pool, sorryPool]) {
    if (!one?.monitors.some(canCheck)) continue;
    const members = one.members.filter(({ state, address: place }) => state === BalancerMember_State.ENABLED && familyOf(place) === familyOf(address));
    const common = { balancer: key, pool: one, port: portOf(balancer, one) };
    if (isService) {
      if (members.length > 0) draft.watchesAt(balancer.router).push({ ...common, members, source: address, shared: false });
      continue;
    }
    for (const [router, watched] of onThisNode(draft, balancer, members)) {
      const watch: Watch = { ...common, members: watched.map(({ member }) => member), source: WATCHER[familyOf(address)], shared: true };
      draft.watchesAt(router).push(watch);
      for (const { port } of watched) draft.watchedPorts.set(port, key);
    }
  }
}

/** Whether a member is to be sent connections: what this node finds out itself comes before what it was told. */
export function lives(draft: ZoneDraft, balancer: string, pool: BalancerPool, member: BalancerMember): boolean {
  return draft.findings.get(memberName(balancer, pool.key, member)) ?? !member.dead;
}

function portOf({ ports }: Layer4Balancer, { memberPorts }: BalancerPool): number {
  return Number.parseInt(memberPorts[0] ?? ports[0] ?? '', 10);
}

/** Members with a port on this node, by the distributed router that leads there. */
function onThisNode(
  draft: ZoneDraft,
  { router }: Layer4Balancer,
  members: readonly BalancerMember[],
): Map<string, { readonly member: BalancerMember; readonly port: string }[]> {
  const found = new Map<string, { member: BalancerMember; port: string }[]>();
  for (const member of members) {
    const places = draft.localPortsOf(member.address).flatMap((port) => routersOf(draft, port).map((gateway) => ({ gateway, port: port.key })));
    // Behind several gateways the same address can be somebody else's.
    const place = places.find(({ gateway }) => gateway === router) ?? places[0];
    if (place) found.set(place.gateway, [...(found.get(place.gateway) ?? []), { member, port: place.port }]);
  }
  return found;
}

function routersOf({ view }: ZoneDraft, { logicalSwitch }: SwitchPort): string[] {
  return (view.routerPortsOfSwitch.get(logicalSwitch) ?? [])
    .map(({ router }) => router)
    .filter((key) => view.routers.get(key)?.role === Router_Role.DISTRIBUTED);
}
