import { existsSync, readFileSync, renameSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { ensureDirectory, flushDirectory } from '../shared/durable-file.js';

/**
 * What agents keep on disk of what their manager told them: an append-only log of the deltas as they came over the wire, each
 * durable before it is acknowledged. Records that wait together are written and flushed together, also those of different nodes,
 * so that a thousand simulated agents in one process cost a few flushes a change and not a thousand. Not a database: a delta is
 * read back only at start, all of it, in order.
 */
export class Journal {
  private waiting: { readonly bytes: Buffer; readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];
  private writing: Promise<void> | undefined;
  private failure: unknown;
  /** Size of the file right after it was last rewritten; what has come since supersedes some of it. */
  private liveSize = 0;

  private constructor(
    private readonly directory: string,
    private readonly events: JournalEvents,
    private handle: FileHandle,
    private size: number,
  ) {}

  /**
   * Opens the journal of a directory, made where it is missing, and hands out what it holds in the order in which it was written.
   * A record torn by a crash, and what follows it, was never acknowledged and is cut off.
   */
  static async open(directory: string, events: JournalEvents): Promise<Journal> {
    ensureDirectory(directory);
    const file = join(directory, FILE);
    const content = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
    const whole = forEachRecord(content, events.replay);
    const handle = await open(file, 'a', 0o600);
    if (whole < content.length) {
      await handle.truncate(whole);
      await handle.sync();
    }
    flushDirectory(directory);
    return new Journal(directory, events, handle, whole);
  }

  /** Resolves once a record of a node is on disk; its parts are kept all or none. */
  append(node: string, parts: readonly Uint8Array[]): Promise<void> {
    if (this.failure) return Promise.reject(this.failure);
    const bytes = frame(node, parts);
    const done = new Promise<void>((resolve, reject) => this.waiting.push({ bytes, resolve, reject }));
    this.writing ??= this.drain();
    return done;
  }

  /** Waits for what was appended, and closes the file. */
  async close(): Promise<void> {
    await this.writing;
    await this.handle.close();
  }

  private async drain(): Promise<void> {
    // Everything appended in the same turn of the event loop goes into the first write.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const group = this.waiting;
      this.waiting = [];
      try {
        const bytes = Buffer.concat(group.map((entry) => entry.bytes));
        await this.handle.appendFile(bytes);
        await this.handle.datasync();
        this.size += bytes.length;
        for (const entry of group) entry.resolve();
        if (this.size > BLOAT_FLOOR + BLOAT_RATIO * this.liveSize) await this.rewrite();
      } catch (error) {
        // After a failed flush nobody knows what is on disk: nothing more is acknowledged until the agent starts anew.
        this.failure = error;
        for (const entry of [...group, ...this.waiting]) entry.reject(error);
        this.waiting = [];
        this.events.onFailure(error);
      }
    }
    this.writing = undefined;
  }

  /**
   * Replaces the file by a summary of what it says. What waits to be appended is in the summary already, or will come after it:
   * replaying a delta twice changes nothing.
   */
  private async rewrite(): Promise<void> {
    const file = join(this.directory, FILE);
    const beside = `${file}.new`;
    const handle = await open(beside, 'w', 0o600);
    const bytes = Buffer.concat([...this.events.summary()].map(({ node, parts }) => frame(node, parts)));
    await handle.writeFile(bytes);
    await handle.sync();
    await handle.close();
    renameSync(beside, file);
    flushDirectory(this.directory);
    await this.handle.close();
    this.handle = await open(file, 'a', 0o600);
    this.size = bytes.length;
    this.liveSize = bytes.length;
  }
}

/** What a journal needs of those who keep something in it. */
export interface JournalEvents {
  /** A record as it is read back: the node and the parts that were appended together. */
  replay(node: string, parts: readonly Buffer[]): void;
  /** Records that add up to all that was ever appended, as few as possible. */
  summary(): Iterable<{ readonly node: string; readonly parts: readonly Uint8Array[] }>;
  /** The disk failed; what was rejected must not be acknowledged to anyone. */
  onFailure(error: unknown): void;
}

const FILE = 'held.journal';
const BLOAT_FLOOR = 1024 * 1024;
const BLOAT_RATIO = 3;
/** Length of the payload and CRC-32 of it, both 32 bits, little endian. */
const HEADER_BYTES = 8;

/** A record: header, the node's id and each part, all three with their lengths as 32 bits. */
function frame(node: string, parts: readonly Uint8Array[]): Buffer {
  const pieces = [Buffer.from(node, 'utf8'), ...parts];
  const framed = Buffer.allocUnsafe(pieces.reduce((sum, piece) => sum + 4 + piece.length, HEADER_BYTES));
  let at = HEADER_BYTES;
  for (const piece of pieces) {
    framed.writeUInt32LE(piece.length, at);
    framed.set(piece, at + 4);
    at += 4 + piece.length;
  }
  const payload = framed.subarray(HEADER_BYTES);
  framed.writeUInt32LE(payload.length, 0);
  framed.writeUInt32LE(crc32(payload), 4);
  return framed;
}

/** Calls back for every whole record, and answers how many bytes they take together. */
function forEachRecord(content: Buffer, visit: (node: string, parts: readonly Buffer[]) => void): number {
  let at = 0;
  while (at + HEADER_BYTES <= content.length) {
    const end = at + HEADER_BYTES + content.readUInt32LE(at);
    if (end > content.length) break;
    const payload = content.subarray(at + HEADER_BYTES, end);
    if (crc32(payload) !== content.readUInt32LE(at + 4)) break;
    const [node, ...parts] = pieces(payload);
    if (!node) break;
    visit(node.toString('utf8'), parts);
    at = end;
  }
  return at;
}

function* pieces(payload: Buffer): Generator<Buffer> {
  for (let at = 0; at + 4 <= payload.length; ) {
    const length = payload.readUInt32LE(at);
    yield payload.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
}
