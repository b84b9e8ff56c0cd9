import { randomUUID } from 'node:crypto';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CODES } from '../model/error-codes.js';
import { Field } from '../model/field.js';
import { PolicyError } from '../model/problem.js';
import { type Listing, listing } from '../operations/listing.js';
import { readBody } from '../operations/typed-body.js';
import { mergeRoles, RolesForPathBody, rolesForPathsBody } from './bindings.js';
import { readCertificate } from './certificates.js';
import { AccessDirectory, existing, rolesAtRoot } from './directory.js';
import { created, ManagedBody, managedBody } from './managed.js';
import { Permission } from './permission.js';
import type { PrincipalIdentity, RecordChange, TrustedCertificate } from './records.js';

const NAME = '^[a-zA-Z0-9]+(?:[-._][a-zA-Z0-9]+)*$';

class PrincipalIdentityBody extends ManagedBody {
  @Field('string', 'Name of the principal, under which its changes are recorded.', { required: true, pattern: NAME, maxLength: 255 })
  name!: string;

  @Field('string', 'Tells several identities of one name apart.', { required: true, pattern: NAME, maxLength: 255 })
  node_id!: string;

  @Field('string', 'Certificate that it logs in with.')
  certificate_id?: string;

  @Field('boolean', 'Whether what it creates is protected from others.', { default: true })
  is_protected?: boolean;

  @Field('string', 'Role for everything; roles_for_paths says more.', { deprecated: true })
  role?: string;

  @Field(() => RolesForPathBody, 'Roles by place.', { array: true })
  roles_for_paths?: RolesForPathBody[];
}

class PrincipalIdentityWithCertificateBody extends PrincipalIdentityBody {
  @Field('string', 'Certificate that it logs in with, in PEM form.', { required: true, maxLength: 65_536 })
  certificate_pem!: string;
}

class UpdateCertificateBody extends ManagedBody {
  @Field('string', 'Principal identity whose certificate is replaced.', { required: true })
  principal_identity_id!: string;

  @Field('string', 'The new certificate.', { required: true })
  certificate_id!: string;
}

class ImportBody extends ManagedBody {
  @Field('string', 'Certificate in PEM form.', { required: true, maxLength: 65_536 })
  pem_encoded!: string;
}

/** Programs that log in with a client certificate, and the certificates that they are known by. */
@ApiTags('Principal identities')
@Controller(['api/v1/trust-management', 'policy/api/v1/trust-management'])
export class PrincipalIdentitiesController {
  constructor(private readonly directory: AccessDirectory) {}

  @Get('principal-identities')
  @Permission('system', 'read')
  @ApiOperation({ summary: 'List the principal identities.' })
  list(): Listing<object> {
    return listing(this.directory.all('principal').map((principal) => this.body(principal)));
  }

  @Get('principal-identities/:id')
  @Permission('system', 'read')
  @ApiOperation({ summary: 'Read a principal identity.' })
  get(@Param('id') id: string): object {
    return this.body(this.find(id));
  }

  @Post('principal-identities/with-certificate')
  @HttpCode(201)
  @Permission('system', 'write')
  @ApiOperation({ summary: 'Create a principal identity together with its certificate.' })
  async createWithCertificate(@Body() body: unknown, @Req() request: FastifyRequest): Promise<object> {
    const given = readBody(PrincipalIdentityWithCertificateBody, body);
    const certificate = this.certificate(given.certificate_pem, { display_name: given.name }, request);
    return this.create(given, certificate.id, request, [{ put: certificate }]);
  }

  @Post('principal-identities')
  @HttpCode(201)
  @Permission('system', 'write')
  @ApiOperation({ summary: 'Create a principal identity; ?action=update_certificate gives one another certificate.' })
  async post(@Query('action') action: string | undefined, @Body() body: unknown, @Req() request: FastifyRequest): Promise<object> {
    if (action === 'update_certificate') return this.updateCertificate(readBody(UpdateCertificateBody, body), request);
    if (action !== undefined) throw bad('action', 'Parameter action must be update_certificate, or be left out.');
    const given = readBody(PrincipalIdentityBody, body);
    if (given.certificate_id === undefined)
      throw bad('certificate_id', 'Field certificate_id is required: import the certificate first, or POST to with-certificate.');
    return this.create(given, given.certificate_id, request, []);
  }

  @Delete('principal-identities/:id')
  @HttpCode(200)
  @Permission('system', 'write')
  @ApiOperation({ summary: 'Delete a principal identity; what it created stays.' })
  remove(@Param('id') id: string, @Req() request: FastifyRequest): Promise<void> {
    return this.change(request, () => [{ remove: { kind: 'principal', id: this.find(id).id } }]);
  }

  @Get('certificates')
  @Permission('system', 'read')
  @ApiOperation({ summary: 'List the certificates of principal identities.' })
  listCertificates(): Listing<object> {
    return listing(this.directory.all('certificate').map((certificate) => this.certificateBody(certificate)));
  }

  @Get('certificates/:id')
  @Permission('system', 'read')
  @ApiOperation({ summary: 'Read a certificate.' })
  getCertificate(@Param('id') id: string): object {
    return this.certificateBody(existing(this.directory.find('certificate', id), `Certificate ${id}`));
  }

  @Post('certificates')
  @HttpCode(201)
  @Permission('system', 'write')
  @ApiOperation({ summary: 'Import a certificate: ?action=import.' })
  async importCertificate(@Query('action') action: string | undefined, @Body() body: unknown, @Req() request: FastifyRequest): Promise<Listing<object>> {
    if (action !== 'import') throw bad('action', 'Parameter action must be import.');
    const given = readBody(ImportBody, body);
    const certificate = this.certificate(given.pem_encoded, given, request);
    await this.change(request, () => [{ put: this.unused(certificate) }]);
    return listing([this.certificateBody(certificate)]);
  }

  @Delete('certificates/:id')
  @HttpCode(200)
  @Permission('system', 'write')
  @ApiOperation({ summary: 'Delete a certificate that no principal identity has.' })
  removeCertificate(@Param('id') id: string, @Req() request: FastifyRequest): Promise<void> {
    return this.change(request, () => {
      existing(this.directory.find('certificate', id), `Certificate ${id}`);
      const holder = this.holderOf(id);
      if (holder) {
        throw new PolicyError({
          status: 400,
          code: CODES.inUse,
          message: `Certificate ${id} cannot be deleted: principal identity ${holder.name} has it. Delete that first.`,
        });
      }
      return [{ remove: { kind: 'certificate', id } }];
    });
  }

  private async create(given: PrincipalIdentityBody, certificateId: string, request: FastifyRequest, before: readonly RecordChange[]): Promise<object> {
    const id = randomUUID();
    await this.change(request, () => {
      this.refuseTaken(given);
      const imported = before.map((change) => ('put' in change && change.put.kind === 'certificate' ? { put: this.unused(change.put) } : change));
      if (imported.length === 0) this.free(certificateId);
      const principal: PrincipalIdentity = {
        kind: 'principal',
        name: given.name,
        nodeId: given.node_id,
        isProtected: given.is_protected ?? true,
        certificateId,
        rolesForPaths: mergeRoles(this.directory, [], this.rolesOf(given)),
        ...created(id, given, request.heddle, Date.now()),
      };
      return [...imported, { put: principal }];
    });
    return this.get(id);
  }

  private async updateCertificate(
    { principal_identity_id: id, certificate_id: certificateId }: UpdateCertificateBody,
    request: FastifyRequest,
  ): Promise<object> {
    await this.change(request, () => {
      const before = this.find(id);
      if (before.certificateId !== certificateId) this.free(certificateId);
      const { user } = request.heddle.actor;
      return [{ put: { ...before, certificateId, revision: before.revision + 1, changedAt: Date.now(), changedBy: user } }];
    });
    return this.get(id);
  }

  private change(request: FastifyRequest, prepare: () => readonly RecordChange[]): Promise<void> {
    return this.directory.change(prepare, { context: request.heddle, status: 200 });
  }

  private rolesOf({ role, roles_for_paths: paths }: PrincipalIdentityBody): readonly RolesForPathBody[] {
    if (paths && paths.length > 0) return paths;
    if (role !== undefined) return [{ path: '/', roles: [{ role }] }];
    throw bad('roles_for_paths', 'Field roles_for_paths is required: without a role the identity could do nothing.');
  }

  private refuseTaken({ name, node_id: nodeId }: PrincipalIdentityBody): void {
    if (this.directory.find('account', name)) throw bad('name', `There is a user ${name}: choose another name.`);
    if (this.directory.all('principal').some((principal) => principal.name === name && principal.nodeId === nodeId)) {
      throw bad('node_id', `There is a principal identity ${name} with node_id ${nodeId} already: choose another node_id.`);
    }
  }

  /** A certificate identifies one principal at most, so one that is known already is refused. */
  private unused(certificate: TrustedCertificate): TrustedCertificate {
    const known = this.directory.all('certificate').find(({ fingerprint }) => fingerprint === certificate.fingerprint);
    if (known)
      throw new PolicyError({ status: 400, code: CODES.conflict, message: `The certificate is known already as ${known.id}: use that, or delete it first.` });
    return certificate;
  }

  private free(certificateId: string): void {
    existing(this.directory.find('certificate', certificateId), `Certificate ${certificateId}`);
    const holder = this.holderOf(certificateId);
    if (holder)
      throw new PolicyError({
        status: 400,
        code: CODES.conflict,
        message: `Certificate ${certificateId} belongs to principal identity ${holder.name}: give another one.`,
      });
  }

  private holderOf(certificateId: string): PrincipalIdentity | undefined {
    return this.directory.all('principal').find((principal) => principal.certificateId === certificateId);
  }

  private find(id: string): PrincipalIdentity {
    return existing(this.directory.find('principal', id), `Principal identity ${id}`);
  }

  private certificate(pem: string, about: ManagedBody, request: FastifyRequest): TrustedCertificate {
    const now = Date.now();
    return { kind: 'certificate', ...readCertificate(pem, now), ...created(randomUUID(), about, request.heddle, now) };
  }

  private body(principal: PrincipalIdentity): object {
    return {
      ...managedBody(principal, 'PrincipalIdentity'),
      display_name: principal.displayName ?? `${principal.name}@${principal.nodeId}`,
      name: principal.name,
      node_id: principal.nodeId,
      is_protected: principal.isProtected,
      certificate_id: principal.certificateId,
      role: rolesAtRoot(principal.rolesForPaths)[0],
      roles_for_paths: rolesForPathsBody(this.directory, principal.rolesForPaths),
    };
  }

  private certificateBody(certificate: TrustedCertificate): object {
    const holder = this.holderOf(certificate.id);
    return {
      ...managedBody(certificate, 'certificate_signed'),
      pem_encoded: certificate.pem,
      has_private_key: false,
      used_by: holder ? [{ node_id: holder.nodeId, service_types: ['CLIENT_AUTH'] }] : [],
    };
  }
}

function bad(field: string, message: string): PolicyError {
  return new PolicyError({ status: 400, code: CODES.field, field, message });
}
