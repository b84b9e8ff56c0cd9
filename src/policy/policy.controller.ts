import { Controller, Delete, Get, HttpCode, Patch, Post, Put, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import type { Move } from './command.js';
import { PolicyService, type WriteOptions } from './policy-service.js';
import type { ListQuery } from './reading.js';
import type { KnownRequest } from './request.js';
import { treeFilter } from './tree-filter.js';

const PREFIX = '/policy/api/v1';
const PATHS = ['policy/api/v1/infra', 'policy/api/v1/infra/*'];

/** Large bodies come as bytes: they are parsed and checked on a thread of their own. */
const TAKES_BYTES = RouteConfig({ bytes: true });

/** Query parameters of any operation on the tree; each operation looks at those it knows. */
type TreeQuery = ListQuery & Readonly<Record<string, string | undefined>>;

/**
 * The routes of every resource type. One controller serves them all: the registry knows from the path which type is meant and
 * which verbs it has, so a new type needs no route of its own. Paths that answer something else than intent (`/state`,
 * `/members/...`) have controllers of their own, which the router prefers. OpenAPI describes each type's routes one by one; it is
 * generated from the registry, not from here. Handlers take the request whole: parameters that Nest takes out of it would make every
 * request wait for a promise each.
 */
@ApiExcludeController()
@Controller()
export class PolicyController {
  constructor(private readonly policy: PolicyService) {}

  @Get(PATHS)
  get(@Req() request: KnownRequest, @Res() reply: FastifyReply): void {
    const query = request.query as TreeQuery;
    const path = policyPath(request);
    const filter = path === '/infra' ? treeFilter(query) : undefined;
    if (filter) void reply.send(this.policy.readTree(request.heddle, filter));
    else void json(reply, this.policy.read(request.heddle, path, query));
  }

  @Put(PATHS)
  @TAKES_BYTES
  async put(@Req() request: KnownRequest, @Res() reply: FastifyReply): Promise<void> {
    written(reply, await this.policy.put(request.heddle, policyPath(request), request.body, optionsOf(request)));
  }

  @Patch(PATHS)
  @TAKES_BYTES
  async patch(@Req() request: KnownRequest, @Res() reply: FastifyReply): Promise<void> {
    written(reply, await this.policy.patch(request.heddle, policyPath(request), request.body, optionsOf(request)));
  }

  @Delete(PATHS)
  async delete(@Req() request: KnownRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.policy.delete(request.heddle, policyPath(request), optionsOf(request));
    reply.code(200).send();
  }

  @Post(PATHS)
  @HttpCode(200)
  async post(@Req() request: KnownRequest, @Res() reply: FastifyReply): Promise<void> {
    const query = request.query as TreeQuery;
    const path = policyPath(request);
    if (query.action !== 'revise') {
      throw new PolicyError({
        status: 400,
        code: CODES.unknownRoute,
        path,
        message: 'POST needs an action that the object has, such as ?action=revise: to create an object, PUT or PATCH its path.',
      });
    }
    written(reply, await this.policy.revise(request.heddle, path, request.body ?? undefined, moveOf(query), optionsOf(request)));
  }
}

function json(reply: FastifyReply, text: string): void {
  reply.code(200).header('content-type', 'application/json; charset=utf-8').send(text);
}

/** Answers a write: with the object, or with nothing where none is answered. */
function written(reply: FastifyReply, text: string | undefined): void {
  if (text === undefined) reply.code(200).send();
  else json(reply, text);
}

/** The policy path of a request, each segment decoded by itself, so that an encoded slash stays visible and is refused. */
function policyPath(request: KnownRequest): string {
  const [path = ''] = request.url.split('?', 1);
  const given = path.slice(PREFIX.length);
  // Most ids need no encoding, and most paths are as they should be.
  if (!/%|\/\/|\/$/.test(given)) return given;
  const segments = given.split('/').filter((segment, index) => index === 0 || segment !== '');
  try {
    const decoded = segments.map(decodeURIComponent);
    if (decoded.some((segment) => segment.includes('/'))) throw new URIError();
    return decoded.join('/');
  } catch {
    throw new PolicyError({
      status: 400,
      code: CODES.field,
      message: `The path ${path} is not well encoded: an id must not hold a slash, and percent signs must introduce UTF-8.`,
    });
  }
}

function optionsOf(request: KnownRequest): WriteOptions {
  const query = request.query as TreeQuery;
  const { headers } = request;
  return {
    force: flag(query, 'force'),
    enforceRevision: flag(query, 'enforce_revision_check'),
    refuseSubtree: flag(query, 'fail_if_subtree_exists'),
    dryRun: flag(query, 'dry_run'),
    partial: saysTrue(headers['nsx-enable-partial-patch']),
    allowOverwrite: saysTrue(headers['x-allow-overwrite']),
  };
}

/** Clients write True as well as true. */
function saysTrue(header: string | string[] | undefined): boolean {
  return typeof header === 'string' && header.toLowerCase() === 'true';
}

function flag(query: TreeQuery, name: string): boolean {
  const value = query[name];
  if (value === undefined || value === '' || value === 'false') return false;
  if (value === 'true') return true;
  throw new PolicyError({ status: 400, code: CODES.field, field: name, message: `Parameter ${name} must be true or false.` });
}

const OPERATIONS: readonly Move['operation'][] = ['insert_top', 'insert_bottom', 'insert_before', 'insert_after'];

function moveOf(query: TreeQuery): Move {
  const operation = (query.operation ?? 'insert_top') as Move['operation'];
  if (!OPERATIONS.includes(operation)) {
    throw new PolicyError({ status: 400, code: CODES.field, field: 'operation', message: `Parameter operation must be one of ${OPERATIONS.join(', ')}.` });
  }
  return { operation, anchor: query.anchor_path };
}
