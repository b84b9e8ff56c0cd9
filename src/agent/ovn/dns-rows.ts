import { type DnsRecords, ResourceKind } from '../../realization/resources.pb.js';
import { References } from './rows.js';
import type { ZoneDraft } from './zone-draft.js';

/** Names that OVN itself answers on a switch, whatever name server its workloads ask. */
export function dnsRecordRows(draft: ZoneDraft): void {
  for (const { key, body } of draft.resources) {
    if (body?.$case !== 'dnsRecords') continue;
    draft.dnsRecordsAt(body.value.logicalSwitch).push(key);
    draft.rows.push({ table: 'DNS', name: key, owner: { kind: ResourceKind.DNS_RECORDS, key }, columns: { records: recordsOf(body.value) } });
  }
}

/** The names of a switch, as its column. */
export function dnsRecordsColumn(draft: ZoneDraft, logicalSwitch: string): References {
  return new References('DNS', draft.dnsRecordsAt(logicalSwitch));
}

/** OVN looks names up in small letters. */
function recordsOf({ records }: DnsRecords): Record<string, string> {
  return Object.fromEntries(records.map(({ name, addresses }) => [name.toLowerCase().replace(/\.$/, ''), addresses.join(' ')]));
}
