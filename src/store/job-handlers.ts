import { ChangeLog } from './change-log.js';
import { CheckpointSigner } from './checkpoint-signer.js';
import { Checkpoints } from './checkpoints.js';
import { Claims } from './claims.js';
import type { DataDirectory } from './data-directory.js';
import type { Handle } from './database.js';
import { Fabric } from './fabric.js';
import type { JobScope } from './group-commit.js';
import { IntentTables } from './intent-tables.js';
import { type IntentParts, StoreTransaction } from './intent-transaction.js';
import type { ApplyCommand, AuditJob, IntentJob, JobKind, JobTypes } from './jobs.js';
import { Meta } from './meta.js';
import { RealizedStates } from './realized-states.js';
import { SecretBox } from './secret-box.js';
import { Secrets } from './secrets.js';
import { SystemRecords } from './system-records.js';
import type { UndoLog } from './undo-log.js';

/** The body of every kind of job: synchronous, inside the transaction of its group. */
export type JobHandlers = { readonly [K in JobKind]: (payload: JobTypes[K]['payload'], scope: JobScope) => JobTypes[K]['result'] };

/** @param apply what applies the commands of intent jobs */
export function jobHandlers(
  handle: Handle,
  undo: UndoLog,
  directory: DataDirectory,
  apply: ApplyCommand,
): { readonly handlers: JobHandlers; readonly checkpoints: Checkpoints } {
  const log = new ChangeLog(handle, undo);
  const secrets = new Secrets(handle, new SecretBox(directory.readSecretKeys()));
  const parts: IntentParts = { tables: new IntentTables(handle, undo), claims: new Claims(handle, undo), secrets, log };
  const checkpoints = new Checkpoints(handle, log, new CheckpointSigner(directory.readHistoryKey()), undo);
  const records = new SystemRecords(handle);
  const realized = new RealizedStates(handle);
  const fabric = new Fabric(handle);
  const meta = new Meta(handle);

  const audit = ({ context, status }: AuditJob): number => log.append(context, status, log.now(), []);
  const audited = <R>(entry: AuditJob | undefined, result: R): R => {
    if (entry) audit(entry);
    return result;
  };
  const handlers: JobHandlers = {
    intent: (job, scope) => runIntent(parts, apply, job, scope),
    audit: (job) => ({ sequence: audit(job) }),
    records: (job) => audited(job.audit, records.apply(job.changes)),
    checkpoint: () => ({ sequence: checkpoints.sign() }),
    'history.prune': (job) => audited(job.audit, checkpoints.prune(job.sequence)),
    realized: (job) => realized.apply(job),
    inventory: (job) => fabric.report(job),
    'node.seen': (sightings) => fabric.seen(sightings),
    'certificate.issued': (certificate) => fabric.issued(certificate),
    'certificate.revoke': (revocation) => fabric.revoke(revocation),
    'enrolment.mint': ({ audit: entry, ...token }) => audited(entry, fabric.mint(token)),
    'enrolment.consume': ({ tokenHash, at }) => fabric.consume(tokenHash, at),
    'meta.set': (facts) => meta.set(facts),
  };
  return { handlers, checkpoints };
}

function runIntent(parts: IntentParts, apply: ApplyCommand, { command, status = 200 }: IntentJob, scope: JobScope): JobTypes['intent']['result'] {
  const before = parts.log.sequence;
  const transaction = new StoreTransaction(parts);
  const objects = apply(transaction, command);
  if (command.dryRun) {
    scope.discard();
    return { sequence: before, objects: objects.map((object) => object && JSON.stringify(object)) };
  }
  const commit = transaction.finish(command.context, status);
  if (commit.changes.length > 0 || commit.claims.length > 0 || commit.secrets.length > 0) scope.publish(commit);
  return { sequence: commit.sequence, objects: [] };
}
