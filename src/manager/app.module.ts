import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import type { Logger } from 'pino';
import { Authenticator } from '../access/authenticator.js';
import type { RoleAuthorizer } from '../access/authorizer.js';
import { Login } from '../access/login.js';
import { PermissionGuard } from '../access/permission.js';
import { SessionController } from '../access/session.controller.js';
import { Sessions } from '../access/sessions.js';
import { CertificateRequestsController } from '../insight/certificate-requests.controller.js';
import { ContextAttributesController } from '../insight/context-attributes.controller.js';
import { InventoryController } from '../insight/inventory.controller.js';
import { Inventory } from '../insight/inventory.js';
import { MembersController } from '../insight/members.controller.js';
import { FABRIC_READER, type FabricReader, REALIZATION_QUERIES, type RealizationQueries, TAG_READER, type TagReader } from '../insight/ports.js';
import { RealizedController } from '../insight/realized.controller.js';
import { StateController } from '../insight/state.controller.js';
import { TagsController } from '../insight/tags.controller.js';
import type { Registry } from '../model/registry.js';
import { ErrorFilter } from '../operations/error.filter.js';
import { LOGGER } from '../operations/logger.js';
import { PolicyModule } from '../policy/policy.module.js';
import type { LargeBodies } from '../policy/policy-service.js';
import { INTENT_READER, INTENT_WRITER, type IntentReader, type IntentWriter, LARGE_BODIES, REGISTRY } from '../policy/ports.js';
import { AUTHORIZER } from '../policy/request.js';
import { SEARCH_SOURCES, SearchController } from '../search/search.controller.js';
import type { SearchSource } from '../search/search.js';

/** What the threads and files of a manager provide to its HTTP side. */
export interface ManagerParts {
  readonly registry: Registry;
  readonly logger: Logger;
  readonly reader: IntentReader & FabricReader & TagReader;
  readonly writer: IntentWriter;
  readonly largeBodies: LargeBodies;
  readonly searchSource: SearchSource;
  readonly realization: RealizationQueries;
  readonly authorizer: RoleAuthorizer;
  readonly authenticator: Authenticator;
  readonly login: Login;
  readonly sessions: Sessions;
}

@Global()
@Module({})
class Ground {}

@Module({})
export class AppModule {
  static of(parts: ManagerParts): DynamicModule {
    const inventory = new Inventory(parts.reader, parts.reader);
    const provided = [
      { provide: REGISTRY, useValue: parts.registry },
      { provide: LOGGER, useValue: parts.logger },
      { provide: INTENT_READER, useValue: parts.reader },
      { provide: FABRIC_READER, useValue: parts.reader },
      { provide: TAG_READER, useValue: parts.reader },
      { provide: INTENT_WRITER, useValue: parts.writer },
      { provide: LARGE_BODIES, useValue: parts.largeBodies },
      { provide: REALIZATION_QUERIES, useValue: parts.realization },
      { provide: AUTHORIZER, useValue: parts.authorizer },
      { provide: Authenticator, useValue: parts.authenticator },
      { provide: Login, useValue: parts.login },
      { provide: Sessions, useValue: parts.sessions },
      { provide: Inventory, useValue: inventory },
      { provide: SEARCH_SOURCES, useValue: [parts.searchSource, inventory] },
    ];
    return {
      module: AppModule,
      imports: [{ module: Ground, providers: provided, exports: provided.map(({ provide }) => provide), global: true }, PolicyModule],
      controllers: [
        SessionController,
        SearchController,
        RealizedController,
        StateController,
        InventoryController,
        MembersController,
        TagsController,
        ContextAttributesController,
        CertificateRequestsController,
      ],
      providers: [
        { provide: APP_FILTER, useClass: ErrorFilter },
        { provide: APP_GUARD, useClass: PermissionGuard },
      ],
    };
  }
}
