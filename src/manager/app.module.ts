import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { AccessModule, type AccessParts } from '../access/access.module.js';
import { AgentsModule, type AgentsParts } from '../agents/agents.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { InsightModule } from '../insight/insight.module.js';
import { Inventory } from '../insight/inventory.js';
import { FABRIC_READER, type FabricReader, NODE_REPORTS, REALIZATION_QUERIES, TAG_READER, type TagReader } from '../insight/ports.js';
import type { Registry } from '../model/registry.js';
import { OperationsModule, type OperationsParts } from '../operations/operations.module.js';
import { PolicyModule } from '../policy/policy.module.js';
import type { LargeBodies } from '../policy/policy-service.js';
import { INTENT_READER, INTENT_WRITER, type IntentReader, type IntentWriter, LARGE_BODIES, REGISTRY } from '../policy/ports.js';
import { SEARCH_SOURCES, SearchController } from '../search/search.controller.js';
import type { SearchSource } from '../search/search.js';
import type { HistoryReader } from '../store/history-reader.js';
import { DocumentationController } from './documentation.controller.js';
import { DocumentationText } from './documentation-text.js';

/** What the threads and files of a manager provide to its HTTP side. */
export interface ManagerParts {
  readonly registry: Registry;
  readonly reader: IntentReader;
  readonly writer: IntentWriter;
  readonly largeBodies: LargeBodies;
  readonly searchSource: SearchSource;
  readonly fabric: FabricReader;
  readonly tags: TagReader;
  readonly agents: AgentsParts;
  readonly history: HistoryReader;
  readonly access: AccessParts;
  readonly operations: OperationsParts;
}

/** The HTTP side of a manager: every module, on what the other threads provide. */
@Module({})
export class AppModule {
  static of(parts: ManagerParts): DynamicModule {
    const inventory = new Inventory(parts.fabric, parts.reader);
    const ground: Provider[] = [
      { provide: REGISTRY, useValue: parts.registry },
      { provide: INTENT_READER, useValue: parts.reader },
      { provide: INTENT_WRITER, useValue: parts.writer },
      { provide: LARGE_BODIES, useValue: parts.largeBodies },
      { provide: FABRIC_READER, useValue: parts.fabric },
      { provide: TAG_READER, useValue: parts.tags },
      { provide: REALIZATION_QUERIES, useValue: parts.agents.fabric },
      { provide: NODE_REPORTS, useValue: parts.agents.fabric },
      { provide: SEARCH_SOURCES, useValue: [parts.searchSource, inventory] },
      { provide: Inventory, useValue: inventory },
      DocumentationText,
    ];
    return {
      module: AppModule,
      global: true,
      imports: [
        AccessModule.register(parts.access),
        OperationsModule.register(parts.operations),
        AuditModule.register({ reader: parts.history, registry: parts.registry }),
        AgentsModule.register(parts.agents),
        PolicyModule,
        InsightModule,
      ],
      controllers: [SearchController, DocumentationController],
      providers: ground,
      exports: ground,
    };
  }
}
