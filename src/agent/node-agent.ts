import { deltaFrames } from '../agents/delta-frames.js';
import { inventoryDigest } from '../agents/inventory-digest.js';
import { requestCertificate } from '../agents/pki/certificate-authority.js';
import { type Batch, type Command, ToAgent, type Unsettled, Unsettled_State } from '../agents/session.pb.js';
import type { ReceivedFrame } from '../agents/session-protocol.js';
import type { ResourceChange, ResourceId, ResourceVersion } from '../realization/resources.pb.js';
import type { Engine, EngineInventory } from './engine.js';
import { EngineLane } from './engine-lane.js';
import { type HeldChange, HeldState, idText } from './held-state.js';
import { inventoryDifference, wholeInventory } from './inventory-report.js';
import type { Journal } from './journal.js';
import { type LinkTiming, ManagerLink } from './manager-link.js';
import type { AgentIdentity } from './node-state.js';
import { SecretRequests } from './secret-requests.js';

export interface NodeAgentOptions {
  readonly identity: AgentIdentity;
  /** Keeps a renewed identity, durably. */
  readonly saveIdentity: (identity: AgentIdentity) => void;
  readonly engine: Engine;
  readonly journal: Journal;
  /** What the journal held of this node. */
  readonly restored: RestoredNode;
  readonly softwareVersion: string;
  readonly log: AgentLog;
  readonly timing?: LinkTiming;
}

export interface AgentLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

/** What a node was last told, as read back from its journal. */
export class RestoredNode {
  readonly held = new HeldState();
  sequence = 0;

  /** One record of the journal: the parts of one delta. */
  replay(parts: readonly Buffer[]): void {
    const batches = parts.map((part) => batchIn(part));
    this.held.apply(batches.flatMap(({ changes }) => changes));
    this.sequence = batches.at(-1)?.sequence ?? this.sequence;
  }

  /** All that is held, as one record. */
  record(): Buffer[] {
    const changes = [...this.held.all()].map((resource): ResourceChange => ({ change: { $case: 'put', value: resource } }));
    return deltaFrames(0, { sequence: this.sequence, changes, digest: this.held.digest });
  }
}

/** How often what the engine refused is tried again without a reason. */
const RETRY_INTERVAL = 30_000;
/** A certificate is renewed once this part of its time is over. */
const RENEW_AFTER = 0.5;
/** After a refusal the manager is asked again so many milliseconds later. */
const RENEW_RETRY = 60_000;
/** Versions in one part of a description. */
const HELD_PART = 2_000;
/** Changes of the inventory that come together are reported together. */
const INVENTORY_DELAY = 10;
/** Health and counters are reported at most this often. */
const FIGURES_DELAY = 1_000;

/**
 * One node: takes deltas from the manager, keeps them on disk, brings the engine to them and says what became of each. Works on
 * without a manager, from what it has.
 */
export class NodeAgent {
  private identity: AgentIdentity;
  private readonly held: HeldState;
  private readonly lane: EngineLane;
  private readonly link: ManagerLink;
  /** Parts of a delta whose last part has not come. */
  private partial: ReceivedDelta | undefined;
  private arrived: ReceivedDelta[] = [];
  private working: Promise<void> | undefined;
  /** Changes with every new stream: what was begun for an old one is not answered on the new one. */
  private stream = 0;
  private inSyncAt: number | undefined;
  private reported: EngineInventory = { machines: [], interfaces: [], deadMembers: [], tunnelAddresses: [] };
  private readonly secrets: SecretRequests;
  private readonly timers = new Set<NodeJS.Timeout>();
  private renewal: NodeJS.Timeout | undefined;
  private renewing: string | undefined;
  private inventoryTimer: NodeJS.Timeout | undefined;
  private figuresTimer: NodeJS.Timeout | undefined;
  /** The last report of counters had some. */
  private counted = false;
  private stopped = false;
  /** Whether the hello of this stream was sent: nothing goes before it. */
  private greeted = false;
  /** Whether the manager has answered on this stream. */
  private welcomed = false;
  /** Whether it was said that the manager is not to be had. */
  private complained = false;

  constructor(private readonly options: NodeAgentOptions) {
    this.identity = options.identity;
    this.held = options.restored.held;
    this.lane = new EngineLane(options.engine, this.held);
    this.secrets = new SecretRequests((request) => {
      if (this.welcomed) this.link.send({ $case: 'secretRequest', value: request });
      return this.welcomed;
    });
    this.link = new ManagerLink(
      () => this.identity,
      { open: () => void this.greet(), receive: (frame) => this.receive(frame), closed: (reason) => this.lostManager(reason) },
      options.timing,
    );
  }

  /** Sequence at which the manager last said that the node holds what it should; undefined while it has not on this stream. */
  get inSync(): number | undefined {
    return this.inSyncAt;
  }

  /** Digest of what the node holds. */
  get digest(): string {
    return this.held.digest;
  }

  /** Brings the engine to what was held before, then looks for the manager. */
  async start(): Promise<void> {
    const { engine } = this.options;
    engine.observe({
      settled: (id, version, refusal) => {
        const outcome = this.lane.confirmed(id, version, refusal);
        if (outcome) this.sendOutcome(0, outcome);
      },
      inventoryChanged: () => this.inventoryChanged(),
      figuresChanged: () => this.figuresChanged(),
      secret: (reference) => this.secrets.ask(reference),
    });
    await this.lane.apply([...this.held.all()].map((resource): HeldChange => ({ id: { kind: resource.kind, key: resource.key }, resource })));
    await engine.takeOver((id) => this.held.has(id));
    this.every(RETRY_INTERVAL, () => this.retry());
    if (!this.stopped) this.link.open();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.link.close();
    this.secrets.lost();
    for (const timer of this.timers) clearInterval(timer);
    clearTimeout(this.renewal);
    clearTimeout(this.inventoryTimer);
    clearTimeout(this.figuresTimer);
    await this.working;
    await this.options.engine.close();
  }

  private async greet(): Promise<void> {
    const stream = ++this.stream;
    this.partial = undefined;
    this.inSyncAt = undefined;
    this.greeted = false;
    this.arrived = [];
    // The digest is of what is on disk: deltas of an earlier stream that are on their way there come first.
    await this.working;
    if (stream !== this.stream) return;
    const { engine, softwareVersion, restored } = this.options;
    this.reported = engine.inventory();
    this.greeted = true;
    this.link.send({
      $case: 'hello',
      value: {
        softwareVersion,
        engine: engine.name,
        engineVersion: engine.version,
        digest: this.held.digest,
        lastSequence: restored.sequence,
        inventoryDigest: inventoryDigest(this.reported),
        unsettled: this.lane.unsettled(),
      },
    });
  }

  private receive({ bytes, message }: ReceivedFrame): void {
    switch (message?.$case) {
      case 'welcome': {
        const { describe, reportInventory, certificateSeconds } = message.value;
        this.welcomed = true;
        this.complained = false;
        if (describe) this.describe();
        if (reportInventory) this.link.send({ $case: 'inventory', value: wholeInventory(this.reported) });
        this.planRenewal(certificateSeconds);
        this.reportFigures();
        return;
      }
      case 'batch':
        return this.collect(message.value, bytes);
      case 'inSync':
        this.inSyncAt = message.value.sequence;
        // What was refused for want of a secret can have it now.
        void this.retry();
        return;
      case 'secret':
        return this.secrets.answered(message.value);
      case 'command':
        if (message.value.command) void this.obey(message.value.id, message.value.command);
        return;
      case 'certificate':
        return this.renewed(message.value);
      default:
    }
  }

  private describe(): void {
    const versions = [...this.held.versions()];
    for (let at = 0; at === 0 || at < versions.length; at += HELD_PART) {
      this.link.send({ $case: 'held', value: { versions: versions.slice(at, at + HELD_PART), last: at + HELD_PART >= versions.length } });
    }
  }

  private collect(batch: Batch, bytes: Buffer): void {
    this.partial ??= { stream: this.stream, parts: [], changes: [], number: batch.number, sequence: 0, digest: '' };
    const delta = this.partial;
    delta.parts.push(bytes);
    for (const change of batch.changes) delta.changes.push(change);
    if (!batch.last) return;
    this.partial = undefined;
    this.arrived.push({ ...delta, sequence: batch.sequence, digest: batch.digest });
    this.working ??= this.work();
  }

  /** Takes all deltas that have arrived at once: one flush and one transaction of the engine for as many as came meanwhile. */
  private async work(): Promise<void> {
    // What comes in the same turn of the event loop belongs to the first round.
    await Promise.resolve();
    try {
      while (this.arrived.length > 0) {
        const deltas = this.arrived;
        this.arrived = [];
        await this.take(deltas, deltas.at(-1) as ReceivedDelta);
      }
    } catch (error) {
      // The journal has told its owner that the disk failed. Nothing was acknowledged, and nothing more is.
      this.options.log.warn({ node: this.identity.path, error: error instanceof Error ? error.message : String(error) }, 'A delta could not be taken.');
      this.link.close();
    } finally {
      this.working = undefined;
    }
  }

  private async take(deltas: readonly ReceivedDelta[], last: ReceivedDelta): Promise<void> {
    const changed = new Map<string, HeldChange>();
    const mismatched = new Map<string, ResourceId>();
    for (const { changes } of deltas) {
      const result = this.held.apply(changes);
      for (const change of result.changed)
        changed.set(idText(change.id), changed.has(idText(change.id)) ? { id: change.id, resource: change.resource } : change);
      for (const id of result.mismatched) mismatched.set(idText(id), id);
    }
    this.options.restored.sequence = last.sequence;
    const [outcome] = await Promise.all([
      this.lane.apply([...changed.values()]),
      Promise.all(deltas.map(({ parts }) => this.options.journal.append(this.identity.nodeId, parts))),
    ]);
    if (last.stream !== this.stream) return;
    const unsettled = [...outcome.unsettled, ...[...mismatched.values()].map(mismatch)];
    this.sendOutcome(last.number, { unsettled, settled: outcome.settled });
    if (mismatched.size === 0 && this.arrived.length === 0 && this.held.digest !== last.digest) {
      this.options.log.warn({ node: this.identity.path }, 'What the node holds is not what the manager meant; it starts over.');
      this.link.restart();
    }
  }

  private async retry(): Promise<void> {
    if (this.lane.unsettled().length > 0) this.sendOutcome(0, await this.lane.retry());
  }

  private sendOutcome(batch: number, { unsettled, settled }: { readonly unsettled: readonly Unsettled[]; readonly settled: readonly ResourceVersion[] }): void {
    if (!this.greeted) return;
    if (batch > 0 || unsettled.length > 0 || settled.length > 0) this.link.send({ $case: 'outcome', value: { batch, unsettled, settled } });
  }

  private async obey(id: number, command: NonNullable<Command['command']>): Promise<void> {
    const { stream } = this;
    let answer: Awaited<ReturnType<Engine['command']>>;
    let error = '';
    try {
      answer = await this.options.engine.command(command);
    } catch (thrown) {
      error = thrown instanceof Error ? thrown.message : String(thrown);
    }
    // A workload that was plugged is in the inventory before the command is answered.
    this.reportInventory();
    if (stream === this.stream) this.link.send({ $case: 'answer', value: { id, error, answer } });
  }

  private inventoryChanged(): void {
    this.inventoryTimer ??= setTimeout(() => this.reportInventory(), INVENTORY_DELAY);
  }

  private reportInventory(): void {
    clearTimeout(this.inventoryTimer);
    this.inventoryTimer = undefined;
    if (!this.greeted) return;
    const now = this.options.engine.inventory();
    const report = inventoryDifference(this.reported, now);
    this.reported = now;
    if (report) this.link.send({ $case: 'inventory', value: report });
  }

  private figuresChanged(): void {
    this.figuresTimer ??= setTimeout(() => this.reportFigures(), FIGURES_DELAY);
  }

  /** A manager that has just come knows nothing of them, so they are part of every greeting. */
  private reportFigures(): void {
    clearTimeout(this.figuresTimer);
    this.figuresTimer = undefined;
    if (!this.welcomed) return;
    const { engine } = this.options;
    this.link.send({ $case: 'health', value: engine.health() });
    const counters = engine.counters();
    const counted = counters.rules.length > 0 || counters.ports.length > 0;
    // That there is nothing any more has to be said once, so that nobody goes on with the last figures.
    if (counted || this.counted) this.link.send({ $case: 'counters', value: counters });
    this.counted = counted;
  }

  private planRenewal(certificateSeconds: number): void {
    clearTimeout(this.renewal);
    this.renewing = undefined;
    this.renewal = setTimeout(() => void this.renew(), Math.min(certificateSeconds * 1000 * RENEW_AFTER, LONGEST_TIMER));
  }

  private async renew(): Promise<void> {
    const { privateKey, request } = await requestCertificate();
    this.renewing = privateKey;
    this.link.send({ $case: 'certificateRequest', value: { request } });
  }

  private renewed({ certificate, authority, error }: { readonly certificate: string; readonly authority: string; readonly error: string }): void {
    if (error) {
      this.options.log.warn({ node: this.identity.path, error }, 'The manager did not renew the certificate.');
      this.renewal = setTimeout(() => void this.renew(), RENEW_RETRY);
    }
    if (error || this.renewing === undefined) return;
    this.identity = { ...this.identity, certificate, authority, privateKey: this.renewing };
    this.renewing = undefined;
    this.options.saveIdentity(this.identity);
    this.options.log.info({ node: this.identity.path }, 'The certificate was renewed.');
    // The stream is bound to the old certificate; a new one costs nothing, because the node resumes by its digest.
    this.link.restart();
  }

  private lostManager(reason: string): void {
    this.inSyncAt = undefined;
    this.stream += 1;
    this.secrets.lost();
    clearTimeout(this.renewal);
    const { path, managerHost, agentPort } = this.identity;
    if (this.welcomed) this.options.log.warn({ node: path, reason }, 'The manager is gone; the node works on with what it has.');
    else if (!this.complained) {
      const manager = `${managerHost}:${agentPort}`;
      this.options.log.warn(
        { node: path, manager, reason },
        'The manager does not take the node; it tries again. Look whether the manager runs and can be reached.',
      );
    }
    this.complained = true;
    this.greeted = false;
    this.welcomed = false;
  }

  private every(milliseconds: number, run: () => Promise<void>): void {
    this.timers.add(setInterval(() => void run(), milliseconds));
  }
}

/** setTimeout takes 31 bits. */
const LONGEST_TIMER = 2 ** 31 - 1;

interface ReceivedDelta {
  readonly stream: number;
  readonly parts: Buffer[];
  readonly changes: ResourceChange[];
  readonly number: number;
  readonly sequence: number;
  readonly digest: string;
}

function batchIn(bytes: Buffer): Batch {
  const { message } = ToAgent.decode(bytes);
  if (message?.$case !== 'batch') throw new Error('the journal holds a record that is no delta');
  return message.value;
}

function mismatch({ kind, key }: ResourceId): Unsettled {
  return { kind, key, version: '', state: Unsettled_State.BASE_MISMATCH, reason: 'the node holds another version', earlierKept: true };
}
