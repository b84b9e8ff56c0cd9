import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** What the data directory holds for the store, and how its key files come to be. */
export class DataDirectory {
  readonly database: string;
  /** AES-256 keys of the secrets, one in base64 a line, the current one last. */
  readonly secretKeys: string;
  /** Ed25519 private key that signs checkpoints of the history (PKCS #8, PEM). */
  readonly historyKey: string;
  /** Held by a running manager. */
  readonly lock: string;

  constructor(readonly path: string) {
    this.database = join(path, 'heddle.db');
    this.secretKeys = join(path, 'secrets.key');
    this.historyKey = join(path, 'history.key');
    this.lock = join(path, 'manager.lock');
  }

  /** Makes the directory and the keys where they are missing; what exists is never replaced. */
  prepare(): void {
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
    if (!existsSync(this.secretKeys)) writeSecretFile(this.secretKeys, `${randomBytes(32).toString('base64')}\n`);
    if (!existsSync(this.historyKey)) {
      writeSecretFile(this.historyKey, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    }
  }

  readSecretKeys(): Buffer[] {
    const keys = readFileSync(this.secretKeys, 'utf8').split('\n').filter((line) => line !== '').map((line) => Buffer.from(line, 'base64'));
    if (keys.length === 0 || keys.some((key) => key.length !== 32)) throw new Error(`${this.secretKeys} must hold keys of 32 bytes in base64, one a line`);
    return keys;
  }
}

/** Writes a file that only its owner can read, whole or not at all. */
function writeSecretFile(path: string, content: string): void {
  const partial = `${path}.partial`;
  const file = openSync(partial, 'w', 0o600);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(partial, path);
}
