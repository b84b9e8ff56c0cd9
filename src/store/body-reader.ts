import { type Handle, openForReading, type Statement } from './database.js';
import { lastSegment } from './intent-tables.js';

/**
 * Bodies of single objects, which is most of what is read. The reads of one turn of the event loop see one moment of the database as
 * long as nothing is committed meanwhile, because to find the last commit takes twice as long as to read an object.
 */
export class BodyReader {
  private readonly select: Statement;
  private readonly begin: Statement;
  private readonly end: Statement;
  /** How often there was a commit when the moment began that is being shared. */
  private moment: number | undefined;

  /** @param commits counts commits (`WriterThread.commits`); where left out, each read has a moment of its own */
  constructor(
    private readonly handle: Handle,
    private readonly commits?: Int32Array,
  ) {
    this.select = handle
      .prepare('SELECT after FROM policy_object JOIN change ON position = version WHERE policy_object.id = ? AND policy_object.path = ?')
      .pluck();
    this.begin = handle.prepare('BEGIN');
    this.end = handle.prepare('COMMIT');
  }

  body(path: string): string | undefined {
    if (this.commits) this.keepUp(Atomics.load(this.commits, 0));
    return this.select.get(lastSegment(path), path) as string | undefined;
  }

  close(): void {
    this.moment = undefined;
    this.handle.close();
  }

  private keepUp(now: number): void {
    if (this.moment === now) return;
    // A moment that was never let go would keep the write-ahead log from being emptied.
    if (this.moment === undefined) setImmediate(() => this.letGo());
    else this.end.run();
    this.begin.run();
    this.moment = now;
  }

  private letGo(): void {
    if (this.moment !== undefined) this.end.run();
    this.moment = undefined;
  }
}

/** On a connection of its own, so that nothing else is read at a moment that has passed. */
export function openBodyReader(file: string, commits: Int32Array): BodyReader {
  return new BodyReader(openForReading(file), commits);
}
