import type { CheckpointSigner } from './checkpoint-signer.js';
import type { Handle } from './database.js';
import { chainOf, digestOf, GENESIS, positionOf, sequenceOf } from './hash-chain.js';
import { CHECKPOINT_COLUMNS, type ChangeRow, type ChangeSetRow, type CheckpointRow, SET_COLUMNS } from './tables/history.tables.js';

/** What a walk over the whole history found. */
export interface Verification {
  /** History before this change set was pruned; 0: it is complete. */
  readonly prunedUpTo: number;
  readonly sequence: number;
  /** The chain value at `sequence`: whoever keeps it elsewhere can tell later that nothing before was cut off or rewritten. */
  readonly chain: string;
  readonly sets: number;
  readonly changes: number;
  /** Checkpoints with a signature of this installation's key. */
  readonly signed: number;
  /** Checkpoints by keys that are not here: they came with a backup of another installation. */
  readonly foreign: number;
  /** The first row that does not fit; undefined: all do. */
  readonly fault: Fault | undefined;
}

export interface Fault {
  /** The change set at which it shows. */
  readonly sequence: number;
  /** What is wrong, as a sentence. */
  readonly what: string;
}

/**
 * Walks the hash chain from its start, or from the checkpoint up to which history was pruned: every change set, every change,
 * every checkpoint, and whether the objects that are read today are those that the log ends with. About 20 µs a change.
 */
export function verifyHistory(handle: Handle, signer: CheckpointSigner): Verification {
  return handle.transaction(() => new Walk(handle, signer).run())();
}

class Walk {
  private readonly checkpoints: readonly CheckpointRow[];
  private readonly base: CheckpointRow | undefined;
  /** Position of the last change of every path that exists, as far as the walk has come. */
  private readonly newest = new Map<string, number>();
  private fault: Fault | undefined;
  private chain = GENESIS;
  private sequence = 0;
  private sets = 0;
  private changes = 0;

  constructor(
    private readonly handle: Handle,
    private readonly signer: CheckpointSigner,
  ) {
    this.checkpoints = handle.prepare(`SELECT ${CHECKPOINT_COLUMNS} FROM checkpoint ORDER BY sequence`).all() as CheckpointRow[];
    this.base = this.checkpoints.find(({ base }) => base !== null);
  }

  run(): Verification {
    const own = this.checkpoints.filter(({ keyId }) => keyId === this.signer.keyId);
    for (const checkpoint of own) {
      if (!this.signer.isGenuine(checkpoint)) this.found(checkpoint.sequence, 'the signature of its checkpoint is not right');
    }
    this.walkBase();
    this.walkSets();
    // What the log does not hold together says nothing about the objects.
    if (!this.fault) this.compareObjects();
    return {
      prunedUpTo: this.base?.sequence ?? 0,
      sequence: this.sequence,
      chain: this.chain,
      sets: this.sets,
      changes: this.changes,
      signed: own.length,
      foreign: this.checkpoints.length - own.length,
      fault: this.fault,
    };
  }

  /** What a prune left: it is held together by the checkpoint's digest. */
  private walkBase(): void {
    if (!this.base) return;
    this.chain = this.base.chain;
    this.sequence = this.base.sequence;
    const kept = this.handle.prepare('SELECT * FROM change WHERE position < ? ORDER BY position').iterate(positionOf(this.sequence + 1, 0));
    if (digestOf(this.counted(kept as Iterable<ChangeRow>)) !== this.base.base)
      this.found(this.sequence, 'the versions that were kept when history was pruned have changed');
  }

  private walkSets(): void {
    const changes = (
      this.handle.prepare('SELECT * FROM change WHERE position >= ? ORDER BY position').iterate(positionOf(this.sequence + 1, 0)) as IterableIterator<ChangeRow>
    )[Symbol.iterator]();
    const pending = new Lookahead(changes);
    const checkpoints = new Map(this.checkpoints.map((checkpoint) => [checkpoint.sequence, checkpoint]));
    for (const set of this.handle.prepare(`SELECT ${SET_COLUMNS} FROM change_set ORDER BY sequence`).iterate() as Iterable<ChangeSetRow>) {
      if (set.sequence !== this.sequence + 1) this.found(this.sequence + 1, 'its change set is missing');
      const stray = pending.takeWhile(({ position }) => position < positionOf(set.sequence, 0));
      if (stray[0]) this.found(sequenceOf(stray[0].position), `its change of ${stray[0].path} belongs to no change set`);
      const own = pending.takeWhile(({ position }) => position < positionOf(set.sequence + 1, 0));
      this.check(set, own);
      const checkpoint = checkpoints.get(set.sequence);
      if (checkpoint && checkpoint.chain !== set.chain) this.found(set.sequence, 'the chain differs from its signed checkpoint');
    }
    const [stray] = pending.takeWhile(() => true);
    if (stray) this.found(sequenceOf(stray.position), `its change of ${stray.path} belongs to no change set`);
    const beyond = this.checkpoints.find(({ sequence }) => sequence > this.sequence);
    if (beyond) this.found(this.sequence + 1, `history ends here, but a checkpoint was signed at ${beyond.sequence}`);
  }

  private check(set: ChangeSetRow, own: readonly ChangeRow[]): void {
    const { digest, chain, ...header } = set;
    for (const _ of this.counted(own));
    this.sets += 1;
    if (own.length !== set.changes) this.found(set.sequence, `it has ${own.length} changes instead of ${set.changes}`);
    if (digestOf(own) !== digest)
      this.found(
        set.sequence,
        `a change was altered: ${own
          .map(({ path }) => path)
          .slice(0, 3)
          .join(', ')}`,
      );
    if (chainOf(this.chain, header, digest) !== chain) this.found(set.sequence, 'who, when or what was asked was altered, or the set before it');
    this.chain = chain;
    this.sequence = set.sequence;
  }

  private *counted(changes: Iterable<ChangeRow>): Generator<ChangeRow> {
    for (const change of changes) {
      this.changes += 1;
      if (change.operation === 'DELETE') this.newest.delete(change.path);
      else this.newest.set(change.path, change.position);
      yield change;
    }
  }

  private compareObjects(): void {
    const objects = this.handle.prepare('SELECT path, version FROM policy_object').iterate() as Iterable<{ path: string; version: number }>;
    for (const { path, version } of objects) {
      const logged = this.newest.get(path);
      if (logged !== version) this.found(sequenceOf(logged ?? version), `${path} is not what the log says`);
      this.newest.delete(path);
    }
    for (const [path, position] of this.newest) this.found(sequenceOf(position), `${path} should exist and does not`);
  }

  private found(sequence: number, what: string): void {
    if (!this.fault || sequence < this.fault.sequence) this.fault = { sequence, what: `Change ${sequence}: ${what}.` };
  }
}

/** An iterator that is read up to the first element that is not wanted yet. */
class Lookahead<T> {
  private next: IteratorResult<T>;

  constructor(private readonly iterator: Iterator<T>) {
    this.next = iterator.next();
  }

  takeWhile(wanted: (item: T) => boolean): T[] {
    const taken: T[] = [];
    while (!this.next.done && wanted(this.next.value)) {
      taken.push(this.next.value);
      this.next = this.iterator.next();
    }
    return taken;
  }
}
