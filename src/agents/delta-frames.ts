import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { NodeDelta } from '../realization/contract.js';
import { encodedChange } from '../realization/encoding.js';

/** A delta in parts of about this size: far below what a receiver accepts, and small enough not to hold up what shares the stream. */
const PART_BYTES = 256 * 1024;

/** Tags of the fields written by hand, as `session.proto` numbers them: `number << 3 | wire type`. */
const BATCH = (2 << 3) | 2;
const NUMBER = (1 << 3) | 0;
const SEQUENCE = (2 << 3) | 0;
const CHANGES = (3 << 3) | 2;
const LAST = (4 << 3) | 0;
const DIGEST = (5 << 3) | 2;

/**
 * A delta as the `ToAgent` messages that carry it. The changes are taken as they were serialised for whichever node came first:
 * only the few bytes around them are made for each node.
 */
export function deltaFrames(number: number, { sequence, changes, digest }: Pick<NodeDelta, 'sequence' | 'changes' | 'digest'>): Buffer[] {
  const frames: Buffer[] = [];
  let part = begin(number, sequence);
  let size = 0;
  for (const change of changes) {
    const bytes = encodedChange(change);
    if (size > 0 && size + bytes.length > PART_BYTES) {
      frames.push(finish(part));
      part = begin(number, sequence);
      size = 0;
    }
    part.uint32(CHANGES).bytes(bytes);
    size += bytes.length;
  }
  frames.push(finish(part.uint32(LAST).bool(true).uint32(DIGEST).string(digest)));
  return frames;
}

function begin(number: number, sequence: number): BinaryWriter {
  return new BinaryWriter().uint32(NUMBER).uint64(number).uint32(SEQUENCE).uint64(sequence);
}

function finish(batch: BinaryWriter): Buffer {
  const bytes = new BinaryWriter().uint32(BATCH).bytes(batch.finish()).finish();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
