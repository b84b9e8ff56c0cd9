import { type Family, formatAddress, parseBlock } from '../../shared/address.js';

/**
 * Keys and addresses of the links between parts of gateways. They follow by arithmetic from the few numbers that are allocated
 * (the block of a gateway, its slice of transit addresses, the numbers of edges), so nothing of them is stored.
 *
 *   segments ─── distributed part ─── internal link ─── service part ─── router link ─── service parts of the tier-0 ─── uplinks
 *                     .1                                  .2 + n              .1             .2 + member index
 */

/** A gateway's block of 16 tunnel keys. */
const FIRST_BLOCK = 0xc00000;
const BLOCK = 16;
/** Service parts that a block has keys for: one for each edge of a tier-0. */
export const MOST_SERVICE_PARTS = 12;

export function gatewayKeys(block: number) {
  const first = FIRST_BLOCK + BLOCK * block;
  return { distributed: first, tier1Service: first + 1, internalLink: first + 2, routerLink: first + 3, tier0Service: (index: number) => first + 4 + index };
}

/** Keys of ports on the switch of a link, and of router ports on routers: those below are no segment's and no interface's. */
export const LINK_PORTS = {
  /** On a segment: its gateway, and the DHCP relay of the service part with this number. 2 is left to the physical network. */
  gateway: 1,
  relay: (index: number) => 3 + index,
  /** On the switch of an internal link: the distributed part. On that of a router link: the tier-1. */
  inner: 1,
  /** On either: the service part or the tier-0's service part with this number. */
  outer: (index: number) => 2 + index,
  /** On a router: its internal link, and its router link to the tier-0. */
  internalLink: 1,
  routerLink: 2,
  /** On a service part of a tier-0: its link to the tier-1 with this slice. */
  toTier1: (slice: number) => 0x4000 + slice,
} as const;
/** Tier-1s that a tier-0 has port keys for. */
export const MOST_TIER1S = 0x4000;

/** What a MAC address is for, its third byte: addresses of different parts never meet on one switch by chance. */
const MAC_USES = {
  segmentGateway: 0x00,
  innerLink: 0x01,
  routerLink: 0x02,
  interface: 0x03,
  server: 0x04,
  outerLink: 0x10,
  tier0Link: 0x20,
  relay: 0x30,
} as const;

/** MAC addresses made from 24-bit keys: the same on every node, and the same after a restart. */
export const linkMac = {
  /** Gateway of a segment, by the segment's tunnel key. */
  segmentGateway: (key: number) => macOf(MAC_USES.segmentGateway, key),
  /** Distributed part on the internal link, by the link's key. */
  inner: (key: number) => macOf(MAC_USES.innerLink, key),
  /** Service part on the internal link. */
  outer: (key: number, index: number) => macOf(MAC_USES.outerLink + index, key),
  /** Tier-1 on its router link. */
  routerLink: (key: number) => macOf(MAC_USES.routerLink, key),
  /** Service part of a tier-0 on the router link of a tier-1. */
  tier0: (key: number, index: number) => macOf(MAC_USES.tier0Link + index, key),
  /** Interface of a gateway, by its number. */
  interface: (number: number) => macOf(MAC_USES.interface, number),
  /** DHCP server of a segment, by the segment's tunnel key. */
  server: (key: number) => macOf(MAC_USES.server, key),
  /** DHCP relay on a segment, by the segment's tunnel key and the number of the service part. */
  relay: (key: number, index: number) => macOf(MAC_USES.relay + index, key),
} as const;

function macOf(use: number, key: number): string {
  const bytes = [0x02, 0x50, use, (key >> 16) & 0xff, (key >> 8) & 0xff, key & 0xff];
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** Addresses of a link, one block of each family; place n of a block is its address n. */
export interface LinkAddresses {
  readonly blocks: readonly { readonly family: Family; readonly first: bigint; readonly prefix: number }[];
}

/** Blocks that serve where a gateway names none, out of ranges that are routed nowhere. */
const INTERNAL = { 4: '169.254.0.0/28', 6: 'fd50:fe1d:169:254::/124' } as const;
const TRANSIT = { 4: '100.64.0.0/16', 6: 'fd50:fe1d:100:64::/64' } as const;
const SLICE = 16n;

/** The internal link of a gateway. */
export function internalLink(named: readonly string[] | undefined): LinkAddresses {
  return { blocks: familyBlocks(named, INTERNAL).map(({ family, low, prefix }) => ({ family, first: low, prefix })) };
}

/** A slice of a tier-0's transit subnets: 16 addresses of each family. */
export function transitLink(named: readonly string[] | undefined, slice: number): LinkAddresses {
  return { blocks: familyBlocks(named, TRANSIT).map(({ family, low }) => ({ family, first: low + SLICE * BigInt(slice), prefix: family === 4 ? 28 : 124 })) };
}

function familyBlocks(named: readonly string[] | undefined, defaults: Readonly<Record<Family, string>>) {
  const blocks = (named ?? []).flatMap((text) => parseBlock(text) ?? []);
  return ([4, 6] as const).flatMap((family) => blocks.find((block) => block.family === family) ?? parseBlock(defaults[family]) ?? []);
}

/** Addresses with prefix, for a router port. */
export function networksAt({ blocks }: LinkAddresses, place: number): string[] {
  return blocks.map(({ family, first, prefix }) => `${formatAddress(family, first + BigInt(place))}/${prefix}`);
}

/** The bare address of one family, for a next hop. */
export function addressAt({ blocks }: LinkAddresses, family: Family, place: number): string {
  const block = blocks.find((one) => one.family === family);
  return block ? formatAddress(family, block.first + BigInt(place)) : '';
}

/** Places on a link: the inner part, and the outer ones. */
export const INNER = 1;
export const outerPlace = (index: number): number => 2 + index;
