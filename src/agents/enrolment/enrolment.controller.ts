import { Body, Controller, Get, HttpCode, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Permission } from '../../access/permission.js';
import { Field } from '../../model/field.js';
import { Answers, AnswersList, Takes } from '../../operations/described.js';
import { type Listing, listing } from '../../operations/listing.js';
import { Route } from '../../operations/route-facts.js';
import { readBody } from '../../operations/typed-body.js';
import { fingerprintOf } from '../pki/certificate-authority.js';
import { EnrolmentService } from './enrolment.service.js';

class TokenRequest {
  @Field('string', 'Policy path of the HostTransportNode or PolicyEdgeNode that the agent is to be.', { required: true, maxLength: 2048 })
  node_path!: string;

  @Field('integer', 'Minutes until the token expires.', { default: 60, min: 1, max: 10_080 })
  valid_minutes!: number;
}

class EnrolmentRequest {
  @Field('string', 'The enrolment token.', { required: true, maxLength: 512 })
  token!: string;

  @Field('string', 'Certificate request (PKCS#10, PEM) for a P-256 key that the agent made and keeps.', { required: true, maxLength: 16_384 })
  certificate_request!: string;

  @Field('string', 'Path or id of the node that the agent means to be; a token for another one is refused.', { maxLength: 2048 })
  node?: string;
}

class EnrolmentToken {
  @Field('string', 'The token; only in the answer that mints it.')
  token?: string;

  @Field('string', 'Identifier of the node that an agent becomes by it.', { required: true })
  node_id!: string;

  @Field('string', 'Policy path of that node.', { required: true })
  node_path!: string;

  @Field('string', 'Who minted it; only in lists.')
  created_by?: string;

  @Field('integer', 'When it was minted, in milliseconds since 1970; only in lists.')
  created_at?: number;

  @Field('integer', 'When it expires, in milliseconds since 1970.', { required: true })
  expires_at!: number;

  @Field('integer', 'When an agent used it, in milliseconds since 1970; absent until then.')
  used_at?: number;
}

class NodeAuthority {
  @Field('string', 'Certificate of the authority, PEM.', { required: true })
  certificate!: string;

  @Field('string', 'SHA-256 of the certificate, hexadecimal.', { required: true })
  sha256_fingerprint!: string;
}

class EnrolledNode {
  @Field('string', 'Identifier of the node.', { required: true })
  node_id!: string;

  @Field('string', 'Policy path of the node.', { required: true })
  node_path!: string;

  @Field('string', 'Certificate of the node, PEM.', { required: true })
  certificate!: string;

  @Field('string', 'Certificate of the authority that issued it, PEM.', { required: true })
  authority!: string;

  @Field('integer', 'Port of the manager that agents connect to.', { required: true })
  agent_port!: number;
}

/** Tokens, and the exchange of one for a node's certificate. */
@ApiTags('Nodes')
@Controller('heddle/api/v1')
export class EnrolmentController {
  constructor(private readonly enrolment: EnrolmentService) {}

  @Get('authority')
  @Route({ public: true })
  @ApiOperation({ summary: 'The certificate authority of nodes: its certificate is no secret, and its fingerprint is in every token.' })
  @Answers(NodeAuthority)
  authority(): object {
    const certificate = this.enrolment.authorityCertificate;
    return { certificate, sha256_fingerprint: fingerprintOf(certificate).toString('hex') };
  }

  @Post('enrolment-tokens')
  @HttpCode(201)
  @Permission('fabric', 'write')
  @ApiOperation({ summary: 'Mint a token by which one agent becomes one node, once. It is shown in this answer only.' })
  @Takes(TokenRequest)
  @Answers(EnrolmentToken, { status: 201, description: 'The token.' })
  async mint(@Body() body: unknown, @Req() request: FastifyRequest): Promise<object> {
    const { node_path, valid_minutes } = readBody(TokenRequest, body);
    const { token, nodeId, path, expiresAt } = await this.enrolment.mint(node_path, valid_minutes, request.heddle);
    return { token, node_id: nodeId, node_path: path, expires_at: expiresAt };
  }

  @Get('enrolment-tokens')
  @Permission('fabric', 'read')
  @ApiOperation({ summary: 'List the tokens that were minted, without the tokens themselves.' })
  @AnswersList(EnrolmentToken)
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
  @Takes(EnrolmentRequest)
  @Answers(EnrolledNode, { status: 201, description: 'What the agent is from now on.' })
  async enrol(@Body() body: unknown, @Req() request: FastifyRequest): Promise<object> {
    const { token, certificate_request, node = '' } = readBody(EnrolmentRequest, body);
    const { nodeId, path, certificate, authority, agentPort } = await this.enrolment.enrol(token, certificate_request, node, request.heddle);
    return { node_id: nodeId, node_path: path, certificate, authority, agent_port: agentPort };
  }
}
