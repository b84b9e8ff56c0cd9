import type { DnsForwarder, Layer7Balancer } from '../../realization/resources.pb.js';
import type { Family } from '../../shared/address.js';
import type { Relay } from '../dnsmasq/relay.js';
import type { Watch } from '../haproxy/watches.js';

/** Where programs of a router's run on this node: behind the router, on a switch that nothing else is on. */
export interface Site {
  readonly router: string;
  /** `iface-id` of the site's interface. */
  readonly attachment: string;
  readonly mac: string;
  readonly balancers: ReadonlyMap<string, Layer7Balancer>;
  /** Pools of layer-4 balancers whose members are watched from here. */
  readonly watches: readonly Watch[];
  readonly forwarders: ReadonlyMap<string, DnsForwarder>;
  readonly legs: readonly RelayLeg[];
  /** Addresses that the site has and the router sends there, each once. */
  readonly addresses: readonly string[];
  /** Elements of an address set. */
  readonly addressSets: (key: string) => readonly string[];
}

/** Where a site meets the requests of a segment that it relays. It has the address of the segment's gateway, and never says so. */
export interface RelayLeg {
  /** Key of the relay; also the name of its port on the segment's switch, and the `iface-id` of the interface. */
  readonly key: string;
  readonly mac: string;
  readonly relays: readonly Relay[];
}

/** Ends of the link between a router and its site. No other part of the network knows them: each link has the same. */
export const SITE_LINK: Readonly<Record<Family, { readonly router: string; readonly site: string; readonly prefix: number }>> = {
  4: { router: '169.254.77.1', site: '169.254.77.2', prefix: 30 },
  6: { router: 'fd4d:6865:6464:6c65::1', site: 'fd4d:6865:6464:6c65::2', prefix: 64 },
};

/**
 * Where workloads see their own node's monitors come from. The same on every node, as the routers that lead there are. Not of a link-local
 * block, which some systems look for on their own link; the one of IPv4 is the dummy address of RFC 7600, which is no host's.
 */
export const WATCHER: Readonly<Record<Family, string>> = { 4: '192.0.0.8', 6: 'fd4d:6865:6464::8' };

export function familyOf(address: string): Family {
  return address.includes(':') ? 6 : 4;
}

/** An address without a network around it. */
export function alone(address: string): string {
  return `${address}/${familyOf(address) === 4 ? 32 : 128}`;
}
