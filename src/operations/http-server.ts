import { randomUUID } from 'node:crypto';
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import { parseJson } from '../shared/json.js';
import { sendError } from './error.filter.js';
import { errorBody, type Failure } from './error-body.js';
import type { Metrics } from './metrics.js';
import { type Refusal, RequestLimiter } from './request-limiter.js';
import { PARSED_HERE } from './route-facts.js';
import type { Settings } from './settings.js';

/** PEM texts of the HTTPS port. */
export interface ServerCertificate {
  readonly certificate: string;
  readonly key: string;
}

export interface HttpServerParts {
  readonly settings: Settings;
  /** Left out, the server speaks plain HTTP: for tests only. */
  readonly certificate?: ServerCertificate;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

const MIB = 1024 * 1024;
const SMALL_BODY = 64 * 1024;
/** Headers and the request line together; nested identifiers of 1,023 characters make long URLs. */
const HEADERS = 64 * 1024;
const LONGEST_URL = 32 * 1024;
/** Longest identifier, every character percent-encoded as four bytes of UTF-8. */
const LONGEST_PARAMETER = 1023 * 12;
/** Clients re-use connections and race with a server that closes them early; a minute and more is safe. */
const KEEP_ALIVE_MS = 75_000;
/** The largest body must arrive within this time. */
const REQUEST_MS = 300_000;

/**
 * Fastify as real clients need it, for `NestFactory.create`. Nest's own body parsers stay out: the ones here accept a JSON content
 * type without a body on any method, parse strictly, and leave large bodies to another thread.
 */
export function createFastifyAdapter(parts: HttpServerParts): FastifyAdapter {
  const { settings, certificate, logger } = parts;
  const adapter = new HeddleAdapter({
    ...(certificate ? { https: tlsOptions(certificate) } : { http: { maxHeaderSize: HEADERS } }),
    logger: false,
    skipMiddie: true,
    multipart: false,
    bodyLimit: settings.bodyLimitMiB * MIB,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: REQUEST_MS,
    routerOptions: { maxParamLength: LONGEST_PARAMETER, ignoreTrailingSlash: true, ignoreDuplicateSlashes: true },
    genReqId: requestId,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => sendError(error, request, reply, logger),
    clientErrorHandler: answerBrokenRequest,
  } as ConstructorParameters<typeof HeddleAdapter>[0]);
  const fastify: FastifyInstance = adapter.getInstance();
  addParsers(fastify);
  limitBodies(fastify);
  refuseRepeatedParameters(fastify);
  limitRequests(fastify, parts);
  observeRequests(fastify, parts);
  return adapter;
}

class HeddleAdapter extends FastifyAdapter {
  /** Keeps Nest from adding its parsers beside ours. */
  override registerParserMiddleware(): void {}
}

/** A client certificate is asked for and may be left out; whether it belongs to a principal identity is checked by login. */
function tlsOptions({ certificate, key }: ServerCertificate): object {
  return { cert: certificate, key, minVersion: 'TLSv1.2', requestCert: true, rejectUnauthorized: false, maxHeaderSize: HEADERS };
}

/** The client's own id when it is one word of sensible length, so that its log and ours can be laid side by side. */
function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w.:@/+=-]{1,128}$/.test(given) ? given : randomUUID();
}

function addParsers(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (body.length === 0) return done(null, undefined);
    if (request.routeOptions.config.bytes && body.length > PARSED_HERE) return done(null, body);
    try {
      done(null, parseJson(body));
    } catch (error) {
      done(error as Error);
    }
  });
  fastify.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: SMALL_BODY }, (request, body: string, done) => {
    if (request.routeOptions.config.form) return done(null, Object.fromEntries(new URLSearchParams(body)));
    done(
      new PolicyError({
        status: 415,
        code: 415,
        message: 'The body is marked as a form, which curl does unless told otherwise: send Content-Type: application/json.',
      }),
    );
  });
}

/** Whoever need not log in may not fill the memory either. */
function limitBodies(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    if (route.config?.public) route.bodyLimit = SMALL_BODY;
  });
  fastify.addHook('onRequest', (request, _reply, done) => {
    const tooLong = request.raw.url !== undefined && request.raw.url.length > LONGEST_URL;
    done(tooLong ? new PolicyError({ status: 414, code: 414, message: `The URL is longer than ${LONGEST_URL} characters: shorten it.` }) : undefined);
  });
}

/** Every parameter has one value: who reads it would take a list for a text. */
function refuseRepeatedParameters(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const query = request.query as Readonly<Record<string, unknown>>;
    for (const name in query) {
      if (!Array.isArray(query[name])) continue;
      return done(new PolicyError({ status: 400, code: CODES.field, field: name, message: `Parameter ${name} is given more than once: give it once.` }));
    }
    done();
  });
}

const REFUSALS: Readonly<Record<Refusal, { status: 429 | 503; message: string }>> = {
  'client rate': { status: 429, message: 'Too many requests a second from this address: slow down and try again.' },
  'client concurrency': { status: 429, message: 'Too many requests of this address are under way: wait for answers before sending more.' },
  'total concurrency': { status: 503, message: 'The manager is working on as many requests as it may: try again in a moment.' },
};

function limitRequests(fastify: FastifyInstance, { settings, metrics }: HttpServerParts): void {
  const limiter = new RequestLimiter(settings);
  if (!limiter.active) return;
  fastify.addHook('onRequest', (request, reply, done) => {
    const refusal = limiter.enter(request.ip, performance.now());
    if (refusal === undefined) {
      reply.raw.once('close', () => limiter.leave(request.ip));
      return done();
    }
    metrics.refused.inc({ limit: refusal });
    const { status, message } = REFUSALS[refusal];
    reply.header('retry-after', '1');
    done(new PolicyError({ status, code: status === 429 ? CODES.tooMany : 503, message }));
  });
}

/** Request ids on every answer, durations by route, and a line in the log: of failures always, of the rest when debugging. */
function observeRequests(fastify: FastifyInstance, { metrics, logger }: HttpServerParts): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    metrics.underWay.inc();
    reply.raw.once('close', () => metrics.underWay.dec());
    reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
    metrics.answered(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    const level = reply.statusCode >= 400 ? 'info' : 'debug';
    if (logger.isLevelEnabled(level)) {
      const line = {
        requestId: request.id,
        method: request.method,
        uri: request.url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        source: request.ip,
      };
      logger[level](line, 'request');
    }
    done();
  });
}

/** What cannot be read as HTTP at all has no request and no reply: the answer is written to the socket. */
function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const failure = brokenRequest(error.code);
  const body = JSON.stringify(errorBody([failure]));
  const head = `HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status]}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n`;
  socket.end(head + body);
}

function brokenRequest(code: string | undefined): Failure {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return { status: 408, code: 408, message: 'The request did not arrive in time: send it again.' };
  if (code === 'HPE_HEADER_OVERFLOW') return { status: 431, code: 431, message: `URL and headers are larger than ${HEADERS} bytes: shorten them.` };
  return { status: 400, code: CODES.malformed, message: 'The request is not valid HTTP/1.1: correct it.' };
}
