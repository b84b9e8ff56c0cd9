import type { AddressRange, Claim } from '../model/hooks.js';
import type { ClaimRow } from './tables/intent.tables.js';

/** How claims are written in their table: see ClaimRow for why. */

const DIGITS = { 4: 8, 6: 32 } as const;

export function encodeNumber(family: 4 | 6, value: bigint): string {
  return value.toString(16).padStart(DIGITS[family], '0');
}

/** Bits of the difference of both ends. */
export function sizeClass({ low, high }: AddressRange): number {
  return low === high ? 0 : (high - low).toString(2).length;
}

/** Numbers that are not addresses have the family that is wide enough for them. */
export function familyOf(high: bigint): 4 | 6 {
  return high < 1n << 32n ? 4 : 6;
}

export function decodeClaim(row: Pick<ClaimRow, 'space' | 'owner' | 'family' | 'low' | 'high'>): Claim {
  return { space: row.space, owner: row.owner, family: row.family === 4 ? 4 : 6, low: BigInt(`0x${row.low}`), high: BigInt(`0x${row.high}`) };
}
