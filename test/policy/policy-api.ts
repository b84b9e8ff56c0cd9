import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Global, Module, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { pino } from 'pino';
import supertest from 'supertest';
import type TestAgent from 'supertest/lib/agent.js';
import { afterAll, beforeAll } from 'vitest';
import { LargeBodyThread } from '../../src/manager/large-bodies.js';
import { seed } from '../../src/manager/seed.js';
import type { DefaultObject } from '../../src/model/defaults/default-object.js';
import { registry } from '../../src/model/types.js';
import { ErrorFilter } from '../../src/operations/error.filter.js';
import { createFastifyAdapter } from '../../src/operations/http-server.js';
import { LOGGER } from '../../src/operations/logger.js';
import { Metrics } from '../../src/operations/metrics.js';
import { readSettings } from '../../src/operations/settings.js';
import { PolicyModule } from '../../src/policy/policy.module.js';
import { type Actor, INTENT_READER, INTENT_WRITER, LARGE_BODIES, REGISTRY } from '../../src/policy/ports.js';
import { AUTHORIZER, type KnownRequest } from '../../src/policy/request.js';
import { SEARCH_SOURCES } from '../../src/search/search.controller.js';
import { DataDirectory } from '../../src/store/data-directory.js';
import { type Handle, openForReading } from '../../src/store/database.js';
import { HistoryReader } from '../../src/store/history-reader.js';
import { openReader, type StoreReader } from '../../src/store/reader.js';
import { type IntentSearchSource, openSearchSource } from '../../src/store/search-source.js';
import { UnitOfWork, WriterThread } from '../../src/store/unit-of-work.js';

export interface PolicyApi {
  /** Requests below `/policy/api/v1`, as `actor`. */
  readonly http: TestAgent;
  readonly reader: StoreReader;
  readonly history: HistoryReader;
  actor: Actor;
  /** Writes objects as the system does, those that are missing. */
  seed(objects: readonly DefaultObject[]): Promise<void>;
}

export const ADMIN: Actor = { user: 'admin', principal: false, roles: ['enterprise_admin'] };

/**
 * The policy API on the real store, without logins: requests come from `api.actor`. One for each test file that calls it.
 * @param controllers of other parts that serve beside it and need no more than intent
 */
export function policyApi(...controllers: Type[]): PolicyApi {
  const api = { actor: ADMIN } as { -readonly [K in keyof PolicyApi]: PolicyApi[K] };
  const directory = mkdtempSync(join(tmpdir(), 'heddle-policy-'));
  let writer: WriterThread;
  let largeBodies: LargeBodyThread;
  let historyHandle: Handle;
  let searchSource: IntentSearchSource;
  let app: NestFastifyApplication;

  beforeAll(async () => {
    writer = await WriterThread.start(directory);
    const { database } = new DataDirectory(directory);
    api.reader = openReader(database, writer.commits);
    historyHandle = openForReading(database);
    api.history = new HistoryReader(historyHandle);
    searchSource = openSearchSource(
      database,
      registry.definitions.map(({ name }) => name),
    );
    const unit = new UnitOfWork(writer.connect());
    largeBodies = new LargeBodyThread(writer.connect());
    api.seed = async (objects) => void (await seed(registry, api.reader, unit, objects));
    await api.seed([
      { path: '/infra', body: {} },
      { path: '/infra/domains/default', body: {} },
    ]);

    @Global()
    @Module({
      providers: [
        { provide: REGISTRY, useValue: registry },
        { provide: INTENT_READER, useValue: api.reader },
        { provide: INTENT_WRITER, useValue: unit },
        { provide: LARGE_BODIES, useValue: largeBodies },
        { provide: AUTHORIZER, useValue: { may: () => true, require: () => undefined } },
        { provide: SEARCH_SOURCES, useValue: [searchSource] },
      ],
      exports: [REGISTRY, INTENT_READER, INTENT_WRITER, LARGE_BODIES, AUTHORIZER, SEARCH_SOURCES],
    })
    class Ground {}

    const logger = pino({ level: 'silent' });
    const settings = readSettings({ HEDDLE_DATA_DIR: directory });
    const module = await Test.createTestingModule({
      imports: [Ground, PolicyModule],
      controllers,
      providers: [{ provide: LOGGER, useValue: logger }, ErrorFilter],
    }).compile();
    app = module.createNestApplication<NestFastifyApplication>(createFastifyAdapter({ settings, logger, metrics: new Metrics() }), { logger: false });
    app.useGlobalFilters(app.get(ErrorFilter));
    app
      .getHttpAdapter()
      .getInstance()
      .addHook('preHandler', (request, _reply, done) => {
        (request as unknown as KnownRequest).heddle = {
          actor: api.actor,
          requestId: request.id,
          source: '127.0.0.1',
          method: request.method,
          uri: request.url,
        };
        done();
      });
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    api.http = supertest(app.getHttpServer());
  });

  afterAll(async () => {
    await app?.close();
    await largeBodies?.stop();
    api.reader?.close();
    historyHandle?.close();
    searchSource?.close();
    await writer?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  return api as PolicyApi;
}

export const P = '/policy/api/v1';
