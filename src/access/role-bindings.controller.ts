import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CODES } from '../model/error-codes.js';
import { Field } from '../model/field.js';
import { PolicyError } from '../model/problem.js';
import { Answers, AnswersList, AnswersNothing, Asks, Takes } from '../operations/described.js';
import { type Listing, listing } from '../operations/listing.js';
import { readBody } from '../operations/typed-body.js';
import { ADMINISTRATOR } from '../policy/ports.js';
import { mergeRoles, RoleReference, RolesAtPath, roleBody, rolesForPathsBody } from './bindings.js';
import { AccessDirectory, existing, rolesAtRoot } from './directory.js';
import { changed, ManagedResource, managedBody } from './managed.js';
import { Permission } from './permission.js';
import type { Account, PrincipalIdentity } from './records.js';

const HOLDERS = ['remote_user', 'remote_group', 'local_user', 'principal_identity', 'remote'];

class RoleBinding extends ManagedResource {
  @Field('string', 'Name of the user or principal identity.')
  name?: string;

  @Field('string', 'Kind of the holder.', { enum: HOLDERS })
  type?: string;

  @Field(() => RoleReference, 'Roles for everything; roles_for_paths says more.', { array: true, deprecated: true })
  roles?: RoleReference[];

  @Field(() => RolesAtPath, 'Roles by place.', { array: true })
  roles_for_paths?: RolesAtPath[];

  @Field('boolean', 'Whether roles_for_paths counts, and not roles.')
  read_roles_for_paths?: boolean;

  @Field('string', 'Directory that the user comes from.')
  identity_source_id?: string;

  @Field('string', 'Kind of the directory.', { enum: ['VIDM', 'LDAP', 'OIDC', 'CSP'] })
  identity_source_type?: string;

  @Field('string', 'Identifier of the user in the directory.', { readOnly: true })
  user_id?: string;

  @Field('string', 'Whether the user still exists.', { readOnly: true })
  stale?: string;
}

type Holder = Account | PrincipalIdentity;

/** Roles of local users and principal identities. A binding exists with its holder and is named like it. */
@ApiTags('Roles')
@Controller('policy/api/v1/aaa/role-bindings')
export class RoleBindingsController {
  constructor(private readonly directory: AccessDirectory) {}

  @Get()
  @Permission('system', 'read')
  @ApiOperation({ summary: 'List role bindings, by name, type or role.' })
  @Asks('name', 'Only the binding of the holder of this name.')
  @Asks('type', 'Only bindings of this kind of holder.', { enum: HOLDERS })
  @Asks('role', 'Only bindings that give this role.')
  @AnswersList(RoleBinding)
  list(@Query('name') name?: string, @Query('type') type?: string, @Query('role') role?: string): Listing<object> {
    const wanted = this.holders().filter(
      (holder) =>
        (name === undefined || nameOf(holder) === name) &&
        (type === undefined || typeOf(holder) === type) &&
        (role === undefined || holder.rolesForPaths.some(({ roles }) => roles.includes(role))),
    );
    return listing(wanted.map((holder) => this.body(holder)));
  }

  @Get(':id')
  @Permission('system', 'read')
  @ApiOperation({ summary: 'Read a role binding.' })
  @Answers(RoleBinding)
  get(@Param('id') id: string): object {
    return this.body(this.find(id));
  }

  @Put(':id')
  @Permission('system', 'write')
  @ApiOperation({ summary: 'Change the roles of a user or principal identity; paths that are not named stay.' })
  @Takes(RoleBinding)
  @Answers(RoleBinding)
  async update(@Param('id') id: string, @Body() body: unknown, @Req() request: FastifyRequest): Promise<object> {
    const given = readBody(RoleBinding, body);
    const paths = given.roles_for_paths ?? (given.roles ? [{ path: '/', roles: given.roles }] : []);
    await this.directory.change(
      () => {
        const before = this.find(id);
        const rolesForPaths = mergeRoles(this.directory, before.rolesForPaths, paths);
        if (id === 'admin' && !rolesAtRoot(rolesForPaths).includes(ADMINISTRATOR)) {
          throw new PolicyError({
            status: 400,
            code: CODES.protected,
            message: 'The user admin stays enterprise_admin at /: nobody might be left to administer the system.',
          });
        }
        return [{ put: { ...before, ...changed(before, given, request.heddle, Date.now()), rolesForPaths } }];
      },
      { context: request.heddle, status: 200 },
    );
    return this.get(id);
  }

  @Post()
  @HttpCode(200)
  @Permission('system', 'write')
  @ApiOperation({ summary: 'Delete stale bindings, of which there are none. Binding roles to users of a directory is not supported.' })
  @Asks('action', 'What to do.', { required: true, enum: ['delete_stale_bindings'] })
  @AnswersNothing()
  create(@Query('action') action?: string): void {
    if (action === 'delete_stale_bindings') return;
    throw new PolicyError({
      status: 400,
      code: CODES.field,
      message: 'Only local users and principal identities hold roles, and their bindings exist with them: PUT the binding of the user instead.',
    });
  }

  @Delete(':id')
  @HttpCode(200)
  @Permission('system', 'write')
  @ApiOperation({ summary: 'Delete a role binding, which goes only with its holder.' })
  @AnswersNothing({ description: 'Never: the answer says what to do instead.' })
  remove(@Param('id') id: string): never {
    const holder = this.find(id);
    throw new PolicyError({
      status: 400,
      code: CODES.protected,
      message: `The binding of ${nameOf(holder)} goes with its holder: delete that, or take roles away with a PUT.`,
    });
  }

  private holders(): readonly Holder[] {
    return [...this.directory.all('account'), ...this.directory.all('principal')];
  }

  private find(id: string): Holder {
    return existing(this.directory.find('account', id) ?? this.directory.find('principal', id), `Role binding ${id}`);
  }

  private body(holder: Holder): object {
    return {
      ...managedBody(holder, 'RoleBinding'),
      name: nameOf(holder),
      type: typeOf(holder),
      user_id: holder.id,
      stale: 'FALSE',
      roles: rolesAtRoot(holder.rolesForPaths).map((role) => roleBody(this.directory, role)),
      roles_for_paths: rolesForPathsBody(this.directory, holder.rolesForPaths),
      read_roles_for_paths: true,
    };
  }
}

function nameOf(holder: Holder): string {
  return holder.kind === 'account' ? holder.id : holder.name;
}

function typeOf(holder: Holder): string {
  return holder.kind === 'account' ? 'local_user' : 'principal_identity';
}
