import { type DynamicModule, Module } from '@nestjs/common';
import type { Registry } from '../model/registry.js';
import { AUTHORIZER, type Authorizer } from '../policy/request.js';
import { HistoryReader } from '../store/history-reader.js';
import { AuditController } from './audit.controller.js';
import { History } from './history.js';

/** Who did: the audit log and the history of objects. */
@Module({})
export class AuditModule {
  static register({ reader, registry }: { readonly reader: HistoryReader; readonly registry: Registry }): DynamicModule {
    return {
      module: AuditModule,
      controllers: [AuditController],
      providers: [
        { provide: HistoryReader, useValue: reader },
        { provide: History, inject: [AUTHORIZER], useFactory: (authorizer: Authorizer) => new History(reader, registry, authorizer) },
      ],
    };
  }
}
