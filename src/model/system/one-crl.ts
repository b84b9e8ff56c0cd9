/** Revocations of a OneCRL, the list that Mozilla publishes: entries name a certificate by issuer and serial number, or a key. */
export interface OneCrl {
  readonly details_revoked_by_issuer_and_serial_number: { issuer: string; serial_numbers: string[] }[];
  readonly details_revoked_by_subject_and_public_key_hash: { subject: string; public_key_sha256_hashes: string[] }[];
}

interface Entry {
  readonly issuerName?: string;
  readonly serialNumber?: string;
  readonly subject?: string;
  readonly pubKeyHash?: string;
}

/** Reads `{"data": [...]}` or the bare list of entries. Throws where the text is neither. */
export function readOneCrl(text: string): OneCrl {
  const json = JSON.parse(text) as { data?: readonly Entry[] } | readonly Entry[];
  const entries = 'data' in json ? json.data : json;
  if (!Array.isArray(entries)) throw new TypeError('no list of entries');
  const serials = new Map<string, string[]>();
  const hashes = new Map<string, string[]>();
  for (const { issuerName, serialNumber, subject, pubKeyHash } of entries as readonly Entry[]) {
    if (issuerName !== undefined && serialNumber !== undefined) serials.set(issuerName, [...(serials.get(issuerName) ?? []), serialNumber]);
    else if (subject !== undefined && pubKeyHash !== undefined) hashes.set(subject, [...(hashes.get(subject) ?? []), pubKeyHash]);
    else throw new TypeError('an entry names neither a certificate nor a key');
  }
  return {
    details_revoked_by_issuer_and_serial_number: [...serials].map(([issuer, serial_numbers]) => ({ issuer, serial_numbers })),
    details_revoked_by_subject_and_public_key_hash: [...hashes].map(([subject, public_key_sha256_hashes]) => ({ subject, public_key_sha256_hashes })),
  };
}
