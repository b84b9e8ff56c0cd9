import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Actor, RequestContext } from '../policy/ports.js';
import { type Authenticator, NOBODY } from './authenticator.js';
import { anonymousContextOf } from './request-context.js';

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
  fastify.addHook('onRequest', (request: FastifyRequest, _reply, done) => {
    const anonymous = anonymousContextOf(request);
    const proceed = (actor: Actor): void => {
      request.heddle = { ...anonymous, actor };
      done();
    };
    if (request.routeOptions.config.public) return proceed(NOBODY);
    const actor = authenticator.authenticate({ method: request.method, headers: request.headers, socket: request.raw.socket }, anonymous);
    // Nearly every sender is known at once; to make them all wait for a promise would cost each more than to be found.
    if (actor instanceof Promise) actor.then(proceed, done);
    else proceed(actor);
  });
}
