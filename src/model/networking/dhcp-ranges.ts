import { type Block, type Family, overlaps, parseAddress, parseBlock, parseRange, type Range } from '../../shared/address.js';
import { edgesOf } from '../addressing/pool-ranges.js';
import type { AddressRange } from '../hooks.js';
import type { DhcpServerConfig } from './dhcp-server-config.resource.js';
import type { Segment, SegmentSubnet } from './segment.resource.js';
import type { SegmentPort } from './segment-port.resource.js';

/** What a segment's ranges of DHCP are, and what there must not be given of them. */
export interface DhcpRanges {
  readonly segment: string;
  /** Networks that have ranges: a port that states an address in one of them is given none of its family. */
  readonly networks: readonly Block[];
  readonly ranges: readonly Range[];
  /** Excluded addresses, and those of gateways, servers and of the networks themselves. */
  readonly reserved: readonly Range[];
}

/** What the ranges of a segment depend on, to be compared with what it was. */
export function rangeTerms({ subnets = [], dhcp_config_path: server }: Segment): unknown {
  const terms = subnets.filter(hasRanges).map(({ gateway_address: gateway, dhcp_ranges: ranges, dhcp_config: config }) => ({ gateway, ranges, config }));
  return terms.length === 0 ? undefined : { terms, server };
}

/**
 * @param server the server that the segment names, where it names one
 * @returns undefined for a segment without ranges
 */
export function rangesOf({ path, subnets = [] }: Segment & { readonly path: string }, server: DhcpServerConfig | undefined): DhcpRanges | undefined {
  const found = subnets.filter(hasRanges).flatMap((subnet) => {
    const block = parseBlock(subnet.gateway_address ?? '');
    return block ? [{ subnet, block }] : [];
  });
  if (found.length === 0) return undefined;
  return {
    segment: path,
    networks: found.map(({ block }) => block),
    ranges: found.flatMap(({ subnet, block }) => rangesAmong(subnet.dhcp_ranges ?? []).filter((range) => overlaps(range, block))),
    reserved: [
      ...found.flatMap(({ subnet, block }) => reservedIn(subnet, block)),
      ...(server?.server_addresses ?? []).flatMap((text) => single(text)).filter((range) => found.some(({ block }) => overlaps(range, block))),
    ],
  };
}

/** Addresses that a port states. */
export function statedAddresses({ address_bindings: bindings = [] }: SegmentPort): Range[] {
  return rangesAmong(bindings.flatMap(({ ip_address: address }) => address ?? []));
}

/** A MAC address as a number of its space. */
export function macNumber(mac: string): AddressRange {
  const number = BigInt(`0x${mac.replaceAll(/[:-]/g, '')}`);
  return { family: 6, low: number, high: number };
}

/** An address as a range of one. The prefix that it may have counts for nothing. */
export function single(text: string): Range[] {
  const address = parseAddress(text.split('/')[0] ?? '');
  return address ? [{ family: address.family, low: address.value, high: address.value }] : [];
}

function hasRanges({ dhcp_ranges: ranges }: SegmentSubnet): boolean {
  return ranges !== undefined && ranges.length > 0;
}

function reservedIn({ dhcp_config: config }: SegmentSubnet, block: Block): Range[] {
  const { family, address } = block;
  const excluded = config && 'excluded_ranges' in config ? (config.excluded_ranges ?? []) : [];
  return [
    { family, low: address, high: address },
    ...namesOf(block),
    ...(config?.server_address === undefined ? [] : single(config.server_address)),
    ...rangesAmong(excluded),
  ];
}

/** What names a network is nobody's address: the first and last of an IPv4 network, the first of an IPv6 network, which reaches any of its routers. */
function namesOf(block: Block): Range[] {
  const { family, low }: { family: Family; low: bigint } = block;
  return family === 4 ? edgesOf(block) : [{ family, low, high: low }];
}

function rangesAmong(texts: readonly string[]): Range[] {
  return texts.flatMap((text) => parseRange(text) ?? []);
}
