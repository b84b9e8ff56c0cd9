import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import type { Logger } from 'pino';
import { ErrorFilter } from './error.filter.js';
import { HealthController } from './health.controller.js';
import { LicensesController } from './licenses.controller.js';
import { type LicenseStore, Licenses } from './licenses.js';
import { LOGGER } from './logger.js';
import { Metrics } from './metrics.js';
import { NODE_FACTS, NodeController, type NodeFacts } from './node.controller.js';
import { Readiness } from './readiness.js';

export interface OperationsParts {
  readonly node: NodeFacts;
  readonly licenses: LicenseStore;
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** Running a manager: what it is, how it is, its figures, and the one shape of every error. */
@Module({})
export class OperationsModule {
  static register({ node, licenses, readiness, metrics, logger }: OperationsParts): DynamicModule {
    return {
      module: OperationsModule,
      controllers: [HealthController, NodeController, LicensesController],
      providers: [
        { provide: NODE_FACTS, useValue: node },
        { provide: Licenses, useValue: new Licenses(licenses) },
        { provide: Readiness, useValue: readiness },
        { provide: Metrics, useValue: metrics },
        { provide: LOGGER, useValue: logger },
        { provide: APP_FILTER, useClass: ErrorFilter },
      ],
    };
  }
}
