import { parseAddress, parseBlock, parseRange, type Range, without } from '../../shared/address.js';
import type { IpPoolRange } from './ip-pool-range.js';

/** What the two kinds of subnets have, as far as their addresses go. */
export interface PoolSubnet {
  readonly cidr?: string;
  /** Static subnets only. */
  readonly allocation_ranges?: readonly IpPoolRange[];
  readonly gateway_ip?: string;
  /** Block subnets only. */
  readonly gateway_address?: string;
  readonly allocation_range?: number;
}

/** A range as numbers; undefined where its ends are of two versions of IP or the wrong way round. */
export function toRange({ start, end }: IpPoolRange): Range | undefined {
  return parseRange(`${start}-${end}`);
}

/** Ranges that belong to a subnet. A block subnet has none until it was cut out. */
export function rangesOf({ cidr, allocation_ranges: listed }: PoolSubnet): Range[] {
  if (listed) return listed.map(toRange).filter((range) => range !== undefined);
  const block = cidr === undefined ? undefined : parseBlock(cidr);
  return block ? [{ family: block.family, low: block.low, high: block.high }] : [];
}

/** Ranges of a subnet whose addresses may be allocated: not the gateway's, nor the first and last of a network cut from a block. */
export function allocatableRanges(subnet: PoolSubnet): Range[] {
  const kept = [subnet.gateway_ip, subnet.gateway_address].flatMap((text) => single(text));
  const all = rangesOf(subnet);
  if (!subnet.allocation_ranges) for (const range of all) kept.push(...edgesOf(range));
  const free = all.flatMap((range) => without(range, kept));
  return subnet.allocation_range === undefined ? free : firstOf(free, BigInt(subnet.allocation_range));
}

/** Network and broadcast address of an IPv4 network that is large enough to have them. */
export function edgesOf({ family, low, high }: Range): Range[] {
  if (family === 6 || high - low < 3n) return [];
  return [
    { family, low, high: low },
    { family, low: high, high },
  ];
}

function single(text: string | undefined): Range[] {
  const address = text === undefined ? undefined : parseAddress(text);
  return address ? [{ family: address.family, low: address.value, high: address.value }] : [];
}

function firstOf(ranges: readonly Range[], count: bigint): Range[] {
  const first: Range[] = [];
  let left = count;
  for (const { family, low, high } of ranges) {
    if (left <= 0n) break;
    const last = high - low < left ? high : low + left - 1n;
    first.push({ family, low, high: last });
    left -= last - low + 1n;
  }
  return first;
}
