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
