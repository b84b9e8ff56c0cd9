import type { AuditEntry } from '../audit/audit-sink.js';
import type { StoreReader } from '../store/reader.js';
import type { UnitOfWork } from '../store/unit-of-work.js';
import type { LicenseStore } from './licenses.js';

const KIND = 'license';

/** Licence keys in the manager's store. */
export class StoredLicenses implements LicenseStore {
  constructor(
    private readonly reader: Pick<StoreReader, 'systemRecords'>,
    private readonly work: Pick<UnitOfWork, 'submit'>,
  ) {}

  keys(): readonly string[] {
    return this.reader.systemRecords([KIND]).map((body) => JSON.parse(body).key);
  }

  async add(key: string, audit: AuditEntry): Promise<void> {
    await this.work.submit('records', { changes: [{ kind: KIND, id: key, body: JSON.stringify({ key }) }], audit });
  }

  async remove(key: string, audit: AuditEntry): Promise<void> {
    await this.work.submit('records', { changes: [{ kind: KIND, id: key, body: null }], audit });
  }
}
