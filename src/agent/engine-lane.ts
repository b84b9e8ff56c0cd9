import { type Unsettled, Unsettled_State } from '../agents/session.pb.js';
import type { NodeResource, ResourceId, ResourceVersion } from '../realization/resources.pb.js';
import type { Engine, EngineChange, EngineVerdict } from './engine.js';
import { type HeldChange, type HeldState, idText } from './held-state.js';
import { usesOf } from './resource-uses.js';

/** What became of changes: which resources the engine does not have in the version that is held, and which it now has after all. */
export interface LaneOutcome {
  readonly unsettled: readonly Unsettled[];
  readonly settled: readonly ResourceVersion[];
}

/**
 * Keeps the engine at what is held. A transaction that the engine refuses is cut in halves until the culprits stand alone; they
 * and what depends on them are set aside, in the engine stays what was good last, and everything else is applied. What is aside
 * is tried again when something that it uses changes, and once more at the end of a transaction, because what refused it may have
 * been a conflict with something that went.
 */
export class EngineLane {
  /** What the engine has. */
  private readonly applied = new Map<string, NodeResource>();
  private readonly aside = new Map<string, Unsettled>();
  private tail: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly engine: Engine,
    private readonly held: HeldState,
  ) {}

  /** Everything that is held and not in force as it is held. */
  unsettled(): Unsettled[] {
    return [...this.aside.values()];
  }

  /** Brings the engine to what is held for these changes. Calls queue. */
  apply(changes: readonly HeldChange[]): Promise<LaneOutcome> {
    return this.enqueue(() => this.bring(changes));
  }

  /** Tries everything that is aside once more: the reason may have been the engine's own and have passed. */
  retry(): Promise<LaneOutcome> {
    return this.enqueue(() => this.bring([]));
  }

  /** The engine has confirmed, or refused after all, what was pending. Undefined: it was superseded meanwhile. */
  confirmed(id: ResourceId, version: string, refusal?: string): LaneOutcome | undefined {
    const text = idText(id);
    const waiting = this.aside.get(text);
    if (waiting?.state !== Unsettled_State.PENDING || waiting.version !== version) return undefined;
    if (refusal === undefined) {
      this.aside.delete(text);
      return { unsettled: [], settled: [{ ...id, version }] };
    }
    const refused = { ...waiting, state: Unsettled_State.REFUSED, reason: refusal };
    this.aside.set(text, refused);
    return { unsettled: [refused], settled: [] };
  }

  private enqueue<T>(run: () => Promise<T>): Promise<T> {
    const done = this.tail.then(run, run);
    this.tail = done.catch(() => undefined);
    return done;
  }

  private async bring(changes: readonly HeldChange[]): Promise<LaneOutcome> {
    const before = new Map(this.aside);
    const elements = new Map(changes.map((change) => [idText(change.id), change.elements]));
    const asked = new Map(changes.map(({ id }) => [idText(id), id]));
    const tried = changes.length === 0 ? new Map<string, ResourceId>(this.aside) : this.withThoseConcerned(asked);
    for (const text of tried.keys()) if (!this.stillPending(text)) this.aside.delete(text);

    let steps = this.stepsFor(tried.values(), elements);
    for (let refused = Number.POSITIVE_INFINITY; ; ) {
      const pass = new Pass();
      await this.settle(steps, pass);
      // Only progress can change the engine's mind: stop once a pass refuses as much as the one before.
      if (pass.aside.size === 0 || pass.aside.size >= refused || !pass.succeededAfterRefusal) break;
      refused = pass.aside.size;
      steps = [...pass.aside.values()];
      for (const text of pass.aside.keys()) this.aside.delete(text);
    }
    return this.outcomeOf(before, asked, tried);
  }

  /** Whether the engine is still at the very version that is held. */
  private stillPending(text: string): boolean {
    const entry = this.aside.get(text);
    return entry?.state === Unsettled_State.PENDING && entry.version === (this.held.get(entry)?.version ?? '');
  }

  /** The changed ids, and those set aside that something may now be different for: what they are or use changes. */
  private withThoseConcerned(changed: ReadonlyMap<string, ResourceId>): Map<string, ResourceId> {
    const concerned = new Map(changed);
    for (let known = -1; known !== concerned.size; ) {
      known = concerned.size;
      for (const [text, entry] of this.aside) {
        const resource = this.held.get(entry);
        // A removal that waits does so because something still uses it: it is tried whenever anything changes.
        if (!resource || usesOf(resource).some((used) => concerned.has(idText(used)))) concerned.set(text, entry);
      }
    }
    return concerned;
  }

  /** The changes that lead from what the engine has to what is held: puts by kind, then removals in the opposite order. */
  private stepsFor(ids: Iterable<ResourceId>, elements: ReadonlyMap<string, EngineChange['elements']>): EngineChange[] {
    const puts: EngineChange[] = [];
    const removals: EngineChange[] = [];
    for (const { kind, key } of ids) {
      const id = { kind, key };
      const text = idText(id);
      const resource = this.held.get(id);
      const present = this.applied.get(text);
      if (!resource) {
        if (present) removals.push({ id, resource: undefined });
      } else if (present?.version !== resource.version) {
        const change = elements.get(text);
        puts.push(change && present?.version === change.baseVersion ? { id, resource, elements: change } : { id, resource });
      }
    }
    return [...puts.sort((a, b) => a.id.kind - b.id.kind), ...removals.sort((a, b) => b.id.kind - a.id.kind)];
  }

  private async settle(steps: readonly EngineChange[], pass: Pass): Promise<void> {
    const ready: EngineChange[] = [];
    for (const step of steps) {
      const blocker = this.blockerOf(step, pass);
      if (blocker) this.setAside(step, Unsettled_State.SET_ASIDE, `waits for ${blocker}`, pass);
      else ready.push(step);
    }
    if (ready.length === 0) return;
    // A fault of the engine's own is told of what it fails for, and does not take the node off its manager.
    const verdict = await this.engine.apply(ready).catch((error: unknown): EngineVerdict => ({ applied: false, reason: String(error) }));
    if (verdict.applied) {
      for (const step of ready) this.record(step);
      for (const id of verdict.pending) this.setPending(id);
      pass.succeededAfterRefusal ||= pass.aside.size > 0;
      return;
    }
    const { culprit, reason } = verdict;
    const named = culprit && ready.find(({ id }) => idText(id) === idText(culprit));
    if (named || ready.length === 1) {
      const step = named ?? (ready[0] as EngineChange);
      this.setAside(step, Unsettled_State.REFUSED, reason, pass);
      await this.settle(
        ready.filter((other) => other !== step),
        pass,
      );
      return;
    }
    const middle = ready.length >> 1;
    await this.settle(ready.slice(0, middle), pass);
    await this.settle(ready.slice(middle), pass);
  }

  /** Key of what has to come or go first and did not. */
  private blockerOf({ id, resource }: EngineChange, pass: Pass): string | undefined {
    if (resource) {
      return usesOf(resource).find((used) => pass.aside.has(idText(used)) || (this.aside.has(idText(used)) && !this.applied.has(idText(used))))?.key;
    }
    for (const [text, entry] of this.aside) {
      const kept = this.applied.get(text);
      if (kept && text !== idText(id) && usesOf(kept).some((used) => idText(used) === idText(id))) return entry.key;
    }
    return undefined;
  }

  private record({ id, resource }: EngineChange): void {
    if (resource) this.applied.set(idText(id), resource);
    else this.applied.delete(idText(id));
  }

  private setAside(step: EngineChange, state: Unsettled_State, reason: string, pass: Pass): void {
    const text = idText(step.id);
    pass.aside.set(text, step);
    this.aside.set(text, { ...step.id, version: step.resource?.version ?? '', state, reason, earlierKept: this.applied.has(text) });
  }

  private setPending(id: ResourceId): void {
    const text = idText(id);
    const version = this.applied.get(text)?.version ?? '';
    this.aside.set(text, { ...id, version, state: Unsettled_State.PENDING, reason: 'the engine is still at it', earlierKept: false });
  }

  /** Every asked resource that is not in force is named; others only where something is different from before. */
  private outcomeOf(before: ReadonlyMap<string, Unsettled>, asked: ReadonlyMap<string, ResourceId>, tried: ReadonlyMap<string, ResourceId>): LaneOutcome {
    const unsettled: Unsettled[] = [];
    const settled: ResourceVersion[] = [];
    for (const [text, { kind, key }] of tried) {
      const now = this.aside.get(text);
      const then = before.get(text);
      if (now && (asked.has(text) || !then || now.version !== then.version || now.state !== then.state || now.reason !== then.reason)) unsettled.push(now);
      if (!now && then) settled.push({ kind, key, version: this.applied.get(text)?.version ?? '' });
    }
    return { unsettled, settled };
  }
}

/** One attempt at a list of steps. */
class Pass {
  /** What was set aside in this attempt, in order. */
  readonly aside = new Map<string, EngineChange>();
  succeededAfterRefusal = false;
}
