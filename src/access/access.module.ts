import { type DynamicModule, Inject, Module, type OnModuleInit } from '@nestjs/common';
import { APP_GUARD, HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { AUDIT_SINK, type AuditSink } from '../audit/audit-sink.js';
import { LOGGER } from '../operations/logger.js';
import { Metrics } from '../operations/metrics.js';
import { AUTHORIZER } from '../policy/request.js';
import { authenticateRequests } from './access.hook.js';
import { Accounts } from './accounts.js';
import { Authenticator } from './authenticator.js';
import { RoleAuthorizer } from './authorizer.js';
import { AccessDirectory } from './directory.js';
import { Login } from './login.js';
import { PasswordChecker } from './passwords.js';
import { PermissionGuard } from './permission.js';
import { PrincipalIdentitiesController } from './principal-identities.controller.js';
import { RoleBindingsController } from './role-bindings.controller.js';
import { RolesController } from './roles.controller.js';
import { SessionController } from './session.controller.js';
import { Sessions } from './sessions.js';
import { UsersController } from './users.controller.js';

/** What the access layer needs of the rest of the manager. */
export interface AccessParts {
  readonly directory: AccessDirectory;
  readonly audit: AuditSink;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** Who may: logins, sessions, certificates, roles. Importing it makes every route ask for a login, save those declared public. */
@Module({})
export class AccessModule implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    @Inject(Authenticator) private readonly authenticator: Authenticator,
  ) {}

  static register({ directory, audit, metrics, logger }: AccessParts): DynamicModule {
    const passwords = new PasswordChecker();
    const sessions = new Sessions();
    const login = new Login(directory, passwords, audit, (outcome) => metrics.logins.inc({ outcome }));
    metrics.provide('sessions', () => ({ '': sessions.count }));
    return {
      module: AccessModule,
      global: true,
      controllers: [SessionController, UsersController, RolesController, RoleBindingsController, PrincipalIdentitiesController],
      providers: [
        { provide: LOGGER, useValue: logger },
        { provide: AUDIT_SINK, useValue: audit },
        { provide: AccessDirectory, useValue: directory },
        { provide: Sessions, useValue: sessions },
        { provide: Login, useValue: login },
        { provide: Authenticator, useValue: new Authenticator(directory, login, sessions) },
        { provide: Accounts, useValue: new Accounts(directory, passwords) },
        { provide: AUTHORIZER, useValue: new RoleAuthorizer(directory, audit, logger) },
        { provide: APP_GUARD, useClass: PermissionGuard },
      ],
      exports: [AUTHORIZER, AUDIT_SINK, AccessDirectory, Accounts],
    };
  }

  onModuleInit(): void {
    authenticateRequests(this.host.httpAdapter.getInstance<FastifyInstance>(), this.authenticator);
  }
}
