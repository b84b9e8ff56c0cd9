import type { ChangeLog } from './change-log.js';
import type { CheckpointFacts, CheckpointSigner } from './checkpoint-signer.js';
import type { Handle, Statement } from './database.js';
import { digestOf, positionOf } from './hash-chain.js';
import { CHECKPOINT_COLUMNS, type ChangeRow, type CheckpointRow } from './tables/history.tables.js';
import type { UndoLog } from './undo-log.js';

/** A checkpoint is made after this many change sets, or this many milliseconds, whichever comes first. */
const SETS = 1000;
const MILLISECONDS = 10 * 60 * 1000;

/** Signed checkpoints of the change log, and pruning up to one of them. In the writer. */
export class Checkpoints {
  private last: Pick<CheckpointRow, 'sequence' | 'at'>;
  private readonly select: Statement;
  private readonly put: Statement;

  constructor(
    private readonly handle: Handle,
    private readonly log: ChangeLog,
    private readonly signer: CheckpointSigner,
    private readonly undo: UndoLog,
  ) {
    this.select = handle.prepare(`SELECT ${CHECKPOINT_COLUMNS} FROM checkpoint WHERE sequence = ?`);
    this.put = handle.prepare(
      `INSERT INTO checkpoint (sequence, at, chain, base, key_id, signature) VALUES ($sequence, $at, $chain, $base, $keyId, $signature)
       ON CONFLICT (sequence) DO UPDATE SET base = excluded.base, key_id = excluded.key_id, signature = excluded.signature`,
    );
    const last = handle.prepare('SELECT sequence, at FROM checkpoint WHERE sequence = (SELECT max(sequence) FROM checkpoint)').get() as
      | CheckpointRow
      | undefined;
    this.last = last ?? { sequence: 0, at: log.now() };
  }

  get isDue(): boolean {
    const sets = this.log.sequence - this.last.sequence;
    return sets >= SETS || (sets > 0 && this.log.now() - this.last.at >= MILLISECONDS);
  }

  /** Signs the log as it is now; answers the sequence. */
  sign(): number {
    const { sequence, chain } = this.log.head;
    if (sequence > this.last.sequence) {
      const at = this.log.now();
      this.store({ sequence, at, chain, base: null });
      const before = this.last;
      this.last = { sequence, at };
      this.undo.push(() => {
        this.last = before;
      });
    }
    return sequence;
  }

  /**
   * Deletes the log up to a checkpoint, except the last version of every object that existed then: these are what objects are
   * read from and what later history builds on, and the checkpoint is signed again over them.
   */
  prune(sequence: number): { sets: number; changes: number } {
    const checkpoint = this.select.get(sequence) as CheckpointRow | undefined;
    if (!checkpoint) throw new Error(`there is no checkpoint at change ${sequence}: prune up to one that exists`);
    const past = positionOf(sequence + 1, 0);
    const changes = this.superseded(past);
    const remove = this.handle.prepare('DELETE FROM change WHERE position = ?');
    for (const position of changes) remove.run(position);
    const kept = this.handle.prepare('SELECT * FROM change WHERE position < ? ORDER BY position').iterate(past) as Iterable<ChangeRow>;
    this.store({ sequence, at: checkpoint.at, chain: checkpoint.chain, base: digestOf(kept) });
    const { changes: sets } = this.handle.prepare('DELETE FROM change_set WHERE sequence <= ?').run(sequence);
    this.handle.prepare('DELETE FROM checkpoint WHERE sequence < ?').run(sequence);
    this.handle.prepare('DELETE FROM realized_history WHERE sequence <= ?').run(sequence);
    return { sets, changes: changes.length };
  }

  /** Positions of changes before `past` that were followed by another of their path before it, or that are deletes. */
  private superseded(past: number): number[] {
    const newest = new Map<string, number>();
    const superseded: number[] = [];
    const all = this.handle.prepare('SELECT position, path, operation FROM change WHERE position < ? ORDER BY position').raw();
    for (const [position, path, operation] of all.iterate(past) as Iterable<[number, string, string]>) {
      const before = newest.get(path);
      if (before !== undefined) superseded.push(before);
      if (operation === 'DELETE') {
        newest.delete(path);
        superseded.push(position);
      } else newest.set(path, position);
    }
    return superseded;
  }

  private store(facts: CheckpointFacts): void {
    this.put.run(this.signer.sign(facts));
  }
}
