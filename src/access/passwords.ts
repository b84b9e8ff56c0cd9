import { randomInt } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { PolicyError } from '../model/problem.js';

/** Argon2id as OWASP recommends it: 19 MiB and two passes, about 20 ms on the reference machine. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Checks that run at once. Each holds a thread of libuv's pool of four, which files and DNS need too. */
const AT_ONCE = 2;
/** Checks that may wait; a flood of logins must not pile up minutes of work. */
const MOST_WAITING = 100;

/** Letters and digits that are not mistaken for each other; they need no escaping in a URL, a form or a shell. */
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789';

export function generatePassword(): string {
  return Array.from({ length: 20 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

export function hashPassword(password: string): Promise<string> {
  return hash(password, COST);
}

/** Checks passwords against their hashes, a few at a time. */
export class PasswordChecker {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private decoy: Promise<string> | undefined;

  /**
   * @param hashed null stands for a user without a password: the check then fails after the same work, so that the time of an
   *   answer does not tell which users exist
   * @throws PolicyError 503 when too many checks wait already
   */
  async matches(hashed: string | null, password: string): Promise<boolean> {
    await this.turn();
    try {
      this.decoy ??= hashPassword(generatePassword());
      const matched = await verify(hashed ?? (await this.decoy), password);
      return matched && hashed !== null;
    } finally {
      this.release();
    }
  }

  private async turn(): Promise<void> {
    if (this.waiting.length >= MOST_WAITING) {
      throw new PolicyError({ status: 503, code: 503, message: 'Too many logins are being checked: try again in a moment.' });
    }
    if (this.running < AT_ONCE) this.running += 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Whoever waits longest takes over the place. */
  private release(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.running -= 1;
  }
}
