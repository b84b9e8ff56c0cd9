import { CODES } from '../model/error-codes.js';
import { Field } from '../model/field.js';
import { PolicyError } from '../model/problem.js';
import { ADMINISTRATOR, type RequestContext } from '../policy/ports.js';
import { type AccessDirectory, existing } from './directory.js';
import { isAcceptablePassword, PASSWORD_RULE } from './password-rule.js';
import { generatePassword, hashPassword, type PasswordChecker } from './passwords.js';
import type { Account, RecordChange } from './records.js';

/** A local user as clients write and read it; what the system sets is ignored when it comes back. */
export class LocalUser {
  @Field('string', 'Login name.', { maxLength: 32, pattern: '^[a-zA-Z][a-zA-Z0-9@._\\-]*$' })
  username?: string;

  @Field('string', 'Name of the person.', { maxLength: 255 })
  full_name?: string;

  @Field('string', 'New password.', { secret: true, maxLength: 128 })
  password?: string;

  @Field('string', 'Current password, which a change of the own one must give.', { secret: true, maxLength: 128 })
  old_password?: string;

  @Field('integer', 'Days after which the password should be changed.', { min: 0, max: 9999 })
  password_change_frequency?: number;

  @Field('integer', 'Days of warning before that.', { min: 0, max: 9999 })
  password_change_warning?: number;

  @Field('boolean', 'Whether the password must be changed at the next login.', { readOnly: true })
  password_reset_required?: boolean;

  @Field('integer', 'Days since the password was changed.', { readOnly: true })
  last_password_change?: number;

  @Field('string', 'ACTIVE, or NOT_ACTIVATED until there is a password.', { readOnly: true })
  status?: string;

  @Field('integer', 'Identifier of the user.', { readOnly: true })
  userid?: number;

  @Field('string', 'Schema of the user.', { readOnly: true })
  _schema?: string;

  @Field('object', 'Link to the user.', { readOnly: true })
  _self?: object;
}

const DAY = 24 * 60 * 60_000;
/** Identifiers that NSX-T gives its own users; those made later follow. */
const ADMIN_ID = 10_000;
const AUDIT_ID = 10_002;
/** Users that always exist and keep their names. */
const BUILT_IN = new Set(['admin', 'audit']);
/** What a new user may do until a role binding says more. */
const FIRST_ROLE = 'auditor';

/**
 * How the password of `admin` stands after a start: just generated, and to be shown once; the one that the settings give; another
 * than they give, since they count only at the first start; or kept from before.
 */
export type AdminPassword = { readonly generated: string } | 'as given' | 'not as given' | 'kept';

/** Local users: what can be done to them, each call audited. */
export class Accounts {
  constructor(
    private readonly directory: AccessDirectory,
    private readonly passwords: PasswordChecker,
    private readonly clock: () => number = Date.now,
  ) {}

  /** Makes the users `admin` and `audit` in an empty directory; later starts leave them and their passwords alone. */
  async prepare(given: { readonly adminPassword?: string; readonly auditPassword?: string }): Promise<AdminPassword> {
    const known = this.directory.find('account', 'admin');
    if (known) {
      if (given.adminPassword === undefined) return 'kept';
      return (await this.passwords.matches(known.passwordHash, given.adminPassword)) ? 'as given' : 'not as given';
    }
    const password = given.adminPassword ?? generatePassword();
    const admin = this.fresh('admin', ADMIN_ID, 'Administrator', await hashPassword(password), ADMINISTRATOR, 'system');
    const auditHash = given.auditPassword === undefined ? null : await hashPassword(given.auditPassword);
    const audit = this.fresh('audit', AUDIT_ID, 'Auditor', auditHash, 'auditor', 'system');
    await this.directory.change(() => [{ put: admin }, { put: audit }]);
    return given.adminPassword === undefined ? { generated: password } : 'as given';
  }

  list(): readonly object[] {
    return this.directory.all('account').map((account) => this.body(account));
  }

  get(userId: string): object {
    return this.body(this.find(userId));
  }

  async create(body: LocalUser, context: RequestContext): Promise<object> {
    const { username, password } = body;
    if (username === undefined) throw bad('username', 'Field username is required: add it.');
    const hash = password === undefined ? null : await hashPassword(acceptable(password));
    let made: Account | undefined;
    await this.change(context, () => {
      if (this.directory.isNameTaken(username)) throw bad('username', `There is a user or principal identity ${username} already: choose another name.`);
      const userId = Math.max(...this.directory.all('account').map((account) => account.userId), AUDIT_ID) + 1;
      made = { ...this.fresh(username, userId, '', hash, FIRST_ROLE, context.actor.user), ...profileOf(body) };
      return [{ put: made }];
    });
    return this.body(existing(made, 'The new user'));
  }

  /** Changes what the body names. @param own `true`: the user changes itself, and must know the current password */
  async update(userId: string, body: LocalUser, context: RequestContext, own: boolean): Promise<object> {
    const account = this.find(userId);
    const { username, password, old_password: oldPassword } = body;
    if (username !== undefined && username !== account.id) throw bad('username', `The name ${account.id} stays: make a new user for another one.`);
    const mustProve = password !== undefined && account.passwordHash !== null && (own || oldPassword !== undefined);
    if (mustProve && !(await this.passwords.matches(account.passwordHash, oldPassword ?? '')))
      throw bad('old_password', 'Field old_password is not the current password: correct it.');
    const hash = password === undefined ? undefined : await hashPassword(acceptable(password));
    return this.changeOne(context, account.id, (before) => ({ ...before, ...profileOf(body), ...(hash === undefined ? {} : this.withPassword(hash)) }));
  }

  async activate(userId: string, password: string | undefined, context: RequestContext): Promise<object> {
    const { id } = this.find(userId);
    if (password === undefined) throw bad('password', 'Field password is required: a user is activated with a password.');
    const hash = await hashPassword(acceptable(password));
    return this.changeOne(context, id, (before) => ({ ...before, ...this.withPassword(hash) }));
  }

  deactivate(userId: string, context: RequestContext): Promise<object> {
    const { id } = this.find(userId);
    if (id === 'admin') throw bad('userid', 'The user admin cannot be deactivated: nobody might be left who can log in.');
    return this.changeOne(context, id, (before) => ({ ...before, passwordHash: null }));
  }

  async remove(userId: string, context: RequestContext): Promise<void> {
    const { id } = this.find(userId);
    if (BUILT_IN.has(id)) throw bad('userid', `The user ${id} belongs to the system and cannot be deleted.`);
    await this.change(context, () => [{ remove: { kind: 'account', id } }]);
  }

  /** Sets a password without any proof and unlocks the user: for those who hold the data directory. */
  async reset(name: string, passwordHash: string): Promise<void> {
    const context = {
      actor: { user: 'system', principal: false, roles: [] },
      requestId: 'reset-password',
      source: '',
      method: 'RESET',
      uri: `password of ${name}`,
    };
    await this.changeOne(context, name, (before) => ({ ...before, ...this.withPassword(passwordHash) }));
  }

  private find(userId: string): Account {
    const account = /^\d{1,15}$/.test(userId) ? this.directory.accountByUserId(Number(userId)) : undefined;
    return existing(account, `User ${userId}`);
  }

  private async changeOne(context: RequestContext, name: string, change: (before: Account) => Account): Promise<object> {
    await this.change(context, () => [{ put: change(existing(this.directory.find('account', name), `User ${name}`)) }]);
    return this.body(existing(this.directory.find('account', name), `User ${name}`));
  }

  private change(context: RequestContext, prepare: () => readonly RecordChange[]): Promise<void> {
    return this.directory.change(prepare, { context, status: 200 });
  }

  private withPassword(passwordHash: string): Pick<Account, 'passwordHash' | 'passwordChangedAt' | 'failedLogins' | 'lockedUntil'> {
    return { passwordHash, passwordChangedAt: this.clock(), failedLogins: 0, lockedUntil: null };
  }

  private fresh(name: string, userId: number, fullName: string, passwordHash: string | null, role: string, by: string): Account {
    const now = this.clock();
    return {
      kind: 'account',
      id: name,
      userId,
      fullName,
      passwordHash,
      passwordChangedAt: now,
      passwordChangeFrequency: 90,
      passwordChangeWarning: 7,
      failedLogins: 0,
      lockedUntil: null,
      rolesForPaths: [{ path: '/', roles: [role] }],
      revision: 0,
      createdAt: now,
      createdBy: by,
      changedAt: now,
      changedBy: by,
    };
  }

  private body(account: Account): object {
    return {
      userid: account.userId,
      username: account.id,
      full_name: account.fullName,
      status: account.passwordHash === null ? 'NOT_ACTIVATED' : 'ACTIVE',
      last_password_change: Math.floor((this.clock() - account.passwordChangedAt) / DAY),
      password_change_frequency: account.passwordChangeFrequency,
      password_change_warning: account.passwordChangeWarning,
      password_reset_required: false,
    };
  }
}

function profileOf(body: LocalUser): Partial<Account> {
  return {
    ...(body.full_name === undefined ? {} : { fullName: body.full_name }),
    ...(body.password_change_frequency === undefined ? {} : { passwordChangeFrequency: body.password_change_frequency }),
    ...(body.password_change_warning === undefined ? {} : { passwordChangeWarning: body.password_change_warning }),
  };
}

function acceptable(password: string): string {
  if (!isAcceptablePassword(password)) throw bad('password', `Field password must be ${PASSWORD_RULE}.`);
  return password;
}

function bad(field: string, message: string): PolicyError {
  return new PolicyError({ status: 400, code: CODES.field, field, message });
}
