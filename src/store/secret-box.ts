import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/**
 * Encrypts secrets with AES-256-GCM. The path and the field are authenticated with the value, so that a row copied to another
 * object does not open there.
 */
export class SecretBox {
  private readonly keys = new Map<string, Buffer>();
  private readonly currentId: string;

  /** @param keys keys of 32 bytes, oldest first: the last one seals, all open */
  constructor(keys: readonly Buffer[]) {
    for (const key of keys) this.keys.set(idOf(key), key);
    const current = keys.at(-1);
    if (!current) throw new Error('a secret box needs at least one key');
    this.currentId = idOf(current);
  }

  seal(path: string, field: string, value: string): { keyId: string; sealed: string } {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key(this.currentId), nonce).setAAD(about(path, field));
    const text = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
    return { keyId: this.currentId, sealed: Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64') };
  }

  /** @throws when the key is not among those given, or the row was tampered with */
  open(path: string, field: string, keyId: string, sealed: string): string {
    const key = this.key(keyId);
    const bytes = Buffer.from(sealed, 'base64');
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
        .setAAD(about(path, field))
        .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
    } catch {
      throw new Error(`the secret ${field} of ${path} does not open with its key ${keyId}: the row was changed`);
    }
  }

  private key(id: string): Buffer {
    const key = this.keys.get(id);
    if (!key) throw new Error(`the secrets' key ${id} is not in the key file: put back the key file that belongs to this database`);
    return key;
  }
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

function idOf(key: Buffer): string {
  return createHash('sha256').update(key).digest('hex').slice(0, 16);
}

function about(path: string, field: string): Buffer {
  return Buffer.from(JSON.stringify([path, field]));
}
