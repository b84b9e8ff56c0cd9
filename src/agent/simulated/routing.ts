import type { RouterPort } from '../../realization/resources.pb.js';
import { contains, isWithin, parseAddress, parseBlock } from '../../shared/address.js';
import type { ForwardingView, Keyed } from '../forwarding-view.js';

/** Where a router sends what goes to an address. */
export interface RouteChoice {
  /** Undefined: the route says to drop. */
  readonly port: Keyed<RouterPort> | undefined;
  /** Address to find on the other side of the port: the next hop, or the destination itself where the network is attached. */
  readonly nextHop: string;
  /** Key of the static route, or of the port whose network it is. */
  readonly by: string;
}

/** The longest prefix that holds the address; an attached network before a static route, then the lower distance. */
export function routeTo(view: ForwardingView, router: string, address: string): RouteChoice | undefined {
  const wanted = parseAddress(address);
  if (!wanted) return undefined;
  const target = { family: wanted.family, low: wanted.value, high: wanted.value };
  const candidates: (RouteChoice & { readonly prefix: number; readonly distance: number })[] = [];
  for (const port of view.routerPortsOfRouter.get(router) ?? []) {
    for (const network of port.networks) {
      const block = parseBlock(network);
      if (block && contains(block, target)) candidates.push({ port, nextHop: address, by: port.key, prefix: block.prefix, distance: 0 });
    }
  }
  for (const route of view.routes.get(router) ?? []) {
    const block = parseBlock(route.network);
    if (!block || !contains(block, target)) continue;
    if (route.nextHops.length === 0) candidates.push({ port: undefined, nextHop: '', by: route.key, prefix: block.prefix, distance: 1 });
    for (const hop of route.nextHops) {
      const port = hop.routerPort ? view.routerPorts.get(hop.routerPort) : attachedPort(view, router, hop.address);
      if (port) candidates.push({ port, nextHop: hop.address || address, by: route.key, prefix: block.prefix, distance: hop.distance });
    }
  }
  candidates.sort((a, b) => b.prefix - a.prefix || a.distance - b.distance);
  return candidates[0];
}

/** Port of a router on whose network an address is. */
export function attachedPort(view: ForwardingView, router: string, address: string): Keyed<RouterPort> | undefined {
  return view.routerPortsOfRouter.get(router)?.find((port) => onLink(port, address));
}

export function onLink({ networks }: RouterPort, address: string): boolean {
  return networks.some((network) => isWithin(address, network));
}

/** Whether a router port has an address as its own. */
export function hasOwnAddress({ networks }: RouterPort, address: string): boolean {
  const wanted = parseAddress(address);
  return (
    wanted !== undefined &&
    networks.some((network) => {
      const block = parseBlock(network);
      return block?.family === wanted.family && block.address === wanted.value;
    })
  );
}
