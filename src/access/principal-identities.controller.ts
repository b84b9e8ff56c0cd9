import { randomUUID } from 'node:crypto';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import { Answers, AnswersList, AnswersNothing, Asks, Takes } from '../operations/described.js';
import { type Listing, listing } from '../operations/listing.js';
import { readBody } from '../operations/typed-body.js';
import { mergeRoles, type RolesAtPath, rolesForPathsBody } from './bindings.js';
import { readCertificate } from './certificates.js';
import { AccessDirectory, existing, rolesAtRoot } from './directory.js';
import { created, type ManagedResource, managedBody } from './managed.js';
import { Permission } from './permission.js';
import { Certificate, CertificateImport, CertificateOfPrincipal, PrincipalIdentity, PrincipalIdentityWithCertificate } from './principal-identity.js';
import type { PrincipalIdentity as PrincipalRecord, RecordChange, TrustedCertificate } from './records.js';

/** Programs that log in with a client certificate, and the certificates that they are known by. */
@ApiTags('Principal identities')
@Controller(['api/v1/trust-management', 'policy/api/v1/trust-management'])
export class PrincipalIdentitiesController {
  constructor(private readonly directory: AccessDirectory) {}

  @Get('principal-identities')
  @Permission('system', 'read')
  @ApiOperation({ summary: 'List the principal identities.' })
  @AnswersList(PrincipalIdentity)
  list(): Listing<object> {
    return listing(this.directory.all('principal').map((principal) => this.body(principal)));
  }

  @Get('principal-identities/:id')
  @Permission('system', 'read')
  @ApiOperation({ summary: 'Read a principal identity.' })
  @Answers(PrincipalIdentity)
  get(@Param('id') id: string): object {
    return this.body(this.find(id));
  }

  @Post('principal-identities/with-certificate')
  @HttpCode(201)
  @Permission('system', 'write')
  @ApiOperation({ summary: 'Create a principal identity together with its certificate.' })
  @Takes(PrincipalIdentityWithCertificate)
  @Answers(PrincipalIdentity, { status: 201 })
  async createWithCertificate(@Body() body: unknown, @Req() request: FastifyRequest): Promise<object> {
    const given = readBody(PrincipalIdentityWithCertificate, body);
    const certificate = this.certificate(given.certificate_pem, { display_name: given.name }, request);
    return this.create(given, certificate.id, request, [{ put: certificate }]);
  }

  @Post('principal-identities')
  @HttpCode(201)
  @Permission('system', 'write')
  @ApiOperation({ summary: 'Create a principal identity, or give one another certificate.' })
  @Asks('action', 'update_certificate gives an identity that exists another certificate.', { enum: ['update_certificate'] })
  @Takes([PrincipalIdentity, CertificateOfPrincipal])
  @Answers(PrincipalIdentity, { status: 201 })
  async post(@Query('action') action: string | undefined, @Body() body: unknown, @Req() request: FastifyRequest): Promise<object> {
    if (action === 'update_certificate') return this.updateCertificate(readBody(CertificateOfPrincipal, body), request);
    if (action !== undefined) throw bad('action', 'Parameter action must be update_certificate, or be left out.');
    const given = readBody(PrincipalIdentity, body);
    if (given.certificate_id === undefined)
      throw bad('certificate_id', 'Field certificate_id is required: import the certificate first, or POST to with-certificate.');
    return this.create(given, given.certificate_id, request, []);
  }

  @Delete('principal-identities/:id')
  @HttpCode(200)
  @Permission('system', 'write')
  @ApiOperation({ summary: 'Delete a principal identity; what it created stays.' })
  @AnswersNothing()
  remove(@Param('id') id: string, @Req() request: FastifyRequest): Promise<void> {
    return this.change(request, () => [{ remove: { kind: 'principal', id: this.find(id).id } }]);
  }

  @Get('certificates')
  @Permission('system', 'read')
  @ApiOperation({ summary: 'List the certificates of principal identities.' })
  @AnswersList(Certificate)
  listCertificates(): Listing<object> {
    return listing(this.directory.all('certificate').map((certificate) => this.certificateBody(certificate)));
  }

  @Get('certificates/:id')
  @Permission('system', 'read')
  @ApiOperation({ summary: 'Read a certificate.' })
  @Answers(Certificate)
  getCertificate(@Param('id') id: string): object {
    return this.certificateBody(existing(this.directory.find('certificate', id), `Certificate ${id}`));
  }

  @Post('certificates')
  @HttpCode(201)
  @Permission('system', 'write')
  @ApiOperation({ summary: 'Import a certificate.' })
  @Asks('action', 'What to do.', { required: true, enum: ['import'] })
  @Takes(CertificateImport)
  @AnswersList(Certificate, { status: 201, description: 'The certificate, in a list of one.' })
  async importCertificate(@Query('action') action: string | undefined, @Body() body: unknown, @Req() request: FastifyRequest): Promise<Listing<object>> {
    if (action !== 'import') throw bad('action', 'Parameter action must be import.');
    const given = readBody(CertificateImport, body);
    const certificate = this.certificate(given.pem_encoded, given, request);
    await this.change(request, () => [{ put: this.unused(certificate) }]);
    return listing([this.certificateBody(certificate)]);
  }

  @Delete('certificates/:id')
  @HttpCode(200)
  @Permission('system', 'write')
  @ApiOperation({ summary: 'Delete a certificate that no principal identity has.' })
  @AnswersNothing()
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

  private async create(given: PrincipalIdentity, certificateId: string, request: FastifyRequest, before: readonly RecordChange[]): Promise<object> {
    const id = randomUUID();
    await this.change(request, () => {
      this.refuseTaken(given);
      const imported = before.map((change) => ('put' in change && change.put.kind === 'certificate' ? { put: this.unused(change.put) } : change));
      if (imported.length === 0) this.free(certificateId);
      const principal: PrincipalRecord = {
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
    { principal_identity_id: id, certificate_id: certificateId }: CertificateOfPrincipal,
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

  private rolesOf({ role, roles_for_paths: paths }: PrincipalIdentity): readonly RolesAtPath[] {
    if (paths && paths.length > 0) return paths;
    if (role !== undefined) return [{ path: '/', roles: [{ role }] }];
    throw bad('roles_for_paths', 'Field roles_for_paths is required: without a role the identity could do nothing.');
  }

  private refuseTaken({ name, node_id: nodeId }: PrincipalIdentity): void {
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

  private holderOf(certificateId: string): PrincipalRecord | undefined {
    return this.directory.all('principal').find((principal) => principal.certificateId === certificateId);
  }

  private find(id: string): PrincipalRecord {
    return existing(this.directory.find('principal', id), `Principal identity ${id}`);
  }

  private certificate(pem: string, about: ManagedResource, request: FastifyRequest): TrustedCertificate {
    const now = Date.now();
    return { kind: 'certificate', ...readCertificate(pem, now), ...created(randomUUID(), about, request.heddle, now) };
  }

  private body(principal: PrincipalRecord): object {
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
