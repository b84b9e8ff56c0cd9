import { RouteConfig } from '@nestjs/platform-fastify';

/** What the HTTP server must know of a route before it reads the body. */
export interface RouteFacts {
  /** Served without login; its body may be 64 KiB. */
  readonly public?: boolean;
  /** Takes an HTML form, and no JSON. */
  readonly form?: boolean;
  /** Takes a JSON body that exceeds `PARSED_HERE` as the bytes that came, for another thread to parse. */
  readonly bytes?: boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig extends RouteFacts {}
}

/** States the facts of a handler's route; one decorator holds them all. */
export function Route(facts: RouteFacts): MethodDecorator {
  return RouteConfig(facts);
}

/** Largest JSON body that is parsed on the API's thread: about 2 ms of it. */
export const PARSED_HERE = 256 * 1024;
