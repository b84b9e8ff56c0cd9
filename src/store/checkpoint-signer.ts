import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { CheckpointRow } from './tables/history.tables.js';

export type CheckpointFacts = Omit<CheckpointRow, 'keyId' | 'signature'>;

/** Signs checkpoints of the history with Ed25519, and tells whether a signature is its own. */
export class CheckpointSigner {
  readonly keyId: string;
  private readonly privateKey: KeyObject;
  private readonly publicKey: KeyObject;

  /** @param pem the private key, PKCS #8 in PEM */
  constructor(pem: string) {
    this.privateKey = createPrivateKey(pem);
    this.publicKey = createPublicKey(this.privateKey);
    this.keyId = createHash('sha256')
      .update(this.publicKey.export({ type: 'spki', format: 'der' }))
      .digest('hex')
      .slice(0, 16);
  }

  sign(facts: CheckpointFacts): CheckpointRow {
    return { ...facts, keyId: this.keyId, signature: sign(null, canonical(facts), this.privateKey).toString('base64') };
  }

  isGenuine({ keyId, signature, ...facts }: CheckpointRow): boolean {
    return keyId === this.keyId && verify(null, canonical(facts), this.publicKey, Buffer.from(signature, 'base64'));
  }
}

function canonical({ sequence, at, chain, base }: CheckpointFacts): Buffer {
  return Buffer.from(JSON.stringify(['heddle checkpoint', sequence, at, chain, base]));
}
