/**
 * Number spaces that intent draws from: names and bounds, so that the hooks that take a number and the realization that uses it
 * agree. The owner of a number is the path of the object that it was taken for; it is given back when the object is deleted.
 *
 * A tunnel key names a datapath (a switch or a router) on the wire: 24 bits, one space for the whole network. Segments have the
 * lower three quarters of it, so that a client may ask for an `overlay_id` there; the upper quarter belongs to gateways, which
 * need several keys each (parts, links between them) and take one block of 16.
 */
export interface NumberSpace {
  readonly space: string;
  readonly low: bigint;
  readonly high: bigint;
}

/** Tunnel key of a segment, overlay or VLAN; owner: the segment. `overlay_id` is a wish in it. */
export const SEGMENT_KEYS: NumberSpace = { space: 'segment-key', low: 1n, high: 0xbfffffn };

/** Where a tunnel key is taken from when nobody asked for one: out of the way of those that people like to choose. */
export const FREE_SEGMENT_KEYS_FROM = 0x10000n;

/** Block of 16 tunnel keys of a tier-0 or tier-1, by number; owner: the gateway. Block n begins at 0xc00000 + 16 n. */
export const GATEWAY_BLOCKS: NumberSpace = { space: 'gateway-block', low: 0n, high: 0x3ffffn };

/** Number of a gateway interface, from which its MAC address and its key on the router are made; owner: the interface. */
export const INTERFACE_NUMBERS: NumberSpace = { space: 'interface-number', low: 0n, high: 0xffffffn };

/** Key of a port on its segment, 15 bits; the lowest are left to the gateway and the physical network. Owner: the port. */
export function portKeys(segmentPath: string): NumberSpace {
  return { space: `port-key:${segmentPath}`, low: 16n, high: 0x7fffn };
}

/**
 * Key of a segment's or interface's port on a router, 15 bits. The lowest are left to links within a gateway, the upper half to the
 * links of a tier-0 to its tier-1s. Owner: the segment or interface.
 */
export function routerPortKeys(gatewayPath: string): NumberSpace {
  return { space: `router-port-key:${gatewayPath}`, low: 32n, high: 0x3fffn };
}

/** Slice of a tier-0's transit subnets for its link to a tier-1, by number: slice n is 16 addresses from 16 n. Owner: the tier-1. */
export function transitSlices(tier0Path: string): NumberSpace {
  return { space: `transit:${tier0Path}`, low: 0n, high: 0xffffn };
}

/** Addresses of a pool that were allocated, over all its subnets. Owner: the allocation. */
export function poolAddresses(poolPath: string): string {
  return `pool-address:${poolPath}`;
}

/** Places of the allocations of a pool that wait for an address. Owner: the allocation. */
export function poolQueue(poolPath: string): NumberSpace {
  return { space: `pool-queue:${poolPath}`, low: 0n, high: 0xffffffn };
}

/** Ranges that the subnets of a pool hold, which do not overlap. Owner: the subnet. */
export function poolRanges(poolPath: string): string {
  return `pool-range:${poolPath}`;
}

/** Ranges that the subnets of all pools hold; some pools want not to overlap with others. Owner: the subnet. */
export const ALL_POOL_RANGES = 'pool-range';

/** Networks that were cut out of an address block. Owner: the subnet. */
export function blockNetworks(blockPath: string): string {
  return `block-network:${blockPath}`;
}

/** Number of an edge node within its cluster, from 0; owner: the edge node. */
export function edgeMembers(clusterPath: string): NumberSpace {
  return { space: `edge-member:${clusterPath}`, low: 0n, high: 0xffn };
}

/** Networks that are directly connected within a routing domain, which must not overlap. Owner: the segment, interface or tier-0. */
export function connectedNetworks(domain: string): string {
  return `connected:${domain}`;
}

/** Addresses that static DHCP bindings of a segment give out. Owner: the binding. */
export function boundAddresses(segmentPath: string): string {
  return `bound-address:${segmentPath}`;
}

/** Addresses that ranges of DHCP give to ports of a segment, of one address family. Owner: the port. */
export function leasedAddresses(segmentPath: string, family: 4 | 6): string {
  return `leased-address-${family}:${segmentPath}`;
}

/** All addresses that ranges of DHCP pass over: what is leased, bound, stated by ports, excluded, and the segment's own. Owner: whose they are. */
export function takenAddresses(segmentPath: string): string {
  return `taken-address:${segmentPath}`;
}

/** Places of the ports that wait for an address of the ranges. Owner: the port. */
export function leaseQueue(segmentPath: string, family: 4 | 6): NumberSpace {
  return { space: `lease-queue-${family}:${segmentPath}`, low: 0n, high: 0xffffffn };
}

/** MAC addresses that ports of a segment with ranges state, as numbers. Owner: the port. */
export function statedMacs(segmentPath: string): string {
  return `stated-mac:${segmentPath}`;
}

/** MAC addresses that static DHCP bindings of a segment with ranges bind an address of a family to, as numbers. Owner: the binding. */
export function boundMacs(segmentPath: string, family: 4 | 6): string {
  return `bound-mac-${family}:${segmentPath}`;
}

/** Attachments of segment ports, by the first 128 bits of the SHA-256 of the identifier: each is plugged in once. Owner: the port. */
export const ATTACHMENTS = 'attachment';

/** The default transport zone of each kind: number 0 of overlay, 1 of VLAN zones. Owner: the zone. */
export const DEFAULT_ZONES = 'default-zone';
