import { type CanActivate, type ExecutionContext, Inject, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import type { Feature } from '../model/resource.js';
import { AUTHORIZER, type Authorizer } from '../policy/request.js';

interface Need {
  readonly feature: Feature;
  readonly access: 'read' | 'write';
}

const NEED = 'heddle:permission';

/** What a role must hold to call a handler, or any handler of a controller that does not say otherwise. */
export function Permission(feature: Feature, access: Need['access']): MethodDecorator & ClassDecorator {
  return SetMetadata(NEED, { feature, access } satisfies Need);
}

/**
 * Keeps out those whose roles do not allow what a handler declares. Handlers of policy objects declare nothing: which type is
 * meant, and so what it takes, is known only from the path and the body.
 */
@Injectable()
export class PermissionGuard implements CanActivate {
  /** What the handlers of each controller declare: looking it up for every request would cost more than to check it. */
  private readonly needs = new Map<unknown, Map<unknown, Need | undefined>>();

  constructor(
    private readonly reflector: Reflector,
    @Inject(AUTHORIZER) private readonly authorizer: Authorizer,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const need = this.needOf(context);
    if (need) this.authorizer.require(context.switchToHttp().getRequest<FastifyRequest>().heddle, need.feature, need.access);
    return true;
  }

  private needOf(context: ExecutionContext): Need | undefined {
    const [handler, controller] = [context.getHandler(), context.getClass()];
    let needs = this.needs.get(controller);
    if (!needs) {
      needs = new Map();
      this.needs.set(controller, needs);
    }
    if (!needs.has(handler)) needs.set(handler, this.reflector.getAllAndOverride<Need | undefined>(NEED, [handler, controller]));
    return needs.get(handler);
  }
}
