import type { BgpInstance, BgpInstance_Neighbor } from '../../realization/resources.pb.js';
import type { FixedRoute } from '../frr/configuration.js';

/** An uplink of a service router, as the programs that speak BGP for it have it: with its MAC and its addresses. */
export interface BgpUplink {
  /** Key of the router port. */
  readonly port: string;
  /** Names of the two ends of its cable: in the namespace, and on the machine. */
  readonly inside: string;
  readonly outside: string;
  readonly mac: string;
  /** Addresses with prefix. */
  readonly networks: readonly string[];
  /** Transport zone and VLAN of its segment; 0: untagged. */
  readonly zone: string;
  readonly vlan: number;
}

/** A neighbour that is spoken to from a node. */
export interface BgpPeer {
  readonly neighbor: BgpInstance_Neighbor;
  /** Address of this end, where the intent or the uplink says it. */
  readonly source: string | undefined;
  /** Addresses that its packets come to, and the uplinks through which. */
  readonly addresses: readonly string[];
  readonly uplinks: readonly BgpUplink[];
}

/** Where BGP is spoken for a service router: a namespace that has what is the router's outside, and hears of it only what BGP and BFD need. */
export interface BgpSite {
  readonly router: string;
  /** Key of the instance. */
  readonly key: string;
  /** Name of the namespace. */
  readonly name: string;
  readonly instance: BgpInstance;
  readonly uplinks: readonly BgpUplink[];
  /** Addresses with prefix that are on no link. */
  readonly loopbacks: readonly string[];
  readonly peers: readonly BgpPeer[];
  /** Static ways through uplinks. */
  readonly routes: readonly FixedRoute[];
}
