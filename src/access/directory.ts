import type { AuditEntry } from '../audit/audit-sink.js';
import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import type { Feature } from '../model/resource.js';
import type { AccessRecord, AccessStore, Account, CustomRole, PrincipalIdentity, RecordChange, RolesForPath, TrustedCertificate } from './records.js';
import { type Access, BUILT_IN_ROLES, FEATURES, featureById, type Role } from './roles.js';

type RecordsOf = { account: Account; principal: PrincipalIdentity; certificate: TrustedCertificate; role: CustomRole };

/**
 * Users, roles, principal identities and certificates as they are now. Every request asks it, so it answers from memory; changes
 * are made one after the other, and count once the store has them.
 */
export class AccessDirectory {
  private readonly records: { [Kind in keyof RecordsOf]: Map<string, RecordsOf[Kind]> } = {
    account: new Map(),
    principal: new Map(),
    certificate: new Map(),
    role: new Map(),
  };
  private readonly roles = new Map<string, Role>();
  private readonly principalByFingerprint = new Map<string, PrincipalIdentity>();
  private lastChange: Promise<void> = Promise.resolve();

  constructor(private readonly store: AccessStore) {
    for (const record of store.load()) this.put(record);
    this.derive();
  }

  all<Kind extends keyof RecordsOf>(kind: Kind): readonly RecordsOf[Kind][] {
    return [...this.records[kind].values()];
  }

  find<Kind extends keyof RecordsOf>(kind: Kind, id: string): RecordsOf[Kind] | undefined {
    return this.records[kind].get(id);
  }

  accountByUserId(userId: number): Account | undefined {
    return this.all('account').find((account) => account.userId === userId);
  }

  /** Users and principal identities share their names, so that an actor's name tells who it is. */
  isNameTaken(name: string): boolean {
    return this.records.account.has(name) || this.all('principal').some((principal) => principal.name === name);
  }

  /** The identity that a client certificate belongs to. */
  principalOf(fingerprint: string): PrincipalIdentity | undefined {
    return this.principalByFingerprint.get(fingerprint);
  }

  /** Built-in roles and those that users made. */
  get allRoles(): readonly Role[] {
    return [...this.roles.values()];
  }

  role(id: string): Role | undefined {
    return this.roles.get(id);
  }

  /**
   * Changes records; `prepare` sees what all earlier changes left, and throws to change nothing.
   * @param audit the call that makes the change; left out for what the system does by itself
   */
  change(prepare: () => readonly RecordChange[], audit?: AuditEntry): Promise<void> {
    const made = this.lastChange.then(async () => {
      const changes = prepare();
      await this.store.save(changes, audit);
      for (const change of changes) {
        if ('put' in change) this.put(change.put);
        else this.records[change.remove.kind].delete(change.remove.id);
      }
      this.derive();
    });
    this.lastChange = made.catch(() => {});
    return made;
  }

  private put(record: AccessRecord): void {
    (this.records[record.kind] as Map<string, AccessRecord>).set(record.id, record);
  }

  private derive(): void {
    this.roles.clear();
    for (const role of [...BUILT_IN_ROLES, ...this.all('role').map(roleOf)]) this.roles.set(role.id, role);
    this.principalByFingerprint.clear();
    for (const principal of this.all('principal')) {
      const certificate = this.find('certificate', principal.certificateId);
      if (certificate) this.principalByFingerprint.set(certificate.fingerprint, principal);
    }
  }
}

/** Names of the roles that count for the whole tree. */
export function rolesAtRoot(rolesForPaths: readonly RolesForPath[]): readonly string[] {
  return rolesForPaths.filter(({ path }) => path === '/').flatMap(({ roles }) => roles);
}

const ACCESS_OF: Readonly<Record<string, Access>> = { crud: 'write', execute: 'write', read: 'read' };

function roleOf({ id, displayName, description, features }: CustomRole): Role {
  const grants = Object.fromEntries(Object.keys(FEATURES).map((name) => [name, 'none'])) as Record<Feature, Access>;
  for (const { feature, permission } of features) {
    const name = featureById(feature);
    if (name) grants[name] = ACCESS_OF[permission] ?? 'none';
  }
  return { id, name: displayName ?? id, doc: description ?? '', grants };
}

/** The record, or the answer 404 that names what is missing. */
export function existing<R>(record: R | undefined, what: string): R {
  if (record === undefined) throw new PolicyError({ status: 404, code: CODES.notFound, message: `${what} does not exist: list them to see which do.` });
  return record;
}
