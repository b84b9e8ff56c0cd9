import type { AuditEntry, AuditSink } from '../audit/audit-sink.js';
import type { StoreReader } from '../store/reader.js';
import type { UnitOfWork } from '../store/unit-of-work.js';
import type { AccessRecord, AccessStore, RecordChange, RecordKind } from './records.js';

const KINDS: readonly RecordKind[] = ['account', 'principal', 'certificate', 'role'];

/** Access records and audit entries in the manager's store. */
export class StoredRecords implements AccessStore, AuditSink {
  constructor(
    private readonly reader: Pick<StoreReader, 'systemRecords'>,
    private readonly work: Pick<UnitOfWork, 'submit'>,
  ) {}

  load(): readonly AccessRecord[] {
    return this.reader.systemRecords(KINDS).map((body) => JSON.parse(body));
  }

  async save(changes: readonly RecordChange[], audit?: AuditEntry): Promise<void> {
    const records = changes.map((change) =>
      'put' in change ? { kind: change.put.kind, id: change.put.id, body: JSON.stringify(change.put) } : { ...change.remove, body: null },
    );
    await this.work.submit('records', { changes: records, audit });
  }

  async record(entry: AuditEntry): Promise<void> {
    await this.work.submit('audit', entry);
  }
}
