import { contains, type Family, overlaps, type Range, union } from '../../shared/address.js';
import type { Claim, WriteView } from '../hooks.js';
import type { PolicyObject } from '../policy-object.js';
import { boundMacs, leasedAddresses, leaseQueue, statedMacs, takenAddresses } from '../spaces.js';
import { type DhcpRanges, macNumber, rangesOf, single, statedAddresses } from './dhcp-ranges.js';
import type { DhcpServerConfig } from './dhcp-server-config.resource.js';
import type { Segment } from './segment.resource.js';
import type { SegmentPort } from './segment-port.resource.js';

/**
 * Addresses that DHCP gives from the ranges of a segment. Nodes answer each for its own ports and know nothing of what the others
 * gave, so the manager gives addresses out, in the write itself: a port has one while something is plugged into it and it states
 * none, by itself or by a static binding of a MAC address that it states.
 *
 * Everything that ranges must pass over is claimed in one space of the segment, so that the lowest free address is found in one
 * search however many are taken; what a port was given is claimed in a second one, by which it is told. A port for which none is
 * left waits in a queue, and is served by the write that frees one. Of segments without ranges nothing is claimed.
 */

type StoredPort = SegmentPort & PolicyObject;

/** What static bindings of both address families have. */
export interface StoredBinding extends PolicyObject {
  readonly mac_address: string;
  readonly ip_address?: string;
  readonly ip_addresses?: readonly string[];
}

const FAMILIES = [4, 6] as const;

/** After a port was written: it takes what it states from others, and is given an address where it needs one. */
export function leaseToPort(port: StoredPort, view: WriteView): void {
  const ranges = rangesAt(port.parent_path, view);
  if (!ranges) return;
  settle(port, ranges, view, 'give');
  for (const range of statedAddresses(port)) takeFromOthers(range, port.path, ranges, view);
  serveQueue(ranges, view);
}

/** After a port is gone, or a static binding, and with it what it claimed. */
export function leaseWhatIsFree(segmentPath: string, view: WriteView): void {
  const ranges = rangesAt(segmentPath, view);
  if (ranges) serveQueue(ranges, view);
}

/** After a static binding was written. */
export function leaseAroundBinding(binding: StoredBinding, view: WriteView, before?: StoredBinding): void {
  const ranges = rangesAt(binding.parent_path, view);
  if (!ranges) return;
  holdBinding(binding, ranges, view);
  for (const range of boundAddresses(binding)) takeFromOthers(range, binding.path, ranges, view);
  if (before) settlePortOf(before.mac_address, ranges, view);
  settlePortOf(binding.mac_address, ranges, view);
  serveQueue(ranges, view);
}

/** After a static binding is gone: the port that it was for needs an address of the ranges. */
export function leaseWithoutBinding(binding: StoredBinding, view: WriteView): void {
  const ranges = rangesAt(binding.parent_path, view);
  if (!ranges) return;
  settlePortOf(binding.mac_address, ranges, view);
  serveQueue(ranges, view);
}

/** After the ranges of a segment changed, or what is reserved of them: ports keep what is still to be given, and others are given anew. */
export function renewLeases(segment: Segment & PolicyObject, view: WriteView): void {
  const ports = view.children<SegmentPort>(segment.path, 'SegmentPort');
  const bindings = view.children<StoredBinding>(segment.path, 'DhcpStaticBindingConfig');
  const ranges = rangesOf(segment, serverOf(segment, view));
  if (!ranges) {
    for (const { path } of [segment, ...bindings, ...ports]) release(path, segment.path, view);
    return;
  }
  view.claim(takenAddresses(segment.path), segment.path, union(ranges.reserved));
  for (const binding of bindings) holdBinding(binding, ranges, view);
  // What all of them keep comes before what any of them is given.
  const without = ports.filter((port) => settle(port, ranges, view, 'keep'));
  for (const port of without) settle(port, ranges, view, 'give');
}

function rangesAt(segmentPath: string, view: WriteView): DhcpRanges | undefined {
  const segment = view.get<Segment>(segmentPath);
  return segment && rangesOf(segment, serverOf(segment, view));
}

function serverOf({ dhcp_config_path: path }: Segment, view: WriteView): (DhcpServerConfig & PolicyObject) | undefined {
  const config = path === undefined ? undefined : view.get<DhcpServerConfig>(path);
  return config?.resource_type === 'DhcpServerConfig' ? config : undefined;
}

/**
 * Brings the claims of a port in line with what it states and with the ranges.
 * @param may whether it may be given what it has not yet
 * @returns whether there was an address that it needed and did not have
 */
function settle(port: StoredPort, ranges: DhcpRanges, view: WriteView, may: 'keep' | 'give'): boolean {
  const { path } = port;
  const { segment } = ranges;
  const stated = statedAddresses(port);
  const macs = (port.address_bindings ?? []).flatMap(({ mac_address: mac }) => (mac === undefined ? [] : macNumber(mac)));
  view.claim(statedMacs(segment), path, macs);
  const held = view.claims(path);
  const kept: Range[] = [];
  const needed: Family[] = [];
  for (const family of FAMILIES) {
    const lease = held.find(({ space }) => space === leasedAddresses(segment, family));
    const bound = () => macs.some((mac) => view.overlap(boundMacs(segment, family), mac, path));
    const needs = port.attachment?.id !== undefined && hasRange(ranges, family) && !statesOne(ranges, family, stated) && !bound();
    const keeps = lease !== undefined && needs && mayKeep(lease, ranges, path, view);
    if (keeps) kept.push({ family, low: lease.low, high: lease.high });
    else if (lease) view.release(path, lease.space);
    if (needs && !keeps) needed.push(family);
    else if (held.some(({ space }) => space === leaseQueue(segment, family).space)) view.release(path, leaseQueue(segment, family).space);
  }
  view.claim(takenAddresses(segment), path, union([...stated, ...kept]));
  if (may === 'give') for (const family of needed) give(family, path, ranges, view);
  return needed.length > 0;
}

/** Gives a port an address, or a place among those that wait for one. */
function give(family: Family, port: string, ranges: DhcpRanges, view: WriteView): void {
  const { segment } = ranges;
  const { space, low, high } = leaseQueue(segment, family);
  const lease = lowestFree(ranges, family, view);
  if (!lease) {
    view.take(space, port, low, high);
    return;
  }
  view.release(port, space);
  view.claim(leasedAddresses(segment, family), port, [lease]);
  view.claim(takenAddresses(segment), port, union([...view.claims(port, takenAddresses(segment)), lease]));
}

function hasRange({ ranges }: DhcpRanges, family: Family): boolean {
  return ranges.some((range) => range.family === family);
}

function statesOne({ networks }: DhcpRanges, family: Family, stated: readonly Range[]): boolean {
  return networks.some((network) => network.family === family && stated.some((range) => overlaps(network, range)));
}

function mayKeep({ family, low, high }: Claim, { ranges, segment }: DhcpRanges, port: string, view: WriteView): boolean {
  const lease = { family, low, high };
  return ranges.some((range) => contains(range, lease)) && !view.overlap(takenAddresses(segment), lease, port);
}

function lowestFree({ ranges, segment }: DhcpRanges, family: Family, view: WriteView): Range | undefined {
  for (const range of ranges) {
    if (range.family !== family) continue;
    const free = view.lowestFree(takenAddresses(segment), range.low);
    if (free <= range.high) return { family, low: free, high: free };
  }
  return undefined;
}

/** An address that somebody states is no longer leased to others. */
function takeFromOthers(range: Range, owner: string, ranges: DhcpRanges, view: WriteView): void {
  const space = leasedAddresses(ranges.segment, range.family);
  for (let lease = view.overlap(space, range, owner); lease; lease = view.overlap(space, range, owner)) settleAt(lease.owner, ranges, view);
}

/** Gives addresses that became free to the ports that wait for one, until there are no more of either. */
function serveQueue(ranges: DhcpRanges, view: WriteView): void {
  for (const family of FAMILIES) {
    if (!hasRange(ranges, family)) continue;
    const { space, low, high } = leaseQueue(ranges.segment, family);
    for (
      let next = view.overlap(space, { family: 4, low, high }, '');
      next && lowestFree(ranges, family, view);
      next = view.overlap(space, { family: 4, low, high }, '')
    )
      settleAt(next.owner, ranges, view);
  }
}

function settleAt(path: string, ranges: DhcpRanges, view: WriteView): void {
  const port = view.get<SegmentPort>(path);
  if (port) settle(port, ranges, view, 'give');
  else release(path, ranges.segment, view);
}

/** A port that states the MAC address is bound by it, or is no longer. */
function settlePortOf(mac: string, ranges: DhcpRanges, view: WriteView): void {
  const stated = view.overlap(statedMacs(ranges.segment), macNumber(mac), '');
  if (stated) settleAt(stated.owner, ranges, view);
}

function holdBinding(binding: StoredBinding, { segment }: DhcpRanges, view: WriteView): void {
  const addresses = boundAddresses(binding);
  view.claim(takenAddresses(segment), binding.path, union(addresses));
  for (const family of FAMILIES) {
    const binds = addresses.some((address) => address.family === family);
    view.claim(boundMacs(segment, family), binding.path, binds ? [macNumber(binding.mac_address)] : []);
  }
}

function boundAddresses({ ip_address: one, ip_addresses: several = [] }: StoredBinding): Range[] {
  return [...(one === undefined ? [] : [one]), ...several].flatMap(single);
}

function release(owner: string, segment: string, view: WriteView): void {
  const spaces = FAMILIES.flatMap((family) => [leasedAddresses(segment, family), leaseQueue(segment, family).space, boundMacs(segment, family)]);
  for (const { space } of view.claims(owner)) {
    if (spaces.includes(space) || space === takenAddresses(segment) || space === statedMacs(segment)) view.release(owner, space);
  }
}
