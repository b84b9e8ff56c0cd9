import { randomUUID } from 'node:crypto';
import { Body, Controller, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { addDefaults, type Json, withoutEmpty } from '../model/body.js';
import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import type { Registry } from '../model/registry.js';
import { TlsCsrWithDaysValid } from '../model/system/certificate-request.js';
import { validate } from '../model/validator.js';
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
  @ApiOperation({ summary: 'Makes a key and a certificate that it signs itself (action=self_sign)' })
  @ApiQuery({ name: 'action', enum: ['self_sign'] })
  @ApiBody({ schema: { type: 'object' } })
  async make(@Req() request: KnownRequest, @Query('action') action: string | undefined, @Body() given: Json, @Res() reply: FastifyReply): Promise<void> {
    this.authorizer.require(request.heddle, 'system', 'write');
    if (action !== 'self_sign') throw new PolicyError({ status: 400, code: CODES.field, field: 'action', message: 'Parameter action must be self_sign.' });
    const wanted = read(given ?? {});
    const { certificate, privateKey } = await selfSigned(wanted);
    const located = this.registry.locate(`/infra/certificates/${randomUUID()}`);
    if (!located) throw new Error('certificates have no place in the tree');
    const { display_name, description, tags } = wanted;
    const body = { display_name, description, tags, pem_encoded: certificate, private_key: privateKey };
    await this.writer.write({ context: request.heddle, writes: prepareObject(this.registry, 'put', located, body).writes });
    reply.header('content-type', 'application/json; charset=utf-8').send(this.reading.object(located));
  }
}

function read(given: Json): TlsCsrWithDaysValid {
  const body = withoutEmpty(TlsCsrWithDaysValid, given);
  const [problem, ...more] = validate(TlsCsrWithDaysValid, body);
  if (problem) throw new PolicyError(problem, ...more);
  addDefaults(TlsCsrWithDaysValid, body);
  return body as unknown as TlsCsrWithDaysValid;
}
