import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Global, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { pino } from 'pino';
import { runAgent } from '../../src/agent/main.js';
import { AgentsModule } from '../../src/agents/agents.module.js';
import { EnrolmentService } from '../../src/agents/enrolment/enrolment.service.js';
import { CertificateAuthority } from '../../src/agents/pki/certificate-authority.js';
import { serverCertificate } from '../../src/agents/pki/server-certificate.js';
import { CERTIFICATE_LIFETIME } from '../../src/agents/realization-host.js';
import { RealizationThread } from '../../src/agents/realization-thread.js';
import { storedEnrolment } from '../../src/agents/stored-fabric.js';
import { AUDIT_SINK, type AuditEntry } from '../../src/audit/audit-sink.js';
import { LargeBodyThread } from '../../src/manager/large-bodies.js';
import { seed } from '../../src/manager/seed.js';
import { registry } from '../../src/model/types.js';
import { ErrorFilter } from '../../src/operations/error.filter.js';
import { createFastifyAdapter } from '../../src/operations/http-server.js';
import { LOGGER } from '../../src/operations/logger.js';
import { Metrics } from '../../src/operations/metrics.js';
import { readSettings } from '../../src/operations/settings.js';
import { PolicyModule } from '../../src/policy/policy.module.js';
import { INTENT_READER, INTENT_WRITER, LARGE_BODIES, REGISTRY } from '../../src/policy/ports.js';
import { AUTHORIZER, type KnownRequest } from '../../src/policy/request.js';
import { DataDirectory } from '../../src/store/data-directory.js';
import { openReader, type StoreReader } from '../../src/store/reader.js';
import { UnitOfWork, WriterThread } from '../../src/store/unit-of-work.js';

export const ENFORCEMENT_POINT = '/infra/sites/default/enforcement-points/default';

/** Milliseconds; far above what anything takes to end. */
const ENDS_WITHIN = 60_000;

/** Everything between the API and a node, on real threads and real TLS; only logins are left out. */
export class ManagerUnderTest {
  private readonly agents: { readonly controller: AbortController; readonly done: Promise<void> }[] = [];

  private constructor(
    readonly directory: string,
    readonly url: string,
    readonly authority: CertificateAuthority,
    readonly reader: StoreReader,
    readonly unit: UnitOfWork,
    readonly enrolment: EnrolmentService,
    readonly realization: RealizationThread,
    readonly audited: AuditEntry[],
    private readonly stops: ReadonlyMap<string, () => Promise<unknown>>,
  ) {}

  static async start(directory = mkdtempSync(join(tmpdir(), 'heddle-manager-')), ports = { https: 0, agents: 0 }): Promise<ManagerUnderTest> {
    const writer = await WriterThread.start(directory);
    const reader = openReader(new DataDirectory(directory).database);
    const unit = new UnitOfWork(writer.connect());
    const largeBodies = new LargeBodyThread(writer.connect());
    await seed(registry, reader, unit, [
      { path: '/infra', body: {} },
      { path: '/infra/domains/default', body: {} },
      { path: '/infra/sites/default', body: {} },
      { path: ENFORCEMENT_POINT, body: {} },
      { path: `${ENFORCEMENT_POINT}/transport-zones/overlay`, body: { tz_type: 'OVERLAY_STANDARD', is_default: true } },
    ]);
    const pki = join(directory, 'pki');
    const authority = await CertificateAuthority.open(pki);
    const certificate = await serverCertificate(pki, authority, ['localhost', '127.0.0.1']);
    const realization = await RealizationThread.start(
      {
        database: new DataDirectory(directory).database,
        secretKeys: new DataDirectory(directory).secretKeys,
        pki,
        host: '127.0.0.1',
        agentPort: ports.agents,
        certificate,
        logLevel: 'error',
      },
      { writer: writer.connect(), feed: writer.feed() },
    );
    const enrolment = new EnrolmentService(authority, reader, storedEnrolment(unit, reader), {
      agentPort: realization.ready.agentPort,
      certificateLifetime: CERTIFICATE_LIFETIME,
    });
    const audited: AuditEntry[] = [];
    const provided = [
      { provide: REGISTRY, useValue: registry },
      { provide: INTENT_READER, useValue: reader },
      { provide: INTENT_WRITER, useValue: unit },
      { provide: LARGE_BODIES, useValue: largeBodies },
      { provide: AUTHORIZER, useValue: { may: () => true, require: () => undefined } },
      { provide: AUDIT_SINK, useValue: { record: async (entry: AuditEntry) => void audited.push(entry) } },
    ];

    @Global()
    @Module({ providers: provided, exports: provided.map(({ provide }) => provide) })
    class Ground {}

    const logger = pino({ level: 'silent' });
    const module = await Test.createTestingModule({
      imports: [Ground, PolicyModule, AgentsModule.register({ enrolment, fabric: realization.calls, reader })],
      providers: [{ provide: LOGGER, useValue: logger }, ErrorFilter],
    }).compile();
    const adapter = createFastifyAdapter({
      settings: readSettings({ HEDDLE_DATA_DIR: directory }),
      certificate: { certificate: certificate.certificate, key: certificate.privateKey },
      logger,
      metrics: new Metrics(),
    });
    const app = module.createNestApplication<NestFastifyApplication>(adapter, { logger: false });
    app.useGlobalFilters(app.get(ErrorFilter));
    adapter.getInstance().addHook('preHandler', (request, _reply, done) => {
      const actor = { user: 'admin', principal: false, roles: ['enterprise_admin'] };
      (request as unknown as KnownRequest).heddle = { actor, requestId: request.id, source: '127.0.0.1', method: request.method, uri: request.url };
      done();
    });
    await app.listen(ports.https, '127.0.0.1');
    const { port } = (app.getHttpServer() as Server).address() as { port: number };
    return new ManagerUnderTest(
      directory,
      `https://localhost:${port}`,
      authority,
      reader,
      unit,
      enrolment,
      realization,
      audited,
      new Map<string, () => Promise<unknown>>([
        [
          'the API',
          () => {
            // A connection that nobody asks anything over any more would be waited for.
            (app.getHttpServer() as Server).closeAllConnections();
            return app.close();
          },
        ],
        ['the thread of realization', () => realization.stop()],
        ['the thread of large bodies', () => largeBodies.stop()],
        ['the unit of work', async () => unit.close()],
        ['the reader', async () => reader.close()],
        ['the writer', () => writer.stop()],
      ]),
    );
  }

  /** A request to the API; `path` is whole. */
  async call(
    method: string,
    path: string,
    body?: object,
  ): Promise<{ readonly status: number; readonly body: Record<string, never> & { readonly [key: string]: unknown } }> {
    const { request } = await import('node:https');
    return new Promise((resolve, reject) => {
      const sent = request(
        this.url + path,
        { method, ca: this.authority.certificate, agent: false, headers: { 'content-type': 'application/json' } },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text === '' ? {} : JSON.parse(text) }));
        },
      );
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** Writes intent; fails the test where the API does not take it. */
  async patch(path: string, body: object): Promise<void> {
    const answer = await this.call('PATCH', `/policy/api/v1${path}`, body);
    if (answer.status !== 200) throw new Error(`PATCH ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  /** Makes a host's object and answers its path. */
  async host(id: string): Promise<string> {
    const path = `${ENFORCEMENT_POINT}/host-transport-nodes/${id}`;
    await this.patch(path, {});
    return path;
  }

  async token(nodePath: string, validMinutes = 60): Promise<string> {
    const { status, body } = await this.call('POST', '/heddle/api/v1/enrolment-tokens', { node_path: nodePath, valid_minutes: validMinutes });
    if (status !== 201) throw new Error(`no token: ${JSON.stringify(body)}`);
    return String(body.token);
  }

  /** Runs an agent in this process, enrolled with a token. */
  async agent(nodePath: string, stateDir = mkdtempSync(join(tmpdir(), 'heddle-agent-'))): Promise<{ readonly stateDir: string; stop(): Promise<void> }> {
    const controller = new AbortController();
    const token = await this.token(nodePath);
    const done = runAgent(
      { stateDir, manager: this.url, token, engine: 'simulated', tunnelAddresses: ['192.0.2.1'], softwareVersion: '0.1.0', logLevel: 'silent' },
      controller.signal,
    );
    this.agents.push({ controller, done });
    return {
      stateDir,
      stop: () => {
        controller.abort();
        return done;
      },
    };
  }

  async stop(keep = false): Promise<void> {
    for (const { controller, done } of this.agents) {
      controller.abort();
      await ends(
        'an agent',
        done.catch(() => undefined),
      );
    }
    for (const [what, stop] of this.stops) await ends(what, stop());
    if (!keep) rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Says what it is that does not end, rather than that something does not. */
async function ends(what: string, ending: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not end`)), ENDS_WITHIN);
  });
  await Promise.race([ending, late]).finally(() => clearTimeout(timer));
}
