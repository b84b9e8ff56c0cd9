import { randomUUID } from 'node:crypto';
import { Body, Controller, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import type { Registry } from '../model/registry.js';
import { TlsCsrWithDaysValid } from '../model/system/certificate-request.js';
import { TlsCertificate } from '../model/system/tls-certificate.resource.js';
import { Answers, Asks, Takes } from '../operations/described.js';
import { readBody } from '../operations/typed-body.js';
import { INTENT_READER, INTENT_WRITER, type IntentReader, type IntentWriter, REGISTRY } from '../policy/ports.js';
import { prepareObject } from '../policy/prepare.js';
import { Reading } from '../policy/reading.js';
import { AUTHORIZER, type Authorizer, type KnownRequest } from '../policy/request.js';
import { selfSigned } from './self-signed.js';

/** Certificates that the manager makes for a client that has no authority of its own. The key stays here, as a secret. */
@ApiTags('system')
@Controller('policy/api/v1/infra/csrs')
export class CertificateRequestsController {
  private readonly reading: Reading;

  constructor(
    @Inject(REGISTRY) private readonly registry: Registry,
    @Inject(INTENT_READER) reader: IntentReader,
    @Inject(INTENT_WRITER) private readonly writer: IntentWriter,
    @Inject(AUTHORIZER) private readonly authorizer: Authorizer,
  ) {
    this.reading = new Reading(registry, reader);
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Makes a key and a certificate that it signs itself' })
  @Asks('action', 'What to do.', { required: true, enum: ['self_sign'] })
  @Takes(TlsCsrWithDaysValid)
  @Answers(TlsCertificate, { description: 'The certificate; its key stays here.' })
  async make(@Req() request: KnownRequest, @Query('action') action: string | undefined, @Body() given: unknown, @Res() reply: FastifyReply): Promise<void> {
    this.authorizer.require(request.heddle, 'system', 'write');
    if (action !== 'self_sign') throw new PolicyError({ status: 400, code: CODES.field, field: 'action', message: 'Parameter action must be self_sign.' });
    const wanted = readBody(TlsCsrWithDaysValid, given);
    const { certificate, privateKey } = await selfSigned(wanted);
    const located = this.registry.locate(`/infra/certificates/${randomUUID()}`);
    if (!located) throw new Error('certificates have no place in the tree');
    const { display_name, description, tags } = wanted;
    const body = { display_name, description, tags, pem_encoded: certificate, private_key: privateKey };
    await this.writer.write({ context: request.heddle, writes: prepareObject(this.registry, 'put', located, body).writes });
    reply.header('content-type', 'application/json; charset=utf-8').send(this.reading.object(located));
  }
}
