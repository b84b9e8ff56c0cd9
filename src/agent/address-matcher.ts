import { type Family, parseAddress, parseRange, type Range } from '../shared/address.js';

/** Addresses, blocks, ranges and MAC addresses as something that can be asked whether it has one. Asked in logarithmic time. */
export class AddressMatcher {
  private readonly ranges: Readonly<Record<Family, readonly Range[]>>;
  private readonly macs: ReadonlySet<string>;

  constructor(texts: readonly string[]) {
    const ranges: Record<Family, Range[]> = { 4: [], 6: [] };
    const macs = new Set<string>();
    for (const text of texts) {
      const range = parseRange(text);
      if (range) ranges[range.family].push(range);
      else macs.add(text.toLowerCase());
    }
    this.ranges = { 4: merged(ranges[4]), 6: merged(ranges[6]) };
    this.macs = macs;
  }

  hasAddress(text: string): boolean {
    const address = parseAddress(text);
    if (!address) return false;
    const ranges = this.ranges[address.family];
    let low = 0;
    let high = ranges.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const range = ranges[middle] as Range;
      if (address.value < range.low) high = middle - 1;
      else if (address.value > range.high) low = middle + 1;
      else return true;
    }
    return false;
  }

  hasMac(text: string): boolean {
    return this.macs.has(text.toLowerCase());
  }
}

/** Sorted and without overlaps, so that a search by halves finds the only range that may hold an address. */
function merged(ranges: readonly Range[]): Range[] {
  const sorted = [...ranges].sort((a, b) => (a.low < b.low ? -1 : a.low > b.low ? 1 : 0));
  const result: Range[] = [];
  for (const range of sorted) {
    const last = result.at(-1);
    if (!last || range.low > last.high) result.push(range);
    else if (range.high > last.high) result[result.length - 1] = { ...last, high: range.high };
  }
  return result;
}
