import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { errorBody, failuresOf } from './error-body.js';
import { LOGGER } from './logger.js';

/** The one place where errors become answers, whatever threw them and wherever: always JSON in NSX-T's shape. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendError(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>(), this.logger);
  }
}

/** Answers an error; once the answer has begun, the connection can only be cut. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply, logger: Logger): void {
  const failures = failuresOf(error, request.id);
  const { status } = failures[0];
  if (status >= 500 && status !== 503) logger.error({ err: error, requestId: request.id, method: request.method, uri: request.url }, 'request failed');
  if (reply.raw.headersSent) {
    reply.raw.destroy();
    return;
  }
  if (status === 401) reply.header('www-authenticate', 'Basic realm="Heddle", charset="UTF-8"');
  reply
    .status(status)
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify(errorBody(failures)));
}
