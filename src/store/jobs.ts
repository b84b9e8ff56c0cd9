import type { PolicyObject } from '../model/policy-object.js';
import type { IntentTransaction, RequestContext, WriteResult } from '../policy/ports.js';

/** What the writer does for others: every kind of job with what it takes and what it answers. All of it is plain data. */
export interface JobTypes {
  /** Applies a write command to intent, audited as one change set. */
  intent: { payload: IntentJob; result: WriteResult };
  /** Audits a call that changed no intent: a failed login, a denial, an action. */
  audit: { payload: AuditJob; result: { sequence: number } };
  /** Keeps system records, and audits the call that changed them. */
  records: { payload: RecordsJob; result: null };
  /** Signs the history as it is; answers up to which change. */
  checkpoint: { payload: null; result: { sequence: number } };
  /** Deletes history up to a checkpoint, except the versions that objects and later history rest on. */
  'history.prune': { payload: { readonly sequence: number; readonly audit?: AuditJob }; result: { sets: number; changes: number } };
  /** Keeps transitions of realized state. */
  realized: { payload: RealizedJob; result: null };
  /** Keeps what nodes report of workloads. */
  inventory: { payload: InventoryJob; result: null };
  /** Keeps when nodes were heard and what they said they are. */
  'node.seen': { payload: readonly NodeSighting[]; result: null };
  /** Remembers a certificate that is about to be given to a node. */
  'certificate.issued': { payload: CertificateRecord; result: null };
  /** Revokes one certificate, or all of a node that is gone, with the tokens for it. */
  'certificate.revoke': { payload: Revocation; result: null };
  /** Keeps the hash of a token by which one node may enrol, once. */
  'enrolment.mint': { payload: EnrolmentToken & { readonly audit?: AuditJob }; result: null };
  /** Uses a token up; undefined: it is unknown, was used, or has expired. */
  'enrolment.consume': { payload: { readonly tokenHash: string; readonly at: number }; result: { nodeId: string; path: string } | undefined };
  /** Sets facts about the installation; null forgets one. */
  'meta.set': { payload: Readonly<Record<string, string | null>>; result: null };
}

export type JobKind = keyof JobTypes;

/** A command of the policy layer, as far as the store looks into it; the rest is for the function that applies it. */
export interface IntentCommand {
  readonly context: RequestContext;
  /** `true`: does everything and keeps nothing. The sequence answered is then that of the last commit. */
  readonly dryRun?: boolean;
}

/** Applies a command inside a transaction and answers the objects that the request named, as they are now. Throws to undo all. */
export type ApplyCommand = (transaction: IntentTransaction, command: IntentCommand) => readonly (PolicyObject | undefined)[];

export interface IntentJob {
  readonly command: IntentCommand;
  /** HTTP status that will be answered, for the audit log; 200 where left out. */
  readonly status?: number;
}

export interface AuditJob {
  readonly context: RequestContext;
  readonly status: number;
}

/** A record that is to be kept; `body` null removes it. */
export interface SystemRecordChange {
  readonly kind: string;
  readonly id: string;
  readonly body: string | null;
}

export interface RecordsJob {
  readonly changes: readonly SystemRecordChange[];
  /** Left out for what the system does by itself. */
  readonly audit?: AuditJob;
}

/** What realization says of an intent; `state` left out: the intent is gone. */
export interface RealizedJob {
  readonly transitions: readonly {
    readonly path: string;
    /** Last change set that the observation includes. */
    readonly sequence: number;
    readonly state?: string;
    readonly alarms: readonly unknown[];
  }[];
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface InventoryJob {
  readonly changes: readonly {
    readonly type: string;
    readonly node: string;
    readonly externalId: string;
    /** Undefined: the node no longer reports it. */
    readonly body: unknown;
  }[];
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A node as it was last heard. */
export interface NodeSighting {
  readonly nodeId: string;
  /** Policy path of its HostTransportNode or PolicyEdgeNode. */
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly softwareVersion: string;
  readonly engine: string;
  readonly engineVersion: string;
  readonly tunnelAddresses: readonly string[];
}

/** Times are milliseconds since 1970. */
export interface CertificateRecord {
  readonly nodeId: string;
  readonly serial: string;
  /** Hexadecimal SHA-256 of the certificate. */
  readonly fingerprint: string;
  readonly issuedAt: number;
  readonly notAfter: number;
}

export type Revocation = { readonly serial: string; readonly at: number } | { readonly nodeId: string; readonly at: number };

/** Times are milliseconds since 1970. */
export interface EnrolmentToken {
  /** Hexadecimal SHA-256 of the token's secret. */
  readonly tokenHash: string;
  readonly nodeId: string;
  readonly path: string;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}
