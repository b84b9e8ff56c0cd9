import { CODES } from '../model/error-codes.js';
import { Field } from '../model/field.js';
import { PolicyError } from '../model/problem.js';
import type { AccessDirectory } from './directory.js';
import type { RolesForPath } from './records.js';

/** Roles as clients write and read them, shared by role bindings and principal identities. */

export class RoleReference {
  @Field('string', 'Identifier of the role.', { required: true })
  role!: string;

  @Field('string', 'Name of the role.', { readOnly: true })
  role_display_name?: string;
}

export class RolesAtPath {
  @Field('string', 'Where the roles count, and below it; / is everything.', { required: true, pattern: '^/' })
  path!: string;

  @Field(() => RoleReference, 'The roles.', { array: true, maxItems: 100 })
  roles?: RoleReference[];

  @Field('boolean', 'Takes all roles at the path away.')
  delete_path?: boolean;
}

/**
 * Lays what a client sent over what is there: paths that it names are replaced or taken away, others stay.
 * @throws PolicyError 400 for a role that does not exist
 */
export function mergeRoles(directory: AccessDirectory, before: readonly RolesForPath[], given: readonly RolesAtPath[]): readonly RolesForPath[] {
  const merged = new Map(before.map(({ path, roles }) => [path, roles]));
  for (const { path, roles = [], delete_path: gone } of given) {
    if (gone || roles.length === 0) merged.delete(path);
    else merged.set(path, [...new Set(roles.map(({ role }) => knownRole(directory, role)))]);
  }
  return [...merged].map(([path, roles]) => ({ path, roles }));
}

export function rolesForPathsBody(directory: AccessDirectory, rolesForPaths: readonly RolesForPath[]): object[] {
  return rolesForPaths.map(({ path, roles }) => ({ path, roles: roles.map((role) => roleBody(directory, role)) }));
}

export function roleBody(directory: AccessDirectory, role: string): RoleReference {
  return { role, role_display_name: directory.role(role)?.name ?? role };
}

function knownRole(directory: AccessDirectory, role: string): string {
  if (directory.role(role)) return role;
  throw new PolicyError({
    status: 400,
    code: CODES.badReference,
    field: 'roles_for_paths',
    message: `There is no role ${role}: GET /policy/api/v1/aaa/roles lists them.`,
  });
}
