import 'reflect-metadata';
import { connect } from 'node:net';
import { Body, Controller, Delete, Get, Module, Param, Patch, Post, Query } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { PolicyError } from '../../src/model/problem.js';
import { ErrorFilter } from '../../src/operations/error.filter.js';
import type { ErrorBody } from '../../src/operations/error-body.js';
import { createFastifyAdapter } from '../../src/operations/http-server.js';
import { createLogger, LOGGER, NestLogger } from '../../src/operations/logger.js';
import { Metrics } from '../../src/operations/metrics.js';
import { Route } from '../../src/operations/route-facts.js';
import { readSettings } from '../../src/operations/settings.js';

@Controller('things')
class ThingsController {
  @Get(':id')
  get(@Param('id') id: string, @Query() query: object): object {
    if (id === 'bug') throw new TypeError('cannot read properties of undefined: secret-inside');
    if (id === 'held') return new Promise((resolve) => setTimeout(resolve, 200, { id }));
    return { id, query };
  }

  @Patch(':id')
  patch(@Body() body: unknown): object {
    return { kind: Buffer.isBuffer(body) ? 'bytes' : typeof body, body: Buffer.isBuffer(body) ? body.length : body };
  }

  @Delete(':id')
  remove(@Body() body: unknown): object {
    return { body: body === undefined ? 'none' : body };
  }

  @Post('form')
  @Route({ form: true, public: true })
  form(@Body() body: unknown): object {
    return { body };
  }

  @Post('bytes')
  @Route({ bytes: true })
  bytes(@Body() body: unknown): object {
    return this.patch(body);
  }

  @Get('broken/two')
  two(): never {
    throw new PolicyError(
      {
        status: 400,
        code: 255,
        path: '/infra/segments/web',
        field: 'subnets[0].gateway_address',
        message: 'Field subnets[0].gateway_address is required: add it.',
      },
      { status: 400, code: 255, field: 'vlan', message: 'Field vlan is unknown: remove it or correct its name.' },
    );
  }
}

let app: NestFastifyApplication | undefined;
let logged: string[] = [];

async function start(environment: NodeJS.ProcessEnv = {}): Promise<{ url: string; port: number }> {
  logged = [];
  const logger = createLogger('debug', { write: (line) => logged.push(line) });
  @Module({
    controllers: [ThingsController],
    providers: [
      { provide: LOGGER, useValue: logger },
      { provide: APP_FILTER, useClass: ErrorFilter },
    ],
  })
  class TestModule {}
  const adapter = createFastifyAdapter({ settings: readSettings(environment), logger, metrics: new Metrics() });
  app = await NestFactory.create<NestFastifyApplication>(TestModule, adapter, { logger: new NestLogger(logger) });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  return { url: `http://127.0.0.1:${port}`, port };
}

afterEach(async () => {
  await app?.close();
  app = undefined;
});

/** Sends raw bytes and reads the answer to its end. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(text));
    let answer = '';
    socket.on('data', (data) => {
      answer += data.toString();
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

const json = { 'content-type': 'application/json' };

describe('requests as real clients send them', () => {
  it('take a JSON content type without a body on any method', async () => {
    const { url } = await start();
    for (const method of ['GET', 'DELETE', 'PATCH']) expect((await fetch(`${url}/things/a`, { method, headers: json })).status).toBe(200);
  });

  it('take long identifiers, trailing and double slashes, and encoded characters', async () => {
    const { url } = await start();
    const id = 'ä'.repeat(1023);
    expect(await (await fetch(`${url}/things/${encodeURIComponent(id)}`)).json()).toMatchObject({ id });
    expect(await (await fetch(`${url}/things/a/?x=1&y=a%20b`)).json()).toEqual({ id: 'a', query: { x: '1', y: 'a b' } });
    expect((await fetch(`${url}//things//a`)).status).toBe(200);
    expect(await (await fetch(`${url}/things/a%2Fb:c`)).json()).toMatchObject({ id: 'a/b:c' });
  });

  it('keep a connection open for the next one', async () => {
    const { port } = await start();
    const answer = await raw(port, 'GET /things/a HTTP/1.1\r\nhost: x\r\n\r\nGET /things/b HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    expect(answer.match(/HTTP\/1.1 200/g)).toHaveLength(2);
    expect(answer).toMatch(/keep-alive: timeout=75/i);
  });

  it('carry an id of the client through, or get one', async () => {
    const { url } = await start();
    expect((await fetch(`${url}/things/a`, { headers: { 'x-request-id': 'terraform-17' } })).headers.get('x-request-id')).toBe('terraform-17');
    expect((await fetch(`${url}/things/a`, { headers: { 'x-request-id': 'two words' } })).headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(logged.some((line) => JSON.parse(line).requestId === 'terraform-17')).toBe(true);
  });

  it('may be forms only where a form is expected', async () => {
    const { url } = await start();
    const form = { method: 'POST', body: new URLSearchParams({ j_username: 'admin', j_password: 'a+b&c' }) };
    expect(await (await fetch(`${url}/things/form`, form)).json()).toEqual({ body: { j_username: 'admin', j_password: 'a+b&c' } });
    const refused = await fetch(`${url}/things/a`, { ...form, method: 'PATCH' });
    expect(refused.status).toBe(415);
    expect(((await refused.json()) as ErrorBody).error_message).toContain('Content-Type: application/json');
  });

  it('hand large bodies on as bytes where another thread will parse them', async () => {
    const { url } = await start();
    const body = JSON.stringify({ text: 'x'.repeat(300_000) });
    expect(await (await fetch(`${url}/things/bytes`, { method: 'POST', headers: json, body })).json()).toEqual({ kind: 'bytes', body: body.length });
    expect(await (await fetch(`${url}/things/bytes`, { method: 'POST', headers: json, body: '{"a":1}' })).json()).toEqual({ kind: 'object', body: { a: 1 } });
  });
});

describe('errors', () => {
  /** Every answer must be a JSON object with these, or clients crash. */
  async function failing(answer: Response): Promise<ErrorBody> {
    expect(answer.headers.get('content-type')).toContain('application/json');
    const body = (await answer.json()) as ErrorBody;
    expect(body).toMatchObject({
      httpStatus: expect.stringMatching(/^[A-Z_]+$/),
      error_code: expect.any(Number),
      module_name: 'policy',
      error_message: expect.stringMatching(/\.$/),
    });
    return body;
  }

  it.each([
    ['an unknown route', 'GET', '/nowhere', undefined, 404, 'NOT_FOUND', /Cannot GET \/nowhere/],
    ['a body cut short', 'PATCH', '/things/a', '{"a": ', 400, 'BAD_REQUEST', /line 1, column 7/],
    ['a body nested too deep', 'PATCH', '/things/a', '['.repeat(5000), 400, 'BAD_REQUEST', /nested deeper/],
    ['a URL encoded wrongly', 'GET', '/things/%ZZ', undefined, 400, 'BAD_REQUEST', /percent-encode/],
    ['an id too long', 'GET', `/things/${'a'.repeat(20_000)}`, undefined, 414, 'URI_TOO_LONG', /1,023 characters/],
    ['a parameter given twice', 'GET', '/things/a?x=1&y=2&x=3', undefined, 400, 'BAD_REQUEST', /Parameter x is given more than once/],
    ['a URL too long', 'GET', `/things/a?${'b'.repeat(40_000)}`, undefined, 414, 'URI_TOO_LONG', /shorten/],
  ])('of %s have the shape of NSX-T', async (_what, method, path, body, status, name, message) => {
    const { url } = await start();
    const answer = await fetch(url + path, { method, body, headers: json });
    expect(answer.status).toBe(status);
    expect(await failing(answer)).toMatchObject({ httpStatus: name, error_message: expect.stringMatching(message) });
  });

  it('say which type a body must have, and how large it may be', async () => {
    const { url } = await start({ HEDDLE_BODY_LIMIT_MIB: '1' });
    const xml = await fetch(`${url}/things/a`, { method: 'PATCH', headers: { 'content-type': 'text/xml' }, body: '<a/>' });
    expect(xml.status).toBe(415);
    expect((await failing(xml)).error_message).toContain('application/json');
    const large = await fetch(`${url}/things/a`, { method: 'PATCH', headers: json, body: `"${'x'.repeat(1_100_000)}"` });
    expect(large.status).toBe(413);
    expect((await failing(large)).error_message).toContain('HEDDLE_BODY_LIMIT_MIB');
    const unknown = await fetch(`${url}/things/form`, { method: 'POST', body: new URLSearchParams({ j_password: 'x'.repeat(70_000) }) });
    expect(unknown.status).toBe(413);
  });

  it('list every problem, each with its place', async () => {
    const { url } = await start();
    expect(await failing(await fetch(`${url}/things/broken/two`))).toEqual({
      httpStatus: 'BAD_REQUEST',
      error_code: 255,
      module_name: 'policy',
      error_message: 'Field subnets[0].gateway_address is required: add it.',
      details: 'Object /infra/segments/web, field subnets[0].gateway_address.',
      error_data: { path: '/infra/segments/web', field: 'subnets[0].gateway_address' },
      related_errors: [
        {
          httpStatus: 'BAD_REQUEST',
          error_code: 255,
          module_name: 'policy',
          error_message: 'Field vlan is unknown: remove it or correct its name.',
          details: 'Field vlan.',
          error_data: { field: 'vlan' },
        },
      ],
    });
  });

  it('that nobody foresaw are logged with their stack, and tell the client only where to look', async () => {
    const { url } = await start();
    const answer = await fetch(`${url}/things/bug`, { headers: { 'x-request-id': 'find-me' } });
    expect(answer.status).toBe(500);
    const body = await failing(answer);
    expect(body.error_message).toContain('find-me');
    expect(JSON.stringify(body)).not.toContain('secret-inside');
    const line = logged.map((text) => JSON.parse(text)).find((entry) => entry.level === 'error');
    expect(line).toMatchObject({
      requestId: 'find-me',
      err: { message: expect.stringContaining('secret-inside'), stack: expect.stringContaining('http-server.test') },
    });
  });

  it('of what is no HTTP have the same shape', async () => {
    const { port } = await start();
    const answer = await raw(port, 'this is not HTTP\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 400 Bad Request\r\ncontent-type: application\/json/);
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({ httpStatus: 'BAD_REQUEST', module_name: 'policy' });
    expect(await raw(port, `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`)).toContain('HTTP/1.1 431');
  });
});

describe('limits', () => {
  it('answer 429 with Retry-After beyond the rate of a client', async () => {
    const { url } = await start({ HEDDLE_CLIENT_REQUESTS_PER_SECOND: '3' });
    const statuses = [];
    for (let sent = 0; sent < 4; sent += 1) statuses.push(await fetch(`${url}/things/a`));
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(statuses[3]?.headers.get('retry-after')).toBe('1');
    expect(await statuses[3]?.json()).toMatchObject({ httpStatus: 'TOO_MANY_REQUESTS', error_code: 429 });
  });

  it('answer 429 or 503 beyond the requests under way, and let the next in once one is answered', async () => {
    const one = await start({ HEDDLE_CLIENT_CONCURRENCY: '1' });
    const held = fetch(`${one.url}/things/held`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await fetch(`${one.url}/things/a`)).status).toBe(429);
    expect((await held).status).toBe(200);
    await app?.close();
    const all = await start({ HEDDLE_TOTAL_CONCURRENCY: '1' });
    const first = fetch(`${all.url}/things/held`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await fetch(`${all.url}/things/a`)).status).toBe(503);
    await first;
    expect((await fetch(`${all.url}/things/a`)).status).toBe(200);
  });
});
