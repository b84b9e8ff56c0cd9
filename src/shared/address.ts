import ipaddr from 'ipaddr.js';

/** Address arithmetic on BigInt ranges: ipaddr.js reads the text, everything else is numbers. */

export type Family = 4 | 6;

/** Addresses from `low` to `high`, both included. */
export interface Range {
  readonly family: Family;
  readonly low: bigint;
  readonly high: bigint;
}

/** A block in CIDR notation; `address` is the address as written, host bits kept. */
export interface Block extends Range {
  readonly address: bigint;
  readonly prefix: number;
}

const BITS = { 4: 32, 6: 128 } as const;

/** Strict: only dotted quads of decimal numbers without leading zeros count as IPv4. */
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** Reads an address, or answers undefined. Zone identifiers (`%eth0`) are refused. */
export function parseAddress(text: string): { family: Family; value: bigint } | undefined {
  if (IPV4.test(text)) return { family: 4, value: text.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n) };
  if (!text.includes(':') || text.includes('%') || !ipaddr.IPv6.isValid(text)) return undefined;
  return {
    family: 6,
    value: ipaddr.IPv6.parse(text)
      .toByteArray()
      .reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n),
  };
}

/** Canonical text: dotted quad, or IPv6 as RFC 5952 writes it. */
export function formatAddress(family: Family, value: bigint): string {
  const bytes: number[] = [];
  for (let shift = BITS[family] - 8; shift >= 0; shift -= 8) bytes.push(Number((value >> BigInt(shift)) & 0xffn));
  return family === 4 ? bytes.join('.') : new ipaddr.IPv6(bytes).toRFC5952String();
}

/** Reads `address/prefix`, or answers undefined. */
export function parseBlock(text: string): Block | undefined {
  const [, addressText, prefixText] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const address = addressText === undefined ? undefined : parseAddress(addressText);
  const prefix = Number(prefixText);
  if (!address || prefix > BITS[address.family]) return undefined;
  const hostBits = BigInt(BITS[address.family] - prefix);
  const low = (address.value >> hostBits) << hostBits;
  return { family: address.family, address: address.value, prefix, low, high: low + (1n << hostBits) - 1n };
}

/** Reads an address, a block or `low-high`, or answers undefined. */
export function parseRange(text: string): Range | undefined {
  if (text.includes('/')) return parseBlock(text);
  const [lowText = '', highText] = text.split('-');
  const low = parseAddress(lowText.trim());
  const high = highText === undefined ? low : parseAddress(highText.trim());
  if (!low || !high || low.family !== high.family || low.value > high.value || text.split('-').length > 2) return undefined;
  return { family: low.family, low: low.value, high: high.value };
}

export function overlaps(a: Range, b: Range): boolean {
  return a.family === b.family && a.low <= b.high && b.low <= a.high;
}

export function contains(outer: Range, inner: Range): boolean {
  return outer.family === inner.family && outer.low <= inner.low && inner.high <= outer.high;
}

/** Whether an address is in a network, both as they are written; not where one of them is neither. */
export function isWithin(address: string, network: string): boolean {
  const [inner, outer] = [parseAddress(address), parseBlock(network)];
  return inner !== undefined && outer !== undefined && contains(outer, { family: inner.family, low: inner.value, high: inner.value });
}

/** The same addresses in the fewest ranges, lowest first. */
export function union(ranges: readonly Range[]): Range[] {
  const found: Range[] = [];
  for (const { family, low, high } of [...ranges].sort((a, b) => a.family - b.family || (a.low < b.low ? -1 : 1))) {
    const last = found.at(-1);
    if (last?.family !== family || low > last.high + 1n) found.push({ family, low, high });
    else if (high > last.high) found[found.length - 1] = { family, low: last.low, high };
  }
  return found;
}

/** What is left of a range without some others, lowest first. */
export function without(range: Range, others: readonly Range[]): Range[] {
  const { family } = range;
  const left: Range[] = [];
  let { low } = range;
  for (const other of others.filter((one) => overlaps(range, one)).sort((a, b) => (a.low < b.low ? -1 : 1))) {
    if (other.low > low) left.push({ family, low, high: other.low - 1n });
    if (other.high >= low) low = other.high + 1n;
  }
  if (low <= range.high) left.push({ family, low, high: range.high });
  return left;
}

/** The fewest blocks that cover a range exactly, lowest first. */
export function blocksOf({ family, low, high }: Range): string[] {
  const blocks: string[] = [];
  let from = low;
  while (from <= high) {
    let bits = 0n;
    while (bits < BigInt(BITS[family]) && (from & ((1n << (bits + 1n)) - 1n)) === 0n && from + (1n << (bits + 1n)) - 1n <= high) bits += 1n;
    blocks.push(`${formatAddress(family, from)}/${BITS[family] - Number(bits)}`);
    from += 1n << bits;
  }
  return blocks;
}
