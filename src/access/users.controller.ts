import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import { Answers, AnswersList, AnswersNothing, Asks, Takes } from '../operations/described.js';
import { type Listing, listing } from '../operations/listing.js';
import { readBody } from '../operations/typed-body.js';
import { AUTHORIZER, type Authorizer } from '../policy/request.js';
import { Accounts, LocalUser } from './accounts.js';
import { AccessDirectory } from './directory.js';
import { Permission } from './permission.js';

/** Local users. Everybody may change the own password; the rest is for those who administer the system. */
@ApiTags('Users')
@Controller('api/v1/node/users')
export class UsersController {
  constructor(
    private readonly accounts: Accounts,
    private readonly directory: AccessDirectory,
    @Inject(AUTHORIZER) private readonly authorizer: Authorizer,
  ) {}

  @Get()
  @Permission('system', 'read')
  @ApiOperation({ summary: 'List the local users.' })
  @AnswersList(LocalUser)
  list(): Listing<object> {
    return listing(this.accounts.list());
  }

  @Get(':userId')
  @Permission('system', 'read')
  @ApiOperation({ summary: 'Read a local user.' })
  @Answers(LocalUser)
  get(@Param('userId') userId: string): object {
    return this.accounts.get(userId);
  }

  @Post()
  @HttpCode(200)
  @Permission('system', 'write')
  @ApiOperation({ summary: 'Create a local user.' })
  @Asks('action', 'What to do.', { required: true, enum: ['create_user'] })
  @Takes(LocalUser)
  @Answers(LocalUser)
  create(@Query('action') action: string | undefined, @Body() body: unknown, @Req() request: FastifyRequest): Promise<object> {
    if (action !== 'create_user') throw unknownAction('create_user');
    return this.accounts.create(readBody(LocalUser, body), request.heddle);
  }

  @Put(':userId')
  @ApiOperation({ summary: 'Change a local user, or the own password.' })
  @Takes(LocalUser)
  @Answers(LocalUser)
  update(@Param('userId') userId: string, @Body() body: unknown, @Req() request: FastifyRequest): Promise<object> {
    const own = this.isOwn(userId, request);
    if (!own) this.authorizer.require(request.heddle, 'system', 'write');
    return this.accounts.update(userId, readBody(LocalUser, body), request.heddle, own);
  }

  @Post(':userId')
  @HttpCode(200)
  @ApiOperation({ summary: 'Activate a user with a password, deactivate one, or reset the own password.' })
  @Asks('action', 'What to do.', { required: true, enum: ['activate', 'deactivate', 'reset_own_password'] })
  @Takes(LocalUser, { required: false })
  @Answers(LocalUser)
  act(@Param('userId') userId: string, @Query('action') action: string | undefined, @Body() body: unknown, @Req() request: FastifyRequest): Promise<object> {
    const own = this.isOwn(userId, request);
    if (action === 'reset_own_password' && own) return this.accounts.update(userId, readBody(LocalUser, body), request.heddle, true);
    this.authorizer.require(request.heddle, 'system', 'write');
    if (action === 'activate') return this.accounts.activate(userId, readBody(LocalUser, body).password, request.heddle);
    if (action === 'deactivate') return this.accounts.deactivate(userId, request.heddle);
    throw unknownAction('activate, deactivate or, for the own user, reset_own_password');
  }

  @Delete(':userId')
  @HttpCode(200)
  @Permission('system', 'write')
  @ApiOperation({ summary: 'Delete a local user.' })
  @AnswersNothing()
  remove(@Param('userId') userId: string, @Req() request: FastifyRequest): Promise<void> {
    return this.accounts.remove(userId, request.heddle);
  }

  private isOwn(userId: string, { heddle: { actor } }: FastifyRequest): boolean {
    return String(this.directory.find('account', actor.user)?.userId) === userId;
  }
}

function unknownAction(known: string): PolicyError {
  return new PolicyError({ status: 400, code: CODES.field, field: 'action', message: `Parameter action must be ${known}.` });
}
