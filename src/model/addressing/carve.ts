import { contains, parseAddress, type Range } from '../../shared/address.js';
import type { IntentView } from '../hooks.js';

/**
 * The lowest free network of `size` addresses (a power of 2) in the given ranges, lowest range first, aligned to its size as a
 * network must be. With `start`, the network that begins there, if it is free. Undefined: there is none.
 */
export function carve(view: IntentView, space: string, owner: string, ranges: readonly Range[], size: bigint, start?: string): Range | undefined {
  const wish = start === undefined ? undefined : parseAddress(start);
  for (const range of ranges) {
    for (let low = wish?.value ?? alignUp(range.low, size); low + size - 1n <= range.high; ) {
      const network: Range = { family: range.family, low, high: low + size - 1n };
      const taken = view.overlap(space, network, owner);
      if (wish) {
        if (!taken && wish.family === range.family && low === alignUp(low, size) && contains(range, network)) return network;
        break;
      }
      if (!taken) return network;
      // No network between here and the end of what is taken can be free: each would begin inside it.
      low = alignUp(taken.high + 1n, size);
    }
  }
  return undefined;
}

function alignUp(value: bigint, size: bigint): bigint {
  return ((value + size - 1n) / size) * size;
}
