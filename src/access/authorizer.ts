import type { Logger } from 'pino';
import type { AuditSink } from '../audit/audit-sink.js';
import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import type { Feature } from '../model/resource.js';
import type { Actor, RequestContext } from '../policy/ports.js';
import type { Authorizer } from '../policy/request.js';
import type { AccessDirectory } from './directory.js';
import { allows, FEATURES, type Role } from './roles.js';

/** Decides by the roles of an actor; denials are audited. */
export class RoleAuthorizer implements Authorizer {
  constructor(
    private readonly directory: AccessDirectory,
    private readonly audit: AuditSink,
    private readonly logger: Logger,
  ) {}

  may(actor: Actor, feature: Feature, access: 'read' | 'write'): boolean {
    return allows(this.rolesOf(actor), feature, access);
  }

  require(context: RequestContext, feature: Feature, access: 'read' | 'write'): void {
    const { actor } = context;
    if (this.may(actor, feature, access)) return;
    this.audit
      .record({ context, status: 403 })
      .catch((error: unknown) => this.logger.error({ err: error, requestId: context.requestId }, 'denial not audited'));
    const roles = actor.roles.length === 0 ? 'no role' : actor.roles.join(', ');
    const verb = access === 'read' ? 'be read' : 'be changed';
    throw new PolicyError({
      status: 403,
      code: CODES.forbidden,
      message: `${FEATURES[feature].name} cannot ${verb} with what ${actor.user} holds (${roles}): ask an enterprise admin for a role that allows it.`,
    });
  }

  private *rolesOf(actor: Actor): Iterable<Role> {
    for (const id of actor.roles) {
      const role = this.directory.role(id);
      if (role) yield role;
    }
  }
}
