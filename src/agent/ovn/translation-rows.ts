import { type NatRule, ResourceKind } from '../../realization/resources.pb.js';
import { parseRange } from '../../shared/address.js';
import type { Keyed } from '../forwarding-view.js';
import { addressSetName } from './names.js';
import { References, type WantedRow } from './rows.js';
import type { ZoneDraft } from './zone-draft.js';

/** Rows of OVN's table of translations, and what they are written with. */

export function translationRow(draft: ZoneDraft, { key, router }: Keyed<NatRule>, name: string, columns: WantedRow['columns']): void {
  const within = { table: 'Logical_Router', name: router, column: 'nat' };
  draft.rows.push({ table: 'NAT', name, owner: { kind: ResourceKind.NAT_RULE, key }, within, columns });
}

/** A set of addresses on the other side, for one rule, as a column names it; none for no addresses. */
export function setRow(draft: ZoneDraft, { key }: Keyed<NatRule>, use: string, addresses: readonly string[]): References | readonly string[] {
  if (addresses.length === 0) return [];
  const name = addressSetName(`${key} ${use}`, parseRange(addresses[0] as string)?.family ?? 4);
  draft.rows.push({ table: 'Address_Set', name, owner: { kind: ResourceKind.NAT_RULE, key }, columns: { name, addresses } });
  return new References('Address_Set', [name]);
}

export function isOneAddress(text: string | undefined): boolean {
  const range = text === undefined ? undefined : parseRange(text);
  return range !== undefined && range.low === range.high;
}

/** OVN writes a single address without a prefix. */
export function bare(text: string): string {
  return text.replace(text.includes(':') ? /\/128$/ : /\/32$/, '');
}
