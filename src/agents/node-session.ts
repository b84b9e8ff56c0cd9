import type { NodeDelta, Realization, Refusal } from '../realization/contract.js';
import type { ResourceId, ResourceVersion, SecretReference } from '../realization/resources.pb.js';
import { Outbox, type OutboxLimits } from './outbox.js';
import type { NodeIdentity } from './pki/node-identity.js';
import {
  type Command,
  type CommandAnswer,
  type Counters,
  type EngineHealth,
  type FromAgent,
  type Hello,
  type InventoryReport,
  ToAgent,
  type Unsettled,
  Unsettled_State,
} from './session.pb.js';

/** The certificate that a stream was opened with. */
export interface SessionCertificate {
  readonly identity: NodeIdentity;
  readonly serial: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/** The stream as a session sees it. */
export interface SessionWire {
  /** Address of the agent, for people. */
  readonly peer: string;
  /** `false`: enough for now; the session's `drained` is called when more is welcome. */
  write(frame: Buffer): boolean;
  /** Ends the stream and says why. */
  close(reason: CloseReason, detail: string): void;
}

export type CloseReason = 'REPLACED' | 'REVOKED' | 'EXPIRED' | 'BEHIND' | 'PROTOCOL' | 'STOPPING';

/** What a session needs of the manager around it. */
export interface SessionHost {
  readonly realization: Pick<Realization, 'connected' | 'resume' | 'disconnected' | 'acked' | 'nacked' | 'resend'>;
  /** Number of the last commit that realization has taken. */
  sequence(): number;
  /** Digest of the inventory that is known of the node. */
  inventoryDigest(node: string): string;
  inventory(session: NodeSession, report: InventoryReport): void;
  health(session: NodeSession, health: EngineHealth): void;
  counters(session: NodeSession, counters: Counters): void;
  /** A secret that one of the node's resources refers to, or why it gets none. */
  secret(node: string, reference: SecretReference): { readonly value: string; readonly error: string };
  /** Signs a renewal; rejects with a message for the agent. */
  renew(identity: NodeIdentity, request: string): Promise<{ readonly certificate: string; readonly authority: string }>;
  /** Wall clock, in milliseconds since 1970. */
  now(): number;
}

/**
 * The manager's end of one stream. Waits for the hello, finds out whether the node is up to date or what it holds, and from then
 * on carries deltas one way and outcomes the other.
 */
export class NodeSession {
  readonly since: number;
  /** Change sequence that the node stood at when it greeted. */
  private greetedAt = 0;
  private state: 'greeting' | 'describing' | 'live' | 'closed' = 'greeting';
  private hello: Hello | undefined;
  private readonly outbox: Outbox;
  private held: ResourceVersion[] = [];
  private lastHeard: number;
  private nextCommand = 1;
  private readonly commands = new Map<number, (answer: CommandAnswer | Error) => void>();

  constructor(
    readonly certificate: SessionCertificate,
    private readonly wire: SessionWire,
    private readonly host: SessionHost,
    limits?: OutboxLimits,
  ) {
    this.since = host.now();
    this.lastHeard = this.since;
    this.outbox = new Outbox(
      wire,
      (ids) => host.realization.resend(this.node, ids),
      () => performance.now(),
      limits,
    );
  }

  get node(): string {
    return this.certificate.identity.nodeId;
  }

  get live(): boolean {
    return this.state === 'live';
  }

  /** Facts for people and for the API. */
  describe(): SessionFacts {
    const { changes, unacknowledged } = this.outbox.backlog;
    return {
      node: this.node,
      path: this.certificate.identity.path,
      peer: this.wire.peer,
      since: this.since,
      lastHeard: this.lastHeard,
      inSync: this.live && this.outbox.idle,
      appliedSequence: Math.max(this.greetedAt, this.outbox.acknowledgedSequence),
      softwareVersion: this.hello?.softwareVersion ?? '',
      engine: this.hello?.engine ?? '',
      engineVersion: this.hello?.engineVersion ?? '',
      certificateSerial: this.certificate.serial,
      certificateNotAfter: this.certificate.notAfter,
      waitingChanges: changes,
      unacknowledgedDeltas: unacknowledged,
    };
  }

  /** For how long the node has owed an answer: to the greeting, or to the oldest delta. Milliseconds. */
  get overdue(): number {
    return this.state === 'greeting' || this.state === 'describing' ? this.host.now() - this.lastHeard : this.outbox.overdue;
  }

  receive({ message }: FromAgent): void {
    if (this.state === 'closed' || !message) return;
    this.lastHeard = this.host.now();
    if (this.state === 'greeting' ? message.$case !== 'hello' : message.$case === 'hello') {
      this.close('PROTOCOL', 'a session has exactly one hello, and it comes first');
      return;
    }
    switch (message.$case) {
      case 'hello':
        return this.greet(message.value);
      case 'held':
        for (const version of message.value.versions) this.held.push(version);
        if (message.value.last && this.state === 'describing') this.resume();
        return;
      case 'outcome':
        return this.settle(message.value.batch, message.value.unsettled, message.value.settled);
      case 'inventory':
        return this.host.inventory(this, message.value);
      case 'health':
        return this.host.health(this, message.value);
      case 'counters':
        return this.host.counters(this, message.value);
      case 'answer':
        return this.commands.get(message.value.id)?.(message.value);
      case 'secretRequest': {
        const { id, reference } = message.value;
        if (reference) this.send({ $case: 'secret', value: { id, ...this.host.secret(this.node, reference) } });
        return;
      }
      case 'certificateRequest':
        void this.renew(message.value.request);
    }
  }

  /** A delta for the node. Only a live session gets any: realization computes none for a node that has not been heard. */
  deliver(delta: NodeDelta): void {
    if (this.state === 'live') this.outbox.push(delta);
  }

  drained(): void {
    if (this.state !== 'closed') this.outbox.drained();
  }

  /**
   * Sends a command and waits for its answer.
   * @throws Error when the agent answers with one, does not answer in time, or the session ends
   */
  command(command: NonNullable<Command['command']>, timeoutMilliseconds = COMMAND_TIMEOUT): Promise<CommandAnswer> {
    if (this.state === 'closed') return Promise.reject(new Error('the node is not connected'));
    const id = this.nextCommand++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.commands.get(id)?.(new Error(`the node did not answer within ${timeoutMilliseconds} ms`)), timeoutMilliseconds);
      this.commands.set(id, (answer) => {
        clearTimeout(timer);
        this.commands.delete(id);
        if (answer instanceof Error) reject(answer);
        else if (answer.error) reject(new Error(answer.error));
        else resolve(answer);
      });
      this.send({ $case: 'command', value: { id, command } });
    });
  }

  close(reason: CloseReason, detail: string): void {
    if (this.state === 'closed') return;
    this.closed();
    this.wire.close(reason, detail);
  }

  /** The stream is gone, from whichever side. */
  closed(): void {
    if (this.state === 'closed') return;
    const greeted = this.state !== 'greeting';
    this.state = 'closed';
    for (const settle of [...this.commands.values()]) settle(new Error('the node disconnected before it answered'));
    if (greeted) this.host.realization.disconnected(this.node);
  }

  private greet(hello: Hello): void {
    this.hello = hello;
    const refused = hello.unsettled.filter(isRefusal).map(refusalOf);
    const upToDate = this.host.realization.connected(this.node, hello.digest, refused);
    this.state = upToDate ? 'live' : 'describing';
    this.send({
      $case: 'welcome',
      value: {
        describe: !upToDate,
        reportInventory: this.host.inventoryDigest(this.node) !== hello.inventoryDigest,
        certificateSeconds: Math.max(0, Math.round((this.certificate.notAfter - this.host.now()) / 1000)),
      },
    });
    this.greetedAt = upToDate ? this.host.sequence() : hello.lastSequence;
    if (!upToDate) return;
    this.send({ $case: 'inSync', value: { sequence: this.host.sequence() } });
    this.askAgain(hello.unsettled);
  }

  private resume(): void {
    this.state = 'live';
    const unsettled = this.hello?.unsettled ?? [];
    const delta = this.host.realization.resume(this.node, this.held, unsettled.filter(isRefusal).map(refusalOf));
    this.held = [];
    this.outbox.push(delta);
    this.send({ $case: 'inSync', value: { sequence: delta.sequence } });
    this.askAgain(unsettled);
  }

  /** What the engine was still at when the node connected was taken as applied with the rest: sent again, it is owed an answer. */
  private askAgain(unsettled: readonly Unsettled[]): void {
    const ids = unsettled.filter(({ state }) => state === Unsettled_State.PENDING).map(({ kind, key }) => ({ kind, key }));
    if (ids.length > 0) this.resend(ids);
  }

  private resend(ids: readonly ResourceId[]): void {
    this.outbox.push(this.host.realization.resend(this.node, ids));
  }

  private settle(batch: number, unsettled: readonly Unsettled[], settled: readonly ResourceVersion[]): void {
    if (batch > this.outbox.lastNumber) {
      this.close('PROTOCOL', `delta ${batch} was acknowledged and never sent`);
      return;
    }
    const { realization } = this.host;
    const acked = new Map<string, ResourceVersion>();
    for (const version of this.outbox.acknowledge(batch)) acked.set(`${version.kind} ${version.key}`, version);
    for (const version of settled) acked.set(`${version.kind} ${version.key}`, version);
    for (const { kind, key } of unsettled) acked.delete(`${kind} ${key}`);
    if (acked.size > 0) realization.acked(this.node, acked.values());
    const refusals = unsettled.filter(isRefusal).map(refusalOf);
    if (refusals.length > 0) realization.nacked(this.node, refusals);
    const mismatched = unsettled.filter(({ state }) => state === Unsettled_State.BASE_MISMATCH).map(({ kind, key }) => ({ kind, key }));
    if (mismatched.length > 0) this.resend(mismatched);
  }

  private async renew(request: string): Promise<void> {
    const answer = await this.host.renew(this.certificate.identity, request).then(
      (issued) => ({ ...issued, error: '' }),
      (error: unknown) => ({ certificate: '', authority: '', error: error instanceof Error ? error.message : String(error) }),
    );
    if (this.state !== 'closed') this.send({ $case: 'certificate', value: answer });
  }

  private send(message: NonNullable<ToAgent['message']>): void {
    this.wire.write(Buffer.from(ToAgent.encode({ message }).finish()));
  }
}

const COMMAND_TIMEOUT = 10_000;

export interface SessionFacts {
  readonly node: string;
  readonly path: string;
  readonly peer: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly lastHeard: number;
  /** Everything the node should hold was sent and answered. */
  readonly inSync: boolean;
  /** Number of the last commit that the node is known to stand at. */
  readonly appliedSequence: number;
  readonly softwareVersion: string;
  readonly engine: string;
  readonly engineVersion: string;
  readonly certificateSerial: string;
  readonly certificateNotAfter: number;
  readonly waitingChanges: number;
  readonly unacknowledgedDeltas: number;
}

function isRefusal({ state }: Unsettled): boolean {
  return state === Unsettled_State.REFUSED || state === Unsettled_State.SET_ASIDE;
}

function refusalOf({ kind, key, version, reason }: Unsettled): Refusal {
  return { kind, key, version, reason };
}
