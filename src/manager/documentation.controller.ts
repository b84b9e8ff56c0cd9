import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import { DocumentationText } from './documentation-text.js';

const FILES: Readonly<Record<string, string>> = { 'swagger-ui.css': 'text/css', 'swagger-ui-bundle.js': 'text/javascript' };
const UI = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Heddle API</title>
    <link rel="stylesheet" href="/heddle/docs/swagger-ui.css">
  </head>
  <body>
    <div id="api"></div>
    <script src="/heddle/docs/swagger-ui-bundle.js"></script>
    <script>SwaggerUIBundle({ url: '/heddle/openapi.json', dom_id: '#api', docExpansion: 'none', filter: true, defaultModelsExpandDepth: 0 });</script>
  </body>
</html>
`;

/** The API's reference: the OpenAPI document, and a page to read it and to try operations. Everything comes from this manager. */
@ApiExcludeController()
@Controller('heddle')
export class DocumentationController {
  constructor(private readonly text: DocumentationText) {}

  @Get('openapi.json')
  document(@Res() reply: FastifyReply): void {
    reply.header('content-type', 'application/json; charset=utf-8').send(this.text.document);
  }

  @Get('docs')
  page(@Res() reply: FastifyReply): void {
    reply.header('content-type', 'text/html; charset=utf-8').send(PAGE);
  }

  @Get('docs/:file')
  file(@Param('file') name: string, @Res() reply: FastifyReply): void {
    const type = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
    if (!type) throw new PolicyError({ status: 404, code: CODES.unknownRoute, message: `/heddle/docs has no file ${name}.` });
    reply.header('content-type', `${type}; charset=utf-8`).send(createReadStream(join(UI, name)));
  }
}
