import { contains, parseAddress, type Range } from '../../shared/address.js';
import type { IntentView } from '../hooks.js';

/**
 * The lowest free network of `size` addresses (a power of 2) in the given ranges, lowest range first, aligned to its size as a
 * network must be. Undefined: there is none. Costs one step for each gap that is too small, however many networks were cut.
 */
export function lowestNetwork(view: IntentView, space: string, ranges: readonly Range[], size: bigint): Range | undefined {
  for (const { family, low: start, high: end } of ranges) {
    let low = alignUp(view.lowestFree(space, start), size);
    while (low + size - 1n <= end) {
      const network: Range = { family, low, high: low + size - 1n };
      const taken = view.overlap(space, network, '');
      if (!taken) return network;
      low = alignUp(view.lowestFree(space, taken.high + 1n), size);
    }
  }
  return undefined;
}

/** The network of `size` addresses that begins at `start`, if it is aligned, inside one of the ranges, and free. */
export function networkAt(view: IntentView, space: string, ranges: readonly Range[], size: bigint, start: string): Range | undefined {
  const address = parseAddress(start);
  if (!address || address.value % size !== 0n) return undefined;
  const network: Range = { family: address.family, low: address.value, high: address.value + size - 1n };
  return ranges.some((range) => contains(range, network)) && !view.overlap(space, network, '') ? network : undefined;
}

function alignUp(value: bigint, size: bigint): bigint {
  return ((value + size - 1n) / size) * size;
}
