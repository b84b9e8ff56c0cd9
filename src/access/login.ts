import type { AuditSink } from '../audit/audit-sink.js';
import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import type { RequestContext } from '../policy/ports.js';
import type { AccessDirectory } from './directory.js';
import type { PasswordChecker } from './passwords.js';
import type { Account, RecordChange } from './records.js';
import { VerifiedLogins } from './verified-logins.js';

/** Failed logins in a row after which an account is locked, and for how long, in milliseconds: NSX-T's defaults. */
const MOST_FAILURES = 5;
const LOCKED_MS = 15 * 60_000;

/** What a login attempt came to, for the metrics. */
export type LoginOutcome = 'accepted' | 'refused' | 'locked';

/** Checks user names and passwords, counts failures and locks accounts. */
export class Login {
  private readonly verified = new VerifiedLogins();
  /** Checks that are under way: many requests with the same credentials wait for one. */
  private readonly underWay = new Map<string, Promise<Account>>();

  constructor(
    private readonly directory: AccessDirectory,
    private readonly passwords: PasswordChecker,
    private readonly audit: AuditSink,
    private readonly count: (outcome: LoginOutcome) => void = () => {},
    private readonly clock: () => number = Date.now,
  ) {}

  /** The account, when these credentials were good a short while ago: known at once, and so for nearly every request. */
  recall(user: string, password: string): Account | undefined {
    const account = this.directory.find('account', user);
    if (!account || this.isLocked(account)) return undefined;
    return this.verified.recall(this.verified.keyOf(user, password), account, this.clock()) ? account : undefined;
  }

  /**
   * @param context names the user as given; failures are audited under it
   * @throws PolicyError 403, the same for every reason, so that it does not tell which users exist
   */
  async byPassword(user: string, password: string, context: RequestContext): Promise<Account> {
    const known = this.recall(user, password);
    if (known) return known;
    const key = this.verified.keyOf(user, password);
    const waited = this.underWay.get(key) ?? this.check(user, password, key, context);
    this.underWay.set(key, waited);
    try {
      return await waited;
    } finally {
      this.underWay.delete(key);
    }
  }

  /** Whether the account may be used now by someone who logged in before. */
  isUsable(account: Account | undefined, passwordHash: string | null): account is Account {
    return account !== undefined && account.passwordHash !== null && account.passwordHash === passwordHash && !this.isLocked(account);
  }

  private isLocked(account: Account): boolean {
    return account.lockedUntil !== null && account.lockedUntil > this.clock();
  }

  private async check(user: string, password: string, key: string, context: RequestContext): Promise<Account> {
    const before = this.directory.find('account', user);
    const matched = before && this.isLocked(before) ? false : await this.passwords.matches(before?.passwordHash ?? null, password);
    const account = this.directory.find('account', user);
    if (account && this.isLocked(account)) return this.refuse('locked', this.audit.record({ context, status: 403 }));
    if (!account) return this.refuse('refused', this.audit.record({ context, status: 403 }));
    if (!matched || account.passwordHash !== before?.passwordHash) return this.refuse('refused', this.countFailure(account.id, context));
    if (account.failedLogins > 0) await this.clearFailures(account.id);
    this.verified.remember(key, account, this.clock());
    this.count('accepted');
    return account;
  }

  private async refuse(outcome: LoginOutcome, audited: Promise<void>): Promise<never> {
    this.count(outcome);
    await audited;
    throw new PolicyError({
      status: 403,
      code: CODES.credentials,
      message: 'The user name or the password is wrong, or the account is locked: check both, and wait 15 minutes after five failures.',
    });
  }

  private countFailure(name: string, context: RequestContext): Promise<void> {
    const count = (account: Account): Account => {
      const failedLogins = account.failedLogins + 1;
      return failedLogins < MOST_FAILURES ? { ...account, failedLogins } : { ...account, failedLogins: 0, lockedUntil: this.clock() + LOCKED_MS };
    };
    return this.directory.change(() => this.changed(name, count), { context, status: 403 });
  }

  private clearFailures(name: string): Promise<void> {
    return this.directory.change(() => this.changed(name, (account) => ({ ...account, failedLogins: 0, lockedUntil: null })));
  }

  private changed(name: string, change: (account: Account) => Account): readonly RecordChange[] {
    const account = this.directory.find('account', name);
    return account ? [{ put: change(account) }] : [];
  }
}
