import type { Handle, Statement } from './database.js';
import type { SystemRecordChange } from './jobs.js';

/** Users, roles and the like, in the writer. */
export class SystemRecords {
  private readonly put: Statement;
  private readonly remove: Statement;

  constructor(handle: Handle) {
    this.put = handle.prepare('INSERT INTO system_record (kind, id, body) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body');
    this.remove = handle.prepare('DELETE FROM system_record WHERE kind = ? AND id = ?');
  }

  apply(changes: readonly SystemRecordChange[]): null {
    for (const { kind, id, body } of changes) {
      if (body === null) this.remove.run(kind, id);
      else this.put.run(kind, id, body);
    }
    return null;
  }
}
