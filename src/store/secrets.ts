import { createHash } from 'node:crypto';
import type { SecretChange } from '../policy/ports.js';
import type { Handle, Statement } from './database.js';
import type { SecretBox } from './secret-box.js';

/** Secret fields of objects, in their own table. */
export class Secrets {
  private readonly put: Statement;
  private readonly remove: Statement;
  private readonly removeAll: Statement;
  private readonly fields: Statement;

  constructor(
    handle: Handle,
    private readonly box: SecretBox,
  ) {
    this.put = handle.prepare(
      `INSERT INTO secret (path, field, key_id, sealed) VALUES (?, ?, ?, ?)
       ON CONFLICT (path, field) DO UPDATE SET key_id = excluded.key_id, sealed = excluded.sealed`,
    );
    this.remove = handle.prepare('DELETE FROM secret WHERE path = ? AND field = ?');
    this.removeAll = handle.prepare('DELETE FROM secret WHERE path = ?');
    this.fields = handle.prepare('SELECT field FROM secret WHERE path = ? ORDER BY field').pluck();
  }

  /** Answers the version of what is kept now. */
  set({ path, field, value }: SecretChange): string | undefined {
    if (value === undefined) {
      this.remove.run(path, field);
      return undefined;
    }
    const { keyId, sealed } = this.box.seal(path, field, value);
    this.put.run(path, field, keyId, sealed);
    return secretVersion(sealed);
  }

  delete(path: string): void {
    this.removeAll.run(path);
  }

  fieldsOf(path: string): string[] {
    return this.fields.all(path) as string[];
  }
}

/** A version of a secret: a hash of it as it is sealed, with a nonce of its own, so that it says nothing of the secret. */
export function secretVersion(sealed: string): string {
  return createHash('sha256').update(sealed).digest('hex').slice(0, 16);
}
