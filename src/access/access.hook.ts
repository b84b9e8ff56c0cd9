import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RequestContext } from '../policy/ports.js';
import type { Authenticator } from './authenticator.js';
import { anonymousContextOf, contextOf } from './request-context.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; empty where no login is needed. */
    heddle: RequestContext;
  }
}

/**
 * Finds out who sends a request before its body is read: someone who is not logged in cannot make the manager read 256 MiB. It
 * holds for unknown paths too, so that they tell a stranger nothing.
 */
export function authenticateRequests(fastify: FastifyInstance, authenticator: Authenticator): void {
  fastify.decorateRequest('heddle');
  fastify.addHook('onRequest', async (request: FastifyRequest) => {
    const anonymous = anonymousContextOf(request);
    const actor = request.routeOptions.config.public
      ? { user: '', principal: false, roles: [] }
      : await authenticator.authenticate({ method: request.method, headers: request.headers, socket: request.raw.socket }, anonymous);
    request.heddle = contextOf(request, actor);
  });
}
