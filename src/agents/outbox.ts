import type { NodeDelta } from '../realization/contract.js';
import type { ResourceChange, ResourceId, ResourceVersion } from '../realization/resources.pb.js';
import { deltaFrames } from './delta-frames.js';

/** How much may be under way to one node. */
export interface OutboxLimits {
  /** Deltas sent and not acknowledged; beyond it what comes is merged into the next one. */
  readonly window: number;
  /** Changes that wait; beyond it the changes themselves are dropped, and only what they were about is remembered. */
  readonly waitingChanges: number;
}

export const OUTBOX_LIMITS: OutboxLimits = { window: 8, waitingChanges: 4096 };

/** What an outbox sends through. */
export interface FrameSink {
  /** Takes a frame; `false`: enough for now, `Outbox.drained` is called when more is welcome. */
  write(frame: Buffer): boolean;
}

/**
 * The deltas on their way to one node. A slow node makes nobody wait and fills no memory: while its stream takes no more, or
 * it owes too many acknowledgements, deltas that come are merged into one, which is still a state that existed at one moment;
 * and when too much waits, the outbox forgets the changes and asks for the present state of what they touched.
 */
export class Outbox {
  private waiting: NodeDelta[] = [];
  private waitingChanges = 0;
  /** Ids whose changes were dropped, by text. */
  private readonly dropped = new Map<string, ResourceId>();
  private readonly inFlight = new Map<number, { readonly changes: readonly ResourceChange[]; readonly sequence: number; readonly sentAt: number }>();
  private acknowledged = 0;
  private blocked = false;
  private number = 0;

  /**
   * @param resend answers whole resources as they are now, for what was dropped
   * @param now monotonic milliseconds
   */
  constructor(
    private readonly sink: FrameSink,
    private readonly resend: (ids: Iterable<ResourceId>) => NodeDelta,
    private readonly now: () => number,
    private readonly limits: OutboxLimits = OUTBOX_LIMITS,
  ) {}

  /** Number of the last delta that was sent; 0 before the first. */
  get lastNumber(): number {
    return this.number;
  }

  /** The change sequence of the last delta that was acknowledged; 0 before the first. */
  get acknowledgedSequence(): number {
    return this.acknowledged;
  }

  /** Whether everything pushed was sent and acknowledged. */
  get idle(): boolean {
    return this.inFlight.size === 0 && this.waiting.length === 0 && this.dropped.size === 0;
  }

  /** Changes that wait to be sent, and deltas that wait to be acknowledged. */
  get backlog(): { readonly changes: number; readonly unacknowledged: number } {
    return { changes: this.waitingChanges + this.dropped.size, unacknowledged: this.inFlight.size };
  }

  /** For how many milliseconds the node has owed an answer; 0 when it owes none. */
  get overdue(): number {
    const [oldest] = this.inFlight.values();
    return oldest ? this.now() - oldest.sentAt : 0;
  }

  push(delta: NodeDelta): void {
    if (this.dropped.size > 0) this.drop(delta.changes);
    else {
      this.waiting.push(delta);
      this.waitingChanges += delta.changes.length;
      if (this.waitingChanges > this.limits.waitingChanges && !this.maySend) {
        for (const { changes } of this.waiting.splice(0)) this.drop(changes);
        this.waitingChanges = 0;
      }
    }
    this.pump();
  }

  drained(): void {
    this.blocked = false;
    this.pump();
  }

  /**
   * The node has dealt with every delta up to a number.
   * @returns the versions that these deltas brought, later ones last; a removal has an empty version
   */
  acknowledge(number: number): ResourceVersion[] {
    const versions: ResourceVersion[] = [];
    for (const [sent, { changes, sequence }] of this.inFlight) {
      if (sent > number) break;
      this.acknowledged = sequence;
      for (const change of changes) versions.push(versionIn(change));
      this.inFlight.delete(sent);
    }
    this.pump();
    return versions;
  }

  private get maySend(): boolean {
    return !this.blocked && this.inFlight.size < this.limits.window;
  }

  private drop(changes: readonly ResourceChange[]): void {
    for (const change of changes) {
      const { kind, key } = versionIn(change);
      this.dropped.set(`${kind} ${key}`, { kind, key });
    }
  }

  private pump(): void {
    while (this.maySend) {
      const delta = this.next();
      if (!delta) return;
      this.number += 1;
      this.inFlight.set(this.number, { changes: delta.changes, sequence: delta.sequence, sentAt: this.now() });
      // All parts go out together: a delta is not held back halfway, and what it takes was already bounded when it waited.
      for (const frame of deltaFrames(this.number, delta)) if (!this.sink.write(frame)) this.blocked = true;
    }
  }

  private next(): Pick<NodeDelta, 'sequence' | 'changes' | 'digest'> | undefined {
    if (this.dropped.size > 0) {
      const ids = [...this.dropped.values()];
      this.dropped.clear();
      return this.resend(ids);
    }
    const deltas = this.waiting.splice(0);
    this.waitingChanges = 0;
    const last = deltas.at(-1);
    return last && { sequence: last.sequence, digest: last.digest, changes: deltas.length === 1 ? last.changes : deltas.flatMap(({ changes }) => changes) };
  }
}

function versionIn({ change }: ResourceChange): ResourceVersion {
  if (!change) throw new Error('a change without content was to be sent');
  if (change.$case === 'remove') return { ...change.value, version: '' };
  return { kind: change.value.kind, key: change.value.key, version: change.value.version };
}
