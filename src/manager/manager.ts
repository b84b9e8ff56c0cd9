import 'reflect-metadata';
import type { Server } from 'node:https';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger } from 'pino';
import { Accounts, type AdminPassword } from '../access/accounts.js';
import { AccessDirectory } from '../access/directory.js';
import { PasswordReset } from '../access/password-reset.js';
import { PasswordChecker } from '../access/passwords.js';
import { StoredRecords } from '../access/stored-records.js';
import { EnrolmentService } from '../agents/enrolment/enrolment.service.js';
import { CertificateAuthority } from '../agents/pki/certificate-authority.js';
import { renewServerCertificate } from '../agents/pki/certificate-renewal.js';
import { serverCertificate, serverNames } from '../agents/pki/server-certificate.js';
import { CERTIFICATE_LIFETIME } from '../agents/realization-host.js';
import { RealizationThread } from '../agents/realization-thread.js';
import { storedEnrolment } from '../agents/stored-fabric.js';
import { DEFAULT_OBJECTS } from '../model/defaults/default-objects.js';
import { registry } from '../model/types.js';
import { createFastifyAdapter, type ServerCertificate } from '../operations/http-server.js';
import { createLogger, NestLogger } from '../operations/logger.js';
import { Metrics } from '../operations/metrics.js';
import { ownCertificate } from '../operations/own-certificate.js';
import { Readiness } from '../operations/readiness.js';
import { type Settings, SettingsError } from '../operations/settings.js';
import { StoredLicenses } from '../operations/stored-licenses.js';
import { VERSION } from '../shared/version.js';
import { DataDirectory } from '../store/data-directory.js';
import { openReader, type StoreReader } from '../store/reader.js';
import { openSearchSource } from '../store/search-source.js';
import { UnitOfWork, WriterThread } from '../store/unit-of-work.js';
import { AppModule } from './app.module.js';
import { DocumentationText } from './documentation-text.js';
import { provideFigures } from './figures.js';
import { LargeBodyThread } from './large-bodies.js';
import { describeApi } from './openapi.js';
import { seed } from './seed.js';
import { type FabricMemory, SimulatedFabricProcess } from './simulated-fabric.js';

/** A manager that serves. */
export interface Manager {
  readonly url: string;
  readonly agentPort: number;
  readonly adminPassword: AdminPassword;
  /** Settles when a part failed for good, with what it was; the process should end then. */
  readonly failed: Promise<Error>;
  /** Answers what is under way, keeps what is to be kept, and ends every thread. */
  stop(): Promise<void>;
}

/** Undoes the steps of a start, last first. */
class Steps {
  private readonly undo: (() => unknown)[] = [];

  add(undo: () => unknown): void {
    this.undo.push(undo);
  }

  async undoAll(): Promise<void> {
    for (let step = this.undo.pop(); step; step = this.undo.pop()) await step();
  }
}

/** Starts a manager: store, realization, API, in this order. Whatever fails ends what was started before. */
export async function startManager(settings: Settings): Promise<Manager> {
  const steps = new Steps();
  try {
    return await start(settings, steps);
  } catch (error) {
    await steps.undoAll();
    throw error;
  }
}

async function start(settings: Settings, steps: Steps): Promise<Manager> {
  const operatorsOwn = ownCertificate(settings);
  const logger = createLogger(settings.logLevel);
  const metrics = new Metrics();
  const directory = new DataDirectory(settings.dataDir);
  directory.prepare();
  const authority = await CertificateAuthority.open(settings.dataDir);
  const names = serverNames(settings.host, settings.certificateNames);
  const own = await serverCertificate(settings.dataDir, authority, names);

  const store = await WriterThread.start(settings.dataDir);
  steps.add(() => store.stop());
  const reader = openReader(directory.database, store.commits);
  steps.add(() => reader.close());
  const work = new UnitOfWork(store.connect());
  const written = await seed(registry, reader, work, DEFAULT_OBJECTS);
  if (written > 0) logger.info({ objects: written }, 'default objects written');

  const records = new StoredRecords(reader, work);
  const access = new AccessDirectory(records);
  const { adminPassword, auditPassword } = settings;
  const accounts = new Accounts(access, new PasswordChecker());
  const password = await accounts.prepare({ adminPassword, auditPassword });
  const reset = new PasswordReset(settings.dataDir);
  await reset.apply(accounts, logger);
  steps.add(reset.watch(accounts, logger));

  const realization = await listening('HEDDLE_AGENT_PORT', settings.agentPort, () =>
    RealizationThread.start(
      {
        database: directory.database,
        secretKeys: directory.secretKeys,
        pki: settings.dataDir,
        host: settings.host,
        agentPort: settings.agentPort,
        certificate: own,
        logLevel: settings.logLevel,
      },
      { writer: store.connect(), feed: store.feed() },
    ),
  );
  steps.add(() => realization.stop());
  const largeBodies = new LargeBodyThread(store.connect());
  steps.add(() => largeBodies.stop());
  const types = registry.definitions.map(({ name }) => name);
  const searchSource = openSearchSource(directory.database, types);
  steps.add(() => searchSource.close());

  const { agentPort } = realization.ready;
  const enrolment = new EnrolmentService(authority, reader, storedEnrolment(work, reader), { agentPort, certificateLifetime: CERTIFICATE_LIFETIME });
  const readiness = new Readiness();
  readiness.add('store', () => (reader.sequence() >= 0 ? undefined : 'unreadable'));
  readiness.add('realization', async () => {
    await realization.calls.realizationCounters();
    return undefined;
  });
  provideFigures(metrics, reader, realization.calls);
  const app = await createApi(settings, { logger, metrics, certificate: operatorsOwn ?? { certificate: own.certificate, key: own.privateKey } }, () =>
    AppModule.of({
      registry,
      reader,
      writer: work,
      largeBodies,
      searchSource,
      fabric: reader.fabric,
      tags: reader,
      agents: { enrolment, fabric: realization.calls, reader },
      history: reader.history,
      access: { directory: access, audit: records, metrics, logger },
      operations: {
        node: { productVersion: settings.productVersion, installation: reader.fact('installation') ?? '' },
        licenses: new StoredLicenses(reader, work),
        readiness,
        metrics,
        logger,
      },
    }),
  );
  steps.add(() => app.close());
  app.get(DocumentationText).document = JSON.stringify(describeApi(app));
  await listening('HEDDLE_PORT', settings.port, () => app.listen(settings.port, settings.host));
  const url = await app.getUrl();
  const stopRenewing = renewServerCertificate({
    directory: settings.dataDir,
    authority,
    names,
    shown: own,
    show: async (fresh) => {
      await realization.calls.replaceCertificate(fresh);
      if (!operatorsOwn) (app.getHttpServer() as Server).setSecureContext({ cert: fresh.certificate, key: fresh.privateKey, minVersion: 'TLSv1.2' });
    },
    failed: (error) => logger.error({ err: error }, 'the certificate of the manager could not be renewed'),
  });
  steps.add(stopRenewing);

  const { hosts, edges } = settings.simulatedNodes;
  if (hosts + edges > 0) {
    const fabric = await SimulatedFabricProcess.start({
      count: settings.simulatedNodes,
      registry,
      reader,
      writer: work,
      memory: fabricMemory(reader, work),
      enrolment,
      manager: url,
      httpsAuthority: operatorsOwn?.certificate,
      agentHost: LOOPBACK_OF[settings.host] ?? settings.host,
      agentPort,
      dataDir: settings.dataDir,
      softwareVersion: VERSION,
      logLevel: settings.logLevel,
    });
    steps.add(() => fabric.stop());
    fabric.onExit((code) => logger.error({ code }, 'the simulated nodes ended: start the manager again to have them back'));
  }

  return {
    url,
    agentPort,
    adminPassword: password,
    failed: firstFailure([store, realization, largeBodies]),
    stop: () => steps.undoAll(),
  };
}

interface ApiGround {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly certificate: ServerCertificate;
}

async function createApi(
  settings: Settings,
  { logger, metrics, certificate }: ApiGround,
  module: () => ReturnType<typeof AppModule.of>,
): Promise<NestFastifyApplication> {
  const adapter = createFastifyAdapter({ settings, certificate, logger, metrics });
  return NestFactory.create<NestFastifyApplication>(module(), adapter, { logger: new NestLogger(logger), abortOnError: false });
}

/** Says which setting to change when a port cannot be had. */
async function listening<T>(variable: string, port: number, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    if (!/EADDRINUSE|EACCES/.test(String(error))) throw error;
    throw new SettingsError(`${variable}: port ${port} is in use by another program, or not allowed to this one: choose another port, or 0 for a free one.`);
  }
}

interface Failing {
  onFailure(listener: (error: Error) => void): void;
}

function firstFailure(parts: readonly Failing[]): Promise<Error> {
  return new Promise((resolve) => {
    for (const part of parts) part.onFailure(resolve);
  });
}

/** Where nodes on this machine reach a manager that listens everywhere. */
const LOOPBACK_OF: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

const FABRIC_FACT = 'simulated-fabric';

function fabricMemory(reader: StoreReader, work: UnitOfWork): FabricMemory {
  return {
    get made() {
      return JSON.parse(reader.fact(FABRIC_FACT) ?? '[]');
    },
    remember: async (made) => void (await work.submit('meta.set', { [FABRIC_FACT]: JSON.stringify(made) })),
  };
}
