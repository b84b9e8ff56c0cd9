import type { RequestContext } from '../policy/ports.js';

/** One audited call. */
export interface AuditEntry {
  readonly context: RequestContext;
  /** HTTP status that is answered. */
  readonly status: number;
}

/** Where calls are recorded that change no intent and must be known all the same: failed logins, denials, changes of accounts. */
export interface AuditSink {
  /** Settles once the record is durable. */
  record(entry: AuditEntry): Promise<void>;
}

/** Nest injection token of the AuditSink. */
export const AUDIT_SINK = Symbol('heddle:audit-sink');
