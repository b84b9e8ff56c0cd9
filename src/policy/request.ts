import type { FastifyRequest } from 'fastify';
import type { Feature } from '../model/resource.js';
import type { Actor, RequestContext } from './ports.js';

/** A request whose sender is known: the access guard sets `heddle` before any controller runs. */
export interface KnownRequest extends FastifyRequest {
  heddle: RequestContext;
}

/** Whether an actor's roles allow something; the access layer knows the roles. */
export interface Authorizer {
  may(actor: Actor, feature: Feature, access: 'read' | 'write'): boolean;
  /** @throws PolicyError 403, audited, when the actor may not */
  require(context: RequestContext, feature: Feature, access: 'read' | 'write'): void;
}

/** Nest injection token of the Authorizer. */
export const AUTHORIZER = Symbol('heddle:authorizer');
