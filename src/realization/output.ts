import type { Alarm, RealizedAttribute } from './contract.js';
import type { PortFacts } from './groups/membership.js';
import type { Selector } from './groups/selector.js';
import type { Contribution } from './resource-table.js';

/**
 * What computing one intent yields: its shares in resources, who is told them, and what is wrong. Plain data, compared by
 * content; the graph applies the difference to the last one.
 */
export interface Output {
  readonly contributions: readonly Contribution[];
  /** Bundles that bring others along: whoever is told the first is told the second. */
  readonly links: readonly (readonly [user: string, used: string])[];
  /** Bundles that nodes want for reasons of their own. */
  readonly wants: readonly (readonly [node: string, bundle: string])[];
  /** Who is in the group that the intent defines. */
  readonly selector?: Selector;
  /** Keys of the address sets that its rules match. */
  readonly addressSets: readonly string[];
  /** Scopes that its rules are applied to. */
  readonly scopes: readonly string[];
  /** Where a segment port lives, for the groups that it is in. */
  readonly home?: string;
  /** What groups need to know of a segment port. */
  readonly port?: PortFacts;
  /** Trouble that makes the intent's state ERROR. */
  readonly problems: readonly Alarm[];
  /** What of the intent takes no effect for want of something else, and what to do: its state stays. */
  readonly idle?: readonly Alarm[];
  /** What clients read of the realized object beside its state: addresses, MACs. */
  readonly attributes: readonly RealizedAttribute[];
}

export const NOTHING: Output = { contributions: [], links: [], wants: [], addressSets: [], scopes: [], problems: [], attributes: [] };

/** Names of bundles. A bundle's name is a function of what is in it, never of the order of edits. */
export const bundles = {
  /** A segment with its ports. */
  segment: (segment: string) => `segment ${segment}`,
  /** A gateway's distributed part with all its segments. */
  domain: (gateway: string) => `domain ${gateway}`,
  /** A router of a service part, as others on its links see it. */
  router: (router: string) => `router ${router}`,
  /** What an edge that may run a service part needs for it. */
  service: (router: string) => `service ${router}`,
  /** The link between a tier-1 and its tier-0. */
  routerLink: (tier1: string) => `router-link ${tier1}`,
  /** Everything that hangs on a tier-0: its service parts route there. */
  behind: (tier0: string) => `behind ${tier0}`,
  /** The address set of a group. */
  addresses: (key: string) => `addresses ${key}`,
  /** Rules that are applied to a scope. */
  applied: (scope: string) => `applied ${scope}`,
  /** The ports of a scope that live on a node. */
  ports: (scope: string, node: string) => `ports ${scope} ${node}`,
  /** Balancers that serve at the ports of a group. */
  balancers: (service: string) => `balancers ${service}`,
  /** Rules of one policy with one scope. */
  rules: (key: string) => `rules ${key}`,
  /** The tunnel endpoint of a node. */
  tunnel: (node: string) => `tunnel ${node}`,
};
