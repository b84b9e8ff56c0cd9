import { createHash, randomBytes } from 'node:crypto';

/**
 * What lets one agent become one node: a secret that the manager keeps only the hash of, and the fingerprint of the manager's
 * authority, by which the agent knows the right manager before it has any certificate of its own.
 */
export interface EnrolmentToken {
  /** SHA-256 of the authority's certificate in DER form. */
  readonly authority: Buffer;
  readonly secret: Buffer;
}

/** A prefix that secret scanners and people recognise. */
const PREFIX = 'heddle-enrol-';
const FORMAT = 1;
const FINGERPRINT_BYTES = 32;
const SECRET_BYTES = 24;

export function mintToken(authority: Buffer): EnrolmentToken {
  return { authority, secret: randomBytes(SECRET_BYTES) };
}

export function tokenText({ authority, secret }: EnrolmentToken): string {
  return PREFIX + Buffer.concat([Buffer.of(FORMAT), authority, secret]).toString('base64url');
}

/** Reads a token, or answers undefined when the text is not one. */
export function parseToken(text: string): EnrolmentToken | undefined {
  if (!text.startsWith(PREFIX)) return undefined;
  const bytes = Buffer.from(text.slice(PREFIX.length), 'base64url');
  if (bytes.length !== 1 + FINGERPRINT_BYTES + SECRET_BYTES || bytes[0] !== FORMAT) return undefined;
  return { authority: bytes.subarray(1, 1 + FINGERPRINT_BYTES), secret: bytes.subarray(1 + FINGERPRINT_BYTES) };
}

/** What the manager keeps of a token. A plain hash is enough: the secret has 192 random bits. */
export function tokenHash({ secret }: EnrolmentToken): string {
  return createHash('sha256').update(secret).digest('hex');
}
