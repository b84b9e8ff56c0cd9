import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CODES } from '../model/error-codes.js';
import { Field } from '../model/field.js';
import { PolicyError } from '../model/problem.js';
import { AnswersNothing, Takes } from '../operations/described.js';
import { Route } from '../operations/route-facts.js';
import { Authenticator } from './authenticator.js';
import { credentialsOf } from './credentials.js';
import { Login } from './login.js';
import { Sessions } from './sessions.js';

/** Attributes of the cookie: never sent in the clear, never readable by a page's scripts. */
const COOKIE = 'Path=/; Secure; HttpOnly; SameSite=Lax';

/** The form of a login, as clients of NSX-T send it. */
class LoginForm {
  @Field('string', 'Name of the user.', { required: true })
  j_username!: string;

  @Field('string', 'Password of the user.', { required: true, secret: true })
  j_password!: string;
}

@ApiTags('Session')
@Controller('api/session')
export class SessionController {
  constructor(
    private readonly login: Login,
    private readonly sessions: Sessions,
    private readonly authenticator: Authenticator,
  ) {}

  /** The form alone counts: clients send a Basic header of escaped credentials beside it, which would be wrong ones. */
  @Post('create')
  @HttpCode(200)
  @Route({ public: true, form: true })
  @ApiOperation({ summary: 'Begin a session: later requests send its cookie, and the header X-XSRF-TOKEN as it is answered here.' })
  @Takes(LoginForm, { form: true })
  @AnswersNothing({
    headers: {
      'Set-Cookie': 'The cookie JSESSIONID, which is the session.',
      'X-XSRF-TOKEN': 'What requests of the session must send in a header of this name.',
    },
  })
  async create(@Body() form: Partial<LoginForm> | undefined, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const { j_username: user, j_password: password } = form ?? {};
    if (typeof user !== 'string' || typeof password !== 'string') {
      throw new PolicyError({ status: 400, code: CODES.malformed, message: 'The form must have the fields j_username and j_password.' });
    }
    const context = { ...request.heddle, actor: { user: user.slice(0, 255), principal: false, roles: [] } };
    const account = await this.login.byPassword(user, password, context);
    const session = this.sessions.begin(account.id, account.passwordHash, Date.now());
    reply.header('set-cookie', `JSESSIONID=${session.id}; ${COOKIE}`).header('x-xsrf-token', session.token);
  }

  @Post('destroy')
  @HttpCode(200)
  @ApiOperation({ summary: 'End the session of the cookie.' })
  @AnswersNothing()
  destroy(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): void {
    const { session } = credentialsOf(request.headers);
    if (session !== undefined && this.authenticator.sessionOf(session)) this.sessions.end(session);
    reply.header('set-cookie', `JSESSIONID=; ${COOKIE}; Max-Age=0`);
  }
}
