import type { Commit } from '../policy/ports.js';
import type {
  MemberKind,
  NodeDelta,
  Realization,
  Counters as RealizationCounters,
  RealizedState,
  RealizedTransition,
  StartState,
  WorkloadInterface,
} from '../realization/contract.js';
import type { SecretReference } from '../realization/resources.pb.js';
import { secretsOf } from '../realization/secret-references.js';
import { FabricDirectory, type FabricNode } from './fabric-directory.js';
import { FabricOperations } from './fabric-operations.js';
import { type CountersReport, type Figures, figuresOf } from './figures.js';
import { InventoryBook, type NodeInventory } from './inventory-book.js';
import { NodeSession, type SessionCertificate, type SessionFacts, type SessionHost, type SessionWire } from './node-session.js';
import { type NodeTunnels, peersIn } from './node-tunnels.js';
import type { OutboxLimits } from './outbox.js';
import { type CertificateAuthority, fingerprintOf } from './pki/certificate-authority.js';
import type { NodeIdentity } from './pki/node-identity.js';
import type { FabricRecords } from './records.js';
import type { Counters, EngineHealth, InventoryReport } from './session.pb.js';
import type { StreamEvents } from './session-server.js';

export interface RealizationHostOptions {
  readonly realization: Realization;
  readonly authority: CertificateAuthority;
  readonly records: FabricRecords;
  /** The value of a secret field of an object, where it has one. */
  readonly secrets: (path: string, field: string) => string | undefined;
  readonly log: HostLog;
  /** Wall clock, in milliseconds since 1970. */
  readonly now?: () => number;
  readonly limits?: OutboxLimits;
  /** How long a node may owe an answer before its stream is cut, in milliseconds. */
  readonly patience?: number;
  /** How long a node certificate is valid, in milliseconds. */
  readonly certificateLifetime?: number;
}

export interface HostLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface HostStart extends Omit<StartState, 'reports'> {
  readonly inventories: Iterable<NodeInventory>;
  readonly revokedSerials: Iterable<string>;
}

/** A node as the API shows it, connected or not. */
export interface NodeFacts extends FabricNode {
  readonly session: SessionFacts | undefined;
  /** What its engine last reported, also where the node is not connected any more. */
  readonly health: EngineHealth | undefined;
  /** When that was, in milliseconds since 1970. */
  readonly healthAt: number | undefined;
}

const DAY = 24 * 60 * 60 * 1000;
export const CERTIFICATE_LIFETIME = 7 * DAY;
const PATIENCE = 60_000;
const SWEEP_INTERVAL = 1_000;
/** So many replaced sessions of one node within so many milliseconds are no accident. */
const REPLACEMENTS = 3;
const REPLACEMENTS_WITHIN = 60_000;
/** Transitions and inventory are collected for this long before the writer is given them. */
const FLUSH_DELAY = 20;

/**
 * Brings together what belongs to one thread: the calculation, the sessions with the nodes, what the nodes report, and what of it
 * is to be kept. Everything that happens (a commit, a message from a node, a question) is handled to its end before the next.
 */
export class RealizationHost {
  private readonly directory = new FabricDirectory();
  private readonly book = new InventoryBook();
  private readonly sessions = new Map<string, NodeSession>();
  private readonly health = new Map<string, { readonly at: number; readonly health: EngineHealth }>();
  private readonly counters = new Map<string, CountersReport>();
  private readonly revoked = new Set<string>();
  private readonly now: () => number;
  private readonly sweeper: NodeJS.Timeout;
  private readonly sessionHost: SessionHost;
  /** When sessions of a node were replaced by another one, the latest last, in milliseconds since 1970. */
  private readonly replacements = new Map<string, number[]>();
  /** What can be asked of nodes, and done to simulated ones. */
  readonly operations: FabricOperations;
  private taken = 0;
  private flushing = false;
  private flushed: Promise<void> = Promise.resolve();
  private flushTimer: NodeJS.Timeout | undefined;

  constructor(private readonly options: RealizationHostOptions) {
    this.now = options.now ?? Date.now;
    this.sessionHost = {
      realization: options.realization,
      sequence: () => this.taken,
      inventoryDigest: (node) => this.book.digest(node),
      inventory: (session, report) => this.takeInventory(session, report),
      health: (session, health) => this.health.set(session.node, { at: this.now(), health }),
      counters: (session, counters) => this.counters.set(session.node, { at: this.now(), counters }),
      secret: (node, reference) => this.secret(node, reference),
      renew: (identity, request) => this.renew(identity, request),
      now: this.now,
    };
    this.operations = new FabricOperations(options.realization, this.book, (node) => this.sessionOf(node));
    this.sweeper = setInterval(() => this.sweep(), SWEEP_INTERVAL);
  }

  /** Number of the last commit that was taken. */
  get sequence(): number {
    return this.taken;
  }

  /** Computes everything once. Called before anything else. */
  start({ inventories, revokedSerials, objects, ...rest }: HostStart): void {
    const all = [...objects];
    for (const object of all) this.directory.add(object);
    for (const serial of revokedSerials) this.revoked.add(serial);
    const reports = [...inventories].filter(({ identity }) => this.directory.get(identity.nodeId)).map((inventory) => this.book.load(inventory));
    this.taken = rest.sequence;
    this.options.realization.load({ ...rest, objects: all, reports });
    this.scheduleFlush();
  }

  commit(commit: Commit): void {
    if (commit.sequence <= this.taken) return;
    this.taken = commit.sequence;
    const gone = this.directory.apply(commit.changes);
    // A deleted node's stream is cut before anything else is sent to it.
    for (const node of gone) this.sessions.get(node.nodeId)?.close('REVOKED', `${node.path} was deleted`);
    this.deliver(this.options.realization.commit(commit));
    for (const node of gone) this.forget(node);
    this.scheduleFlush();
  }

  /** Certificates were revoked by hand: their streams are cut, and they open no other. */
  revoke(serials: Iterable<string>): void {
    for (const serial of serials) this.revoked.add(serial);
    for (const session of [...this.sessions.values()]) {
      if (this.revoked.has(session.certificate.serial)) session.close('REVOKED', 'the certificate was revoked');
    }
  }

  /** Decides about a stream: answers why it is refused, or the session's ends. */
  accept(certificate: SessionCertificate, wire: SessionWire): StreamEvents | string {
    const refusal = this.refusalOf(certificate);
    if (refusal) {
      this.options.log.warn({ node: certificate.identity.nodeId, path: certificate.identity.path, peer: wire.peer }, `A node was refused: ${refusal}.`);
      return refusal;
    }
    this.replace(certificate.identity);
    const session = new NodeSession(certificate, wire, this.sessionHost, this.options.limits);
    this.sessions.set(session.node, session);
    return {
      receive: (message) => {
        session.receive(message);
        if (message.message?.$case === 'hello') this.sighted(session);
        this.scheduleFlush();
      },
      drained: () => session.drained(),
      closed: () => {
        session.closed();
        if (this.sessions.get(session.node) === session) this.sessions.delete(session.node);
        this.scheduleFlush();
      },
    };
  }

  nodes(): NodeFacts[] {
    return this.directory.all().map((node) => this.factsOf(node));
  }

  realizedState(path: string): RealizedState | undefined {
    return this.options.realization.realizedState(path);
  }

  alarmed(): readonly RealizedState[] {
    return this.options.realization.alarmed();
  }

  members(group: string, kind: MemberKind): readonly string[] | undefined {
    return this.options.realization.members(group, kind);
  }

  groupsOf(kind: MemberKind, member: string): readonly string[] {
    return this.options.realization.groupsOf(kind, member);
  }

  spanOf(path: string): readonly string[] {
    return this.options.realization.spanOf(path);
  }

  realizationCounters(): RealizationCounters {
    return this.options.realization.counters();
  }

  /** Totals that a node's engine last reported. */
  engineCounters(): { readonly node: string; readonly counters: Counters }[] {
    return [...this.counters].map(([node, { counters }]) => ({ node, counters }));
  }

  tunnels(node: string): NodeTunnels {
    return { local: this.book.of(node)?.tunnelAddresses ?? [], peers: peersIn(node, this.options.realization.snapshot(node)) };
  }

  /** Totals over all nodes. */
  figures(path: string): Figures {
    return figuresOf(path, this.counters.values());
  }

  inventoryOf(node: string): NodeInventory | undefined {
    return this.book.of(node);
  }

  /** The interface that a node reports with an attachment. */
  interfaceAt(node: string, attachment: string): WorkloadInterface | undefined {
    for (const one of this.book.of(node)?.interfaces.values() ?? []) if (one.attachmentId === attachment) return one;
    return undefined;
  }

  async stop(): Promise<void> {
    clearInterval(this.sweeper);
    for (const session of [...this.sessions.values()]) session.close('STOPPING', 'the manager stops');
    this.sessions.clear();
    clearTimeout(this.flushTimer);
    await this.flushed;
    await this.flush();
  }

  private refusalOf({ identity, serial, notAfter }: SessionCertificate): string | undefined {
    const node = this.directory.get(identity.nodeId);
    if (!node || node.path !== identity.path) return 'the node was deleted, or is not known here';
    if (this.revoked.has(serial)) return 'the certificate was revoked';
    if (notAfter <= this.now()) return 'the certificate has expired';
    return undefined;
  }

  /** A node has one session: the newest. An agent that comes back may do so before its old stream is known to be dead. */
  private replace({ nodeId, path }: NodeIdentity): void {
    const earlier = this.sessions.get(nodeId);
    if (!earlier) return;
    earlier.close('REPLACED', 'the node connected again');
    const recent = (this.replacements.get(nodeId) ?? []).filter((at) => at > this.now() - REPLACEMENTS_WITHIN);
    recent.push(this.now());
    this.replacements.set(nodeId, recent);
    if (recent.length >= REPLACEMENTS)
      this.options.log.warn({ node: nodeId, path }, 'Sessions of the node replace one another: two agents seem to use its certificate.');
  }

  private deliver(deltas: readonly NodeDelta[]): void {
    for (const delta of deltas) this.sessions.get(delta.node)?.deliver(delta);
  }

  private takeInventory(session: NodeSession, report: InventoryReport): void {
    const { known, changes } = this.book.take(session.certificate.identity, report, this.now());
    this.deliver(this.options.realization.report(known));
    if (changes.length > 0) this.keep(this.options.records.inventory(changes));
    if (report.full) this.sighted(session);
  }

  private forget(node: FabricNode): void {
    this.replacements.delete(node.nodeId);
    this.health.delete(node.nodeId);
    this.counters.delete(node.nodeId);
    this.deliver(this.options.realization.forget(node.nodeId));
    const changes = this.book.forget(node.nodeId);
    if (changes.length > 0) this.keep(this.options.records.inventory(changes));
    this.keep(this.options.records.revoked(node.nodeId, this.now()));
    this.options.log.info({ node: node.nodeId, path: node.path }, 'The node was deleted; its certificates are revoked.');
  }

  private sighted(session: NodeSession): void {
    const { node, path, softwareVersion, engine, engineVersion } = session.describe();
    const tunnelAddresses = this.book.of(node)?.tunnelAddresses ?? [];
    this.keep(this.options.records.seen([{ nodeId: node, path, at: this.now(), softwareVersion, engine, engineVersion, tunnelAddresses }]));
  }

  /** A node gets the secrets that its resources refer to and no others: it learns only its span. */
  private secret(node: string, { path, field, version }: SecretReference): { value: string; error: string } {
    const references = this.options.realization.snapshot(node).changes.flatMap(({ change }) => (change?.$case === 'put' ? secretsOf(change.value) : []));
    const own = references.find((reference) => reference.path === path && reference.field === field);
    if (!own) this.options.log.warn({ node, path, field }, 'A node asked for a secret that none of its resources refers to.');
    if (own?.version !== version) return { value: '', error: own ? 'it has another version by now' : 'no resource of the node refers to it' };
    const value = this.options.secrets(path, field);
    return { value: value ?? '', error: value === undefined ? 'it was taken away' : '' };
  }

  private async renew(identity: NodeIdentity, request: string): Promise<{ certificate: string; authority: string }> {
    const { authority, records, certificateLifetime = CERTIFICATE_LIFETIME } = this.options;
    const issuedAt = this.now();
    const { certificate, serial, notAfter } = await authority.issueNode(request, identity, issuedAt + certificateLifetime, issuedAt);
    await records.issued({ nodeId: identity.nodeId, serial, fingerprint: fingerprintOf(certificate).toString('hex'), issuedAt, notAfter });
    if (!this.directory.get(identity.nodeId)) throw new Error('the node was deleted');
    return { certificate, authority: authority.certificate };
  }

  private sessionOf(node: string): NodeSession {
    const session = this.sessions.get(node);
    if (!session?.live) throw new Error(`the node ${this.directory.get(node)?.path ?? node} is not connected`);
    return session;
  }

  private factsOf(node: FabricNode): NodeFacts {
    const reported = this.health.get(node.nodeId);
    return { ...node, session: this.sessions.get(node.nodeId)?.describe(), health: reported?.health, healthAt: reported?.at };
  }

  private sweep(): void {
    const patience = this.options.patience ?? PATIENCE;
    for (const session of [...this.sessions.values()]) {
      if (session.overdue > patience) {
        this.options.log.warn({ node: session.node, overdue: session.overdue }, 'A node stays behind; its stream is cut.');
        session.close('BEHIND', `nothing was acknowledged for ${Math.round(session.overdue / 1000)} s`);
      } else if (session.certificate.notAfter <= this.now()) session.close('EXPIRED', 'the certificate has expired');
    }
  }

  /** The writer is asked once for many events: realized state is kept as batched transitions, not as every ack. */
  private scheduleFlush(): void {
    this.flushTimer ??= setTimeout(() => {
      this.flushTimer = undefined;
      this.flushed = this.flush();
    }, FLUSH_DELAY);
  }

  /** One at a time: what comes meanwhile is taken by the one that runs. */
  private async flush(): Promise<void> {
    if (this.flushing) return;
    this.flushing = true;
    for (let transitions = this.drained(); transitions.length > 0; transitions = this.drained()) {
      await this.options.records.realized(transitions).catch((error: unknown) => this.lost(error));
    }
    this.flushing = false;
  }

  private drained(): readonly RealizedTransition[] {
    return this.options.realization.drainTransitions();
  }

  private keep(done: Promise<void>): void {
    done.catch((error: unknown) => this.lost(error));
  }

  private lost(error: unknown): void {
    this.options.log.error({ error: error instanceof Error ? error.message : String(error) }, 'What nodes reported could not be stored.');
  }
}
