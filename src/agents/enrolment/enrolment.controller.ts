import { Body, Controller, Get, HttpCode, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Permission } from '../../access/permission.js';
import { Field } from '../../model/field.js';
import { type Listing, listing } from '../../operations/listing.js';
import { Route } from '../../operations/route-facts.js';
import { readBody } from '../../operations/typed-body.js';
import { fingerprintOf } from '../pki/certificate-authority.js';
import { EnrolmentService } from './enrolment.service.js';

class TokenBody {
  @Field('string', 'Policy path of the HostTransportNode or PolicyEdgeNode that the agent is to be.', { required: true, maxLength: 2048 })
  node_path!: string;

  @Field('integer', 'Minutes until the token expires.', { default: 60, min: 1, max: 10_080 })
  valid_minutes!: number;
}

class EnrolmentBody {
  @Field('string', 'The enrolment token.', { required: true, maxLength: 512 })
  token!: string;

  @Field('string', 'Certificate request (PKCS#10, PEM) for a P-256 key that the agent made and keeps.', { required: true, maxLength: 16_384 })
  certificate_request!: string;

  @Field('string', 'Path or id of the node that the agent means to be; a token for another one is refused.', { maxLength: 2048 })
  node?: string;
}

/** Tokens, and the exchange of one for a node's certificate. */
@ApiTags('Nodes')
@Controller('heddle/api/v1')
export class EnrolmentController {
  constructor(private readonly enrolment: EnrolmentService) {}

  @Get('authority')
  @Route({ public: true })
  @ApiOperation({ summary: 'The certificate authority of nodes: its certificate is no secret, and its fingerprint is in every token.' })
  authority(): object {
    const certificate = this.enrolment.authorityCertificate;
    return { certificate, sha256_fingerprint: fingerprintOf(certificate).toString('hex') };
  }

  @Post('enrolment-tokens')
  @HttpCode(201)
  @Permission('fabric', 'write')
  @ApiOperation({ summary: 'Mint a token by which one agent becomes one node, once. It is shown in this answer only.' })
  async mint(@Body() body: unknown, @Req() request: FastifyRequest): Promise<object> {
    const { node_path, valid_minutes } = readBody(TokenBody, body);
    const { token, nodeId, path, expiresAt } = await this.enrolment.mint(node_path, valid_minutes, request.heddle);
    return { token, node_id: nodeId, node_path: path, expires_at: expiresAt };
  }

  @Get('enrolment-tokens')
  @Permission('fabric', 'read')
  @ApiOperation({ summary: 'List the tokens that were minted, without the tokens themselves.' })
  list(): Listing<object> {
    return listing(
      this.enrolment.tokens().map(({ nodeId, path, createdBy, createdAt, expiresAt, consumedAt }) => ({
        node_id: nodeId,
        node_path: path,
        created_by: createdBy,
        created_at: createdAt,
        expires_at: expiresAt,
        ...(consumedAt === null ? {} : { used_at: consumedAt }),
      })),
    );
  }

  @Post('enrolments')
  @HttpCode(201)
  @Route({ public: true })
  @ApiOperation({ summary: 'Exchange a token and a certificate request for the certificate of a node. Called by agents.' })
  async enrol(@Body() body: unknown, @Req() request: FastifyRequest): Promise<object> {
    const { token, certificate_request, node = '' } = readBody(EnrolmentBody, body);
    const { nodeId, path, certificate, authority, agentPort } = await this.enrolment.enrol(token, certificate_request, node, request.heddle);
    return { node_id: nodeId, node_path: path, certificate, authority, agent_port: agentPort };
  }
}
