import { DataDirectory } from './data-directory.js';
import { type Handle, openForReading, type Statement } from './database.js';
import { SecretBox } from './secret-box.js';
import type { SecretRow } from './tables/intent.tables.js';

/** Secrets in the clear, for the thread that tells them to the nodes that need them, and for nobody else. */
export class SecretReader {
  private readonly select: Statement;

  constructor(
    private readonly handle: Handle,
    private readonly box: SecretBox,
  ) {
    this.select = handle.prepare('SELECT key_id AS keyId, sealed FROM secret WHERE path = ? AND field = ?');
  }

  /** @throws when the row was tampered with, or its key is not in the key file */
  secret(path: string, field: string): string | undefined {
    const row = this.select.get(path, field) as Pick<SecretRow, 'keyId' | 'sealed'> | undefined;
    return row && this.box.open(path, field, row.keyId, row.sealed);
  }

  close(): void {
    this.handle.close();
  }
}

export function openSecrets(directory: string): SecretReader {
  const files = new DataDirectory(directory);
  return new SecretReader(openForReading(files.database), new SecretBox(files.readSecretKeys()));
}
