import 'reflect-metadata';
import { Controller, Delete, Get, Module, Req } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { AccessModule } from '../../src/access/access.module.js';
import { Accounts } from '../../src/access/accounts.js';
import { AccessDirectory } from '../../src/access/directory.js';
import { PasswordChecker } from '../../src/access/passwords.js';
import { Permission } from '../../src/access/permission.js';
import type { AccessRecord, AccessStore, RecordChange } from '../../src/access/records.js';
import type { AuditEntry, AuditSink } from '../../src/audit/audit-sink.js';
import { ErrorFilter } from '../../src/operations/error.filter.js';
import { createFastifyAdapter, type ServerCertificate } from '../../src/operations/http-server.js';
import { createLogger, LOGGER, NestLogger } from '../../src/operations/logger.js';
import { Metrics } from '../../src/operations/metrics.js';
import { readSettings } from '../../src/operations/settings.js';

/** Keeps records in memory as the store would, as JSON. */
export class MemoryRecords implements AccessStore, AuditSink {
  readonly kept = new Map<string, string>();
  readonly audited: AuditEntry[] = [];

  load(): readonly AccessRecord[] {
    return [...this.kept.values()].map((text) => JSON.parse(text));
  }

  async save(changes: readonly RecordChange[], audit?: AuditEntry): Promise<void> {
    for (const change of changes) {
      if ('put' in change) this.kept.set(`${change.put.kind} ${change.put.id}`, JSON.stringify(change.put));
      else this.kept.delete(`${change.remove.kind} ${change.remove.id}`);
    }
    if (audit) this.audited.push(audit);
  }

  async record(entry: AuditEntry): Promise<void> {
    this.audited.push(entry);
  }
}

/** Stands for the rest of the API. */
@Controller('things')
class ThingsController {
  @Get()
  @Permission('networking', 'read')
  read(@Req() { heddle }: FastifyRequest): object {
    return heddle.actor;
  }

  @Delete()
  @Permission('networking', 'write')
  remove(): object {
    return {};
  }
}

/** The access layer behind a real HTTP server, with `admin` and `audit` prepared. */
export class AccessApp {
  private constructor(
    readonly records: MemoryRecords,
    readonly directory: AccessDirectory,
    readonly logged: string[],
    private readonly app: NestFastifyApplication,
    readonly url: string,
  ) {}

  static async start(certificate?: ServerCertificate): Promise<AccessApp> {
    const records = new MemoryRecords();
    const directory = new AccessDirectory(records);
    await new Accounts(directory, new PasswordChecker()).prepare({ adminPassword: 'admin-pass+&word', auditPassword: 'audit-password' });
    const logged: string[] = [];
    const logger = createLogger('debug', { write: (line) => logged.push(line) });
    const metrics = new Metrics();
    @Module({
      imports: [AccessModule.register({ directory, audit: records, metrics, logger })],
      controllers: [ThingsController],
      providers: [
        { provide: LOGGER, useValue: logger },
        { provide: APP_FILTER, useClass: ErrorFilter },
      ],
    })
    class TestModule {}
    const adapter = createFastifyAdapter({ settings: readSettings({}), certificate, logger, metrics });
    const app = await NestFactory.create<NestFastifyApplication>(TestModule, adapter, { logger: new NestLogger(logger) });
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as { port: number };
    return new AccessApp(records, directory, logged, app, `${certificate ? 'https' : 'http'}://127.0.0.1:${port}`);
  }

  close(): Promise<void> {
    return this.app.close();
  }

  async call(method: string, path: string, headers: Record<string, string>, body?: unknown): Promise<{ status: number; headers: Headers; body: never }> {
    const answer = await fetch(this.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: (text === '' ? undefined : JSON.parse(text)) as never };
  }

  login(user: string, password: string): Promise<Response> {
    const escaped = Buffer.from(`${encodeURIComponent(user)}:${encodeURIComponent(password)}`).toString('base64');
    return fetch(`${this.url}/api/session/create`, {
      method: 'POST',
      headers: { authorization: `Basic ${escaped}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ j_username: user, j_password: password }).toString(),
    });
  }
}

export function basic(user: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

export const ADMIN = basic('admin', 'admin-pass+&word');
export const AUDITOR = basic('audit', 'audit-password');
