import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CODES } from '../model/error-codes.js';
import { Field } from '../model/field.js';
import { PolicyError } from '../model/problem.js';
import { Answers, AnswersList, AnswersNothing, Asks, Takes } from '../operations/described.js';
import { type Listing, listing } from '../operations/listing.js';
import { readBody } from '../operations/typed-body.js';
import { RoleReference, RolesAtPath, roleBody, rolesForPathsBody } from './bindings.js';
import { AccessDirectory, existing } from './directory.js';
import { changed, created, ManagedResource, managedBody } from './managed.js';
import { Permission } from './permission.js';
import type { CustomRole, RolesForPath } from './records.js';
import { BUILT_IN_ROLES, FEATURES, featureById, type Role } from './roles.js';

class FeaturePermission {
  @Field('string', 'Identifier of the feature.', { required: true })
  feature!: string;

  @Field('string', 'What the role may do with it.', { required: true, enum: ['crud', 'read', 'execute', 'none'] })
  permission!: string;

  @Field('string', 'Name of the feature.', { readOnly: true })
  feature_name?: string;

  @Field('string', 'What belongs to the feature.', { readOnly: true })
  feature_description?: string;

  @Field('boolean', "Whether the feature is the system's own.", { readOnly: true })
  is_internal?: boolean;

  @Field('boolean', 'Whether execute suffices.', { readOnly: true })
  is_execute_recommended?: boolean;
}

class RoleWithFeatures extends ManagedResource {
  @Field('string', 'Identifier of the role.')
  role?: string;

  @Field(() => FeaturePermission, 'Permissions; features that are left out have none.', { array: true, required: true, maxItems: 1000 })
  features!: FeaturePermission[];
}

class FeaturePermissions {
  @Field(() => FeaturePermission, 'Permissions that a role is meant to have.', { array: true, required: true, maxItems: 1000 })
  feature_permissions!: FeaturePermission[];
}

class NewRole {
  @Field('string', 'Identifier of the new role.', { required: true, pattern: '^[_a-z0-9-]+$', maxLength: 255 })
  new_role_id!: string;

  @Field('string', 'Name of the new role.', { maxLength: 255 })
  new_role_name?: string;

  @Field('string', 'What the new role is for.', { maxLength: 1024 })
  new_role_description?: string;
}

class RecommendedFeaturePermission {
  @Field('string', 'Feature that needs another permission.', { required: true })
  target_feature!: string;

  @Field('string', 'Features because of which it does.', { required: true, array: true })
  src_features!: string[];

  @Field('string', 'Permissions that would do.', { required: true, array: true })
  recommended_permissions!: string[];
}

/** Who the caller is. */
class UserInfo {
  @Field('string', 'Name of the user or principal identity.', { required: true })
  user_name!: string;

  @Field(() => RoleReference, 'Roles for everything.', { required: true, array: true })
  roles!: RoleReference[];

  @Field(() => RolesAtPath, 'Roles by place.', { required: true, array: true })
  roles_for_paths!: RolesAtPath[];
}

const ROLE_ID = /^[_a-z0-9-]{1,255}$/;
const PERMISSION_OF = { write: 'crud', read: 'read', none: 'none' } as const;

/** Roles, built in and made by users, and who the caller is. */
@ApiTags('Roles')
@Controller('policy/api/v1/aaa')
export class RolesController {
  constructor(private readonly directory: AccessDirectory) {}

  @Get('user-info')
  @ApiOperation({ summary: 'Who the caller is, and which roles it has.' })
  @Answers(UserInfo)
  userInfo(@Req() { heddle: { actor } }: FastifyRequest): object {
    const rolesForPaths: readonly RolesForPath[] = this.directory.find('account', actor.user)?.rolesForPaths ?? [{ path: '/', roles: actor.roles }];
    return {
      user_name: actor.user,
      roles: actor.roles.map((role) => ({ role })),
      roles_for_paths: rolesForPathsBody(this.directory, rolesForPaths),
    };
  }

  @Get('features-with-properties')
  @Permission('system', 'read')
  @ApiOperation({ summary: 'List the features that roles have permissions for.' })
  @AnswersList(FeaturePermission)
  features(): Listing<object> {
    return listing(
      Object.values(FEATURES).map(({ id, name, doc }) => ({
        feature: id,
        feature_name: name,
        feature_description: doc,
        permission: 'crud',
        is_internal: false,
      })),
    );
  }

  @Get('roles')
  @Permission('system', 'read')
  @ApiOperation({ summary: 'List the roles.' })
  @AnswersList(RoleReference)
  list(): Listing<object> {
    return listing(this.directory.allRoles.map(({ id }) => roleBody(this.directory, id)));
  }

  @Get('roles-with-feature-permissions')
  @Permission('system', 'read')
  @ApiOperation({ summary: 'List the roles with their permissions.' })
  @AnswersList(RoleWithFeatures)
  listWithFeatures(): Listing<object> {
    return listing(this.directory.allRoles.map((role) => this.withFeatures(role)));
  }

  @Get('roles/:role')
  @Permission('system', 'read')
  @ApiOperation({ summary: 'Read a role with its permissions.' })
  @Answers(RoleWithFeatures)
  get(@Param('role') id: string): object {
    return this.withFeatures(existing(this.directory.role(id), `Role ${id}`));
  }

  @Post('roles')
  @HttpCode(200)
  @Permission('system', 'read')
  @ApiOperation({ summary: 'Check permissions for a role: the answer lists what is missing, which is nothing where every feature exists.' })
  @Asks('action', 'What to do.', { required: true, enum: ['validate'] })
  @Takes(FeaturePermissions)
  @AnswersList(RecommendedFeaturePermission)
  validate(@Query('action') action: string | undefined, @Body() body: unknown): Listing<object> {
    if (action !== 'validate') throw bad('action', 'Parameter action must be validate.');
    for (const { feature } of readBody(FeaturePermissions, body).feature_permissions) knownFeature(feature);
    return listing([]);
  }

  @Put('roles/:role')
  @Permission('system', 'write')
  @ApiOperation({ summary: 'Create or replace a role.' })
  @Takes(RoleWithFeatures)
  @Answers(RoleWithFeatures)
  async put(@Param('role') id: string, @Body() body: unknown, @Req() request: FastifyRequest): Promise<object> {
    const given = readBody(RoleWithFeatures, body);
    if (!ROLE_ID.test(id)) throw bad('role', 'A role is named by lower-case letters, digits, _ and -.');
    if (given.role !== undefined && given.role !== id) throw bad('role', `Field role is ${given.role}, but the path ends in ${id}: make them equal.`);
    const features = given.features.map(({ feature, permission }) => ({ feature: knownFeature(feature), permission }));
    await this.save(id, request, (before, now) => ({
      kind: 'role',
      features,
      ...(before ? changed(before, given, request.heddle, now) : created(id, given, request.heddle, now)),
    }));
    return this.get(id);
  }

  @Post('roles/:role')
  @HttpCode(200)
  @Permission('system', 'write')
  @ApiOperation({ summary: 'Copy a role.' })
  @Asks('action', 'What to do.', { required: true, enum: ['clone'] })
  @Takes(NewRole)
  @Answers(NewRole, { description: 'The new role.' })
  async clone(@Param('role') id: string, @Query('action') action: string | undefined, @Body() body: unknown, @Req() request: FastifyRequest): Promise<object> {
    if (action !== 'clone') throw bad('action', 'Parameter action must be clone.');
    const { new_role_id: newId, new_role_name: name, new_role_description: description } = readBody(NewRole, body);
    const features = permissionsOf(existing(this.directory.role(id), `Role ${id}`)).map(({ feature, permission }) => ({ feature, permission }));
    await this.save(newId, request, (before, now) => {
      if (before) throw bad('new_role_id', `There is a role ${newId} already: choose another name.`);
      return { kind: 'role', features, ...created(newId, { display_name: name, description }, request.heddle, now) };
    });
    return { new_role_id: newId, new_role_name: name, new_role_description: description };
  }

  @Delete('roles/:role')
  @HttpCode(200)
  @Permission('system', 'write')
  @ApiOperation({ summary: 'Delete a role that nobody has.' })
  @AnswersNothing()
  async remove(@Param('role') id: string, @Req() request: FastifyRequest): Promise<void> {
    await this.directory.change(
      () => {
        refuseBuiltIn(id);
        existing(this.directory.find('role', id), `Role ${id}`);
        const holder = [...this.directory.all('account'), ...this.directory.all('principal')].find(({ rolesForPaths }) =>
          rolesForPaths.some(({ roles }) => roles.includes(id)),
        );
        if (holder)
          throw new PolicyError({ status: 400, code: CODES.inUse, message: `Role ${id} cannot be deleted: ${holder.id} has it. Take it away first.` });
        return [{ remove: { kind: 'role', id } }];
      },
      { context: request.heddle, status: 200 },
    );
  }

  private save(id: string, request: FastifyRequest, make: (before: CustomRole | undefined, now: number) => CustomRole): Promise<void> {
    return this.directory.change(
      () => {
        refuseBuiltIn(id);
        return [{ put: make(this.directory.find('role', id), Date.now()) }];
      },
      { context: request.heddle, status: 200 },
    );
  }

  private withFeatures(role: Role): object {
    const custom = this.directory.find('role', role.id);
    const about = custom
      ? managedBody(custom, 'RoleWithFeatures')
      : { id: role.id, display_name: role.name, description: role.doc, resource_type: 'RoleWithFeatures', _system_owned: true, _revision: 0 };
    return { ...about, role: role.id, features: permissionsOf(role, custom?.features) };
  }
}

/** Every feature with what the role may do; those that were given come first, in the order in which clients expect them back. */
function permissionsOf(role: Role, given: CustomRole['features'] = []): readonly { feature: string; permission: string }[] {
  const first = given.map(({ feature }) => featureById(feature)).filter((name) => name !== undefined);
  const names = [...new Set([...first, ...(Object.keys(FEATURES) as (keyof typeof FEATURES)[])])];
  return names.map((name) => {
    const { id, name: featureName, doc } = FEATURES[name];
    const permission = given.find(({ feature }) => feature === id)?.permission ?? PERMISSION_OF[role.grants[name]];
    return { feature: id, feature_name: featureName, feature_description: doc, permission, is_internal: false };
  });
}

function knownFeature(id: string): string {
  if (featureById(id)) return id;
  const known = Object.values(FEATURES).map((feature) => feature.id);
  throw bad('features', `There is no feature ${id}: the features are ${known.join(', ')}.`);
}

function refuseBuiltIn(id: string): void {
  if (BUILT_IN_ROLES.some((role) => role.id === id)) {
    throw new PolicyError({ status: 403, code: CODES.protected, message: `Role ${id} belongs to the system and stays as it is: clone it to change the copy.` });
  }
}

function bad(field: string, message: string): PolicyError {
  return new PolicyError({ status: 400, code: CODES.field, field, message });
}
