import { blocksOf, type Family, parseBlock, parseRange, type Range, without } from '../../shared/address.js';

/** Each half of a family's addresses: OVN takes no block that is all of them. */
const HALVES: Readonly<Record<Family, readonly [string, string]>> = { 4: ['0.0.0.0/1', '128.0.0.0/1'], 6: ['::/1', '8000::/1'] };

/**
 * All addresses of a family but these, as blocks. OVN writes `!=` as a flow for each bit of an address, and multiplies them: for all
 * but three addresses it needs 32 * 32 * 32 flows. These are at most 32 blocks an address. Worked out once for a list: large sets seldom
 * change.
 */
export function allBut(addresses: readonly string[], family: Family): readonly string[] {
  const known = complements.get(addresses) ?? { 4: blocksBut(addresses, 4), 6: blocksBut(addresses, 6) };
  complements.set(addresses, known);
  return known[family];
}

const complements = new WeakMap<readonly string[], Readonly<Record<Family, readonly string[]>>>();

function blocksBut(addresses: readonly string[], family: Family): string[] {
  const excluded = addresses.flatMap((text): Range[] => {
    const range = parseRange(text);
    return range?.family === family ? [range] : [];
  });
  return HALVES[family].flatMap((half) => without(parseBlock(half) as Range, excluded)).flatMap(blocksOf);
}
