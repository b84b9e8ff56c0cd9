import type { Layer7Balancer } from '../../realization/resources.pb.js';

/** Where the layer-7 balancers of a service router run: behind the router, on a switch that nothing else is on. */
export interface ProxySite {
  readonly router: string;
  /** `iface-id` of the site's interface. */
  readonly attachment: string;
  readonly mac: string;
  readonly balancers: ReadonlyMap<string, Layer7Balancer>;
  /** Addresses that the site has, each once. */
  readonly addresses: readonly string[];
  /** Elements of an address set. */
  readonly addressSets: (key: string) => readonly string[];
}

/** Ends of the link between a router and its site. No other part of the network knows them: each link has the same. */
export const ROUTER_END = '169.254.77.1';
export const SITE_END = '169.254.77.2';
export const LINK_PREFIX = 30;
