import { randomBytes, timingSafeEqual } from 'node:crypto';

/** A session ends when it was not used for this long, in milliseconds: NSX-T's default. */
const IDLE_MS = 30 * 60_000;
/** Most sessions kept: clients such as Terraform open one a command and never close it. The least recently used goes first. */
const MOST = 10_000;

export interface Session {
  readonly id: string;
  readonly user: string;
  /** Password hash of the user when the session began: it ends with the password. */
  readonly passwordHash: string | null;
  /** What requests must repeat in X-XSRF-TOKEN, which a foreign page cannot know. */
  readonly token: string;
}

/** Sessions of users, in memory: after a restart clients log in again, as they must be able to at any time. */
export class Sessions {
  private readonly sessions = new Map<string, { readonly session: Session; until: number }>();

  begin(user: string, passwordHash: string | null, now: number): Session {
    const session = { id: randomBytes(24).toString('hex'), user, passwordHash, token: randomBytes(24).toString('hex') };
    for (const id of this.sessions.keys()) {
      if (this.sessions.size < MOST) break;
      this.sessions.delete(id);
    }
    this.sessions.set(session.id, { session, until: now + IDLE_MS });
    return session;
  }

  /** The session, if it has not ended; finding it counts as use. */
  find(id: string, now: number): Session | undefined {
    const found = this.sessions.get(id);
    if (!found) return undefined;
    this.sessions.delete(id);
    if (found.until <= now) return undefined;
    found.until = now + IDLE_MS;
    this.sessions.set(id, found);
    return found.session;
  }

  end(id: string): void {
    this.sessions.delete(id);
  }

  get count(): number {
    return this.sessions.size;
  }
}

/** Compares a token in time that does not depend on where it differs. */
export function isToken(session: Session, given: string): boolean {
  const expected = Buffer.from(session.token);
  const actual = Buffer.from(given);
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
