import { hash, randomBytes } from 'node:crypto';
import type { Account } from './records.js';

/** How long a login is remembered, in milliseconds: one argon2 check a minute and client. */
const REMEMBERED_MS = 60_000;
/** Most logins remembered, about 300 bytes each. */
const MOST = 10_000;

interface Remembered {
  readonly name: string;
  /** The hash that the password matched: another one means that the password was changed since. */
  readonly passwordHash: string;
  readonly until: number;
}

/**
 * Logins that were good a short while ago. Real clients send a password with every request, and argon2 each time would cost more
 * than all the rest. What is kept is a hash under a key of this process, never a password or anything to guess it from offline once
 * the process is gone. Nobody ever sees the hash, so the key may simply come first in it: an HMAC takes three times as long.
 */
export class VerifiedLogins {
  private readonly key = randomBytes(32).toString('hex');
  private readonly remembered = new Map<string, Remembered>();

  /** The name under which a pair of credentials is remembered. */
  keyOf(user: string, password: string): string {
    return hash('sha256', `${this.key}${user.length}:${user}${password}`, 'base64');
  }

  /** Whether these credentials were good before, and the account is still as it was then. */
  recall(key: string, account: Account, now: number): boolean {
    const found = this.remembered.get(key);
    if (!found) return false;
    if (found.until > now && found.name === account.id && found.passwordHash === account.passwordHash) return true;
    this.remembered.delete(key);
    return false;
  }

  remember(key: string, account: Account, now: number): void {
    if (account.passwordHash === null) return;
    if (this.remembered.size >= MOST) this.forgetOldest();
    this.remembered.set(key, { name: account.id, passwordHash: account.passwordHash, until: now + REMEMBERED_MS });
  }

  private forgetOldest(): void {
    const [oldest] = this.remembered.keys();
    if (oldest !== undefined) this.remembered.delete(oldest);
  }
}
