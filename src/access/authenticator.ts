import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { CODES } from '../model/error-codes.js';
import { PolicyError } from '../model/problem.js';
import type { Actor, RequestContext } from '../policy/ports.js';
import { fingerprintOf } from './certificates.js';
import { credentialsOf } from './credentials.js';
import { type AccessDirectory, rolesAtRoot } from './directory.js';
import type { Login } from './login.js';
import type { Account } from './records.js';
import { isToken, type Session, type Sessions } from './sessions.js';

/** What a request is judged by. */
export interface Sender {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket: Socket;
}

/** Whoever need not log in. */
export const NOBODY: Actor = { user: '', principal: false, roles: [] };

/**
 * Finds out who sends a request. A client certificate that belongs to a principal identity comes first, then a session, then Basic
 * credentials. Real clients send a session's cookie and Basic credentials together and never renew the session, so a cookie that
 * means nothing any more is passed over as long as there is something else to go by.
 */
export class Authenticator {
  private readonly certificates = new WeakMap<Socket, string | null>();
  /** Accounts are replaced when they change, so what is derived of one stays true of it. */
  private readonly actors = new WeakMap<Account, Actor>();

  constructor(
    private readonly directory: AccessDirectory,
    private readonly login: Login,
    private readonly sessions: Sessions,
    private readonly clock: () => number = Date.now,
  ) {}

  /**
   * @param anonymous the request as it is audited when nobody can be found behind it
   * @returns the actor, or a promise of it where a password has to be checked
   * @throws PolicyError 401 without credentials, 403 with wrong ones or a wrong anti-forgery token
   */
  authenticate(sender: Sender, anonymous: Omit<RequestContext, 'actor'>): Actor | Promise<Actor> {
    const principal = this.byCertificate(sender.socket);
    if (principal) return principal;
    const credentials = credentialsOf(sender.headers);
    const session = credentials.session === undefined ? undefined : this.sessionOf(credentials.session);
    if (session && this.isGenuine(session, credentials.token, sender.method)) return this.actorNamed(session.user);
    if (credentials.basic) {
      const { user, password } = credentials.basic;
      const account = this.login.recall(user, password);
      if (account) return this.actorOf(account);
      const named = { ...anonymous, actor: { ...NOBODY, user: user.slice(0, 255) } };
      return this.login.byPassword(user, password, named).then((checked) => this.actorOf(checked));
    }
    if (session)
      throw new PolicyError({
        status: 403,
        code: CODES.xsrf,
        message: 'The anti-forgery token is missing or wrong: send the X-XSRF-TOKEN that the session was created with.',
      });
    if (credentials.session !== undefined) throw new PolicyError({ status: 403, code: CODES.credentials, message: 'The session has ended: create a new one.' });
    if (credentials.unreadable) throw unauthorized('The Authorization header is not understood: send Basic credentials.');
    throw unauthorized('Nobody is logged in: send Basic credentials, a session or a client certificate.');
  }

  /** The live session of a request, for those who end it. */
  sessionOf(id: string): Session | undefined {
    const session = this.sessions.find(id, this.clock());
    if (!session) return undefined;
    if (this.login.isUsable(this.directory.find('account', session.user), session.passwordHash)) return session;
    this.sessions.end(id);
    return undefined;
  }

  /**
   * A page of another site can make a browser send the cookie, but cannot read the token. It cannot read answers either, so reads
   * pass without a token; a wrong one never does.
   */
  private isGenuine(session: Session, token: string | undefined, method: string): boolean {
    return token === undefined ? method === 'GET' || method === 'HEAD' : isToken(session, token);
  }

  private actorNamed(user: string): Actor {
    const account = this.directory.find('account', user);
    return account ? this.actorOf(account) : NOBODY;
  }

  private actorOf(account: Account): Actor {
    let actor = this.actors.get(account);
    if (!actor) {
      actor = { user: account.id, principal: false, roles: rolesAtRoot(account.rolesForPaths) };
      this.actors.set(account, actor);
    }
    return actor;
  }

  private byCertificate(socket: Socket): Actor | undefined {
    const fingerprint = this.fingerprintOf(socket);
    if (fingerprint === null) return undefined;
    const identity = this.directory.principalOf(fingerprint);
    const certificate = identity && this.directory.find('certificate', identity.certificateId);
    if (!identity || !certificate || certificate.notAfter <= this.clock()) return undefined;
    return { user: identity.name, principal: identity.isProtected, roles: rolesAtRoot(identity.rolesForPaths) };
  }

  /** Taking a certificate out of a TLS connection is slow, and it cannot change on the connection. */
  private fingerprintOf(socket: Socket): string | null {
    const known = this.certificates.get(socket);
    if (known !== undefined) return known;
    const presented = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
    const fingerprint = presented ? fingerprintOf(presented) : null;
    this.certificates.set(socket, fingerprint);
    return fingerprint;
  }
}

function unauthorized(message: string): PolicyError {
  return new PolicyError({ status: 401, code: CODES.credentials, message });
}
