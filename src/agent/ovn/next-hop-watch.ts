import { type ResourceId, RouterPort_Role, type StaticRoute_NextHop } from '../../realization/resources.pb.js';
import { isWithin } from '../../shared/address.js';
import { References } from './rows.js';
import type { ZoneDraft } from './zone-draft.js';

/** How BFD asks where the intent leaves it open: as NSX-T does. */
const TIMERS = { intervalMilliseconds: 500, multiplier: 3 };

/**
 * The watch of a next hop outside by BFD, which OVN does itself: while the next hop does not answer, the route is not used, also while
 * there is no agent. Next hops inside are watched by what chooses the edge.
 * @returns column of the route
 */
export function watchOf(draft: ZoneDraft, owner: ResourceId, router: string, hop: StaticRoute_NextHop): References {
  const { address, bfd, bfdTimers = TIMERS } = hop;
  const uplink = bfd ? uplinkTo(draft, router, address) : undefined;
  if (uplink === undefined) return new References('BFD', []);
  if (isSpokenTo(draft, router, address)) {
    draft.limits.push(`${owner.key}: BFD with ${address} is BGP's, and the route does not wait for it`);
    return new References('BFD', []);
  }
  // Routes share the watch of a next hop: OVN has one for each.
  const name = `${uplink} ${address}`;
  if (!draft.watchedHops.has(name)) {
    draft.watchedHops.add(name);
    const { intervalMilliseconds: interval, multiplier } = bfdTimers;
    draft.rows.push({
      table: 'BFD',
      name,
      owner,
      columns: { logical_port: uplink, dst_ip: address, min_tx: [interval], min_rx: [interval], detect_mult: [multiplier] },
    });
  }
  return new References('BFD', [name]);
}

function uplinkTo({ view }: ZoneDraft, router: string, address: string): string | undefined {
  const ports = (view.routerPortsOfRouter.get(router) ?? []).filter(({ role }) => role === RouterPort_Role.UPLINK);
  return ports.find(({ networks }) => networks.some((network) => isWithin(address, network)))?.key;
}

/** Whether the packets of BFD with an address go to those who speak BGP with it. */
function isSpokenTo({ speakers }: ZoneDraft, router: string, address: string): boolean {
  return speakers.some((site) => site.router === router && site.peers.some(({ neighbor }) => neighbor.address === address && neighbor.bfd !== undefined));
}
