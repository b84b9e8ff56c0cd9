import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFileOnce, ensureDirectory } from '../shared/durable-file.js';

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
    ensureDirectory(this.path);
    createFileOnce(this.secretKeys, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
    createFileOnce(this.historyKey, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  }

  readHistoryKey(): string {
    return readFileSync(this.historyKey, 'utf8');
  }

  readSecretKeys(): Buffer[] {
    return readSecretKeys(this.secretKeys);
  }
}

/**
 * The keys of a file, oldest first.
 * @throws Error when the file holds anything else
 */
export function readSecretKeys(file: string): Buffer[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const keys = lines.filter((line) => line !== '').map((line) => Buffer.from(line, 'base64'));
  if (keys.length > 0 && keys.every((key) => key.length === KEY_BYTES)) return keys;
  throw new Error(`${file} must hold keys of ${KEY_BYTES} bytes in base64, one a line`);
}

const KEY_BYTES = 32;
