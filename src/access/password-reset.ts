import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { writeFileDurably } from '../shared/durable-file.js';
import type { Accounts } from './accounts.js';
import { hashPassword } from './passwords.js';

/** How often a running manager looks for a reset, in milliseconds. */
const LOOK_EVERY = 1000;

interface Reset {
  readonly user: string;
  readonly passwordHash: string;
}

/**
 * A new password on its way from the command line to the manager. Only the manager writes its database, so the command leaves a hash
 * in the data directory, which the running manager takes within a second, and one that is not running at its next start.
 */
export class PasswordReset {
  private readonly file: string;

  constructor(dataDir: string) {
    this.file = join(dataDir, 'password.reset');
  }

  async leave(user: string, password: string): Promise<void> {
    writeFileDurably(this.file, JSON.stringify({ user, passwordHash: await hashPassword(password) } satisfies Reset), 0o600);
  }

  /** `true` until a manager took it. */
  get isWaiting(): boolean {
    return existsSync(this.file);
  }

  /** Puts a waiting reset into force; one that cannot be is dropped, or it would be tried for ever. */
  async apply(accounts: Pick<Accounts, 'reset'>, logger: Logger): Promise<void> {
    if (!this.isWaiting) return;
    try {
      const { user, passwordHash } = JSON.parse(readFileSync(this.file, 'utf8')) as Reset;
      await accounts.reset(user, passwordHash);
      logger.warn({ user }, 'password reset from the command line');
    } catch (error) {
      logger.error({ err: error }, 'password reset from the command line failed');
    } finally {
      rmSync(this.file, { force: true });
    }
  }

  /** Looks for resets until the function that is answered is called. */
  watch(accounts: Pick<Accounts, 'reset'>, logger: Logger): () => void {
    const timer = setInterval(() => void this.apply(accounts, logger), LOOK_EVERY);
    timer.unref();
    return () => clearInterval(timer);
  }
}
