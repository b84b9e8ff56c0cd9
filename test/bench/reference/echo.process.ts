import 'reflect-metadata';
import { Controller, Get, Module, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { CertificateAuthority } from '../../../src/agents/pki/certificate-authority.js';
import { serverCertificate, serverNames } from '../../../src/agents/pki/server-certificate.js';
import { answerParent } from '../processes.js';

/** The least that NestJS and Fastify can do: one route without login, hooks or store that answers a text from memory. */

let text = '';

@Controller()
class EchoController {
  @Get('policy/api/v1/infra/*')
  get(@Res() reply: FastifyReply): void {
    reply.header('content-type', 'application/json; charset=utf-8').send(text);
  }
}

@Module({ controllers: [EchoController] })
class EchoModule {}

export type EchoHandlers = {
  /** Listens with the same certificate as the manager of a data directory; answers the port. */
  readonly start: (order: { readonly dataDir: string; readonly text: string }) => Promise<number>;
};

answerParent({
  start: async (order) => {
    text = order.text;
    const authority = await CertificateAuthority.open(order.dataDir);
    const { certificate, privateKey } = await serverCertificate(order.dataDir, authority, serverNames('127.0.0.1'));
    const adapter = new FastifyAdapter({ https: { cert: certificate, key: privateKey, minVersion: 'TLSv1.2' } });
    const app = await NestFactory.create<NestFastifyApplication>(EchoModule, adapter, { logger: false });
    await app.listen(0, '127.0.0.1');
    return Number(new URL(await app.getUrl()).port);
  },
} satisfies EchoHandlers);
