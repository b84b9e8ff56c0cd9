import type { AuditEntry } from '../audit/audit-sink.js';
import type { Tag } from '../model/policy-object.js';

/** What the access layer keeps: few and small records, all of them in memory while the manager runs. */

/** Roles that count at a place of the tree and below; `/` is everything. */
export interface RolesForPath {
  readonly path: string;
  readonly roles: readonly string[];
}

/** What every record that the API shows has in common. Times are milliseconds since 1970. */
export interface Managed {
  readonly id: string;
  readonly displayName?: string;
  readonly description?: string;
  readonly tags?: readonly Tag[];
  readonly revision: number;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly changedAt: number;
  readonly changedBy: string;
}

/** A local user, with the binding that gives it roles. `id` is the name of the user. */
export interface Account extends Managed {
  readonly kind: 'account';
  readonly userId: number;
  readonly fullName: string;
  /** Encoded argon2 hash; null until the user is activated with a password. */
  readonly passwordHash: string | null;
  readonly passwordChangedAt: number;
  /** Days a password is meant to be used, and days of warning before; told to clients, not enforced. */
  readonly passwordChangeFrequency: number;
  readonly passwordChangeWarning: number;
  /** Failed logins since the last good one. */
  readonly failedLogins: number;
  /** Logins are refused until then; null: they are not. */
  readonly lockedUntil: number | null;
  readonly rolesForPaths: readonly RolesForPath[];
}

/** A program that logs in with a client certificate. */
export interface PrincipalIdentity extends Managed {
  readonly kind: 'principal';
  readonly name: string;
  /** Tells several identities of one name apart, such as the nodes of a cluster. */
  readonly nodeId: string;
  /** What it creates may not be changed by others. */
  readonly isProtected: boolean;
  readonly certificateId: string;
  readonly rolesForPaths: readonly RolesForPath[];
}

/** A certificate by which a principal identity is known. */
export interface TrustedCertificate extends Managed {
  readonly kind: 'certificate';
  readonly pem: string;
  /** Lower-case hexadecimal SHA-256 of the certificate in DER form. */
  readonly fingerprint: string;
  readonly notAfter: number;
}

/** A role made by a user; built-in roles are not stored. */
export interface CustomRole extends Managed {
  readonly kind: 'role';
  /** In the order in which they were given, which clients expect back. */
  readonly features: readonly { readonly feature: string; readonly permission: string }[];
}

export type AccessRecord = Account | PrincipalIdentity | TrustedCertificate | CustomRole;
export type RecordKind = AccessRecord['kind'];

/** A record as it is to be from now on, or one that is to go. */
export type RecordChange = { readonly put: AccessRecord } | { readonly remove: { readonly kind: RecordKind; readonly id: string } };

/** What the access layer needs of the store. */
export interface AccessStore {
  /** All records, once at start. */
  load(): readonly AccessRecord[];
  /** Keeps changes and audits the call that made them, both or neither; settles when that is durable. */
  save(changes: readonly RecordChange[], audit?: AuditEntry): Promise<void>;
}
