/**
 * Steps that take back what a job did to the writer's memory (caches, indexes, the head of the change sequence), so that memory
 * follows the database when a savepoint or a whole group rolls back. One log for all, run backwards.
 */
export class UndoLog {
  private steps: (() => void)[] = [];

  /** Call right after a change in memory, with what undoes it. */
  push(undo: () => void): void {
    this.steps.push(undo);
  }

  mark(): number {
    return this.steps.length;
  }

  rollback(mark: number): void {
    for (let at = this.steps.length - 1; at >= mark; at -= 1) this.steps[at]?.();
    this.steps.length = mark;
  }

  /** Everything so far is durable. */
  clear(): void {
    this.steps = [];
  }
}
