import { randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Small files that must be whole after a crash: written beside, flushed, and moved into place. */

/** The text of a file, or undefined when there is none. Any other error is thrown. */
export function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Replaces a file so that a reader, also after a crash, sees the old text or the new one and nothing between. */
export function writeFileDurably(file: string, content: string | Uint8Array, mode = 0o644): void {
  ensureDirectory(dirname(file));
  const beside = besideOf(file);
  writeAndFlush(beside, content, mode);
  renameSync(beside, file);
  flushDirectory(dirname(file));
}

/**
 * Creates a file once: answers the content of the file that is there afterwards. Where another thread or process was first, that
 * is what the other wrote, so that all go on with the same key or certificate.
 */
export function createFileOnce(file: string, content: string, mode = 0o600): string {
  ensureDirectory(dirname(file));
  const beside = besideOf(file);
  writeAndFlush(beside, content, mode);
  try {
    // A link, not a rename: it fails where the name is taken, and what appears under the name is always whole.
    linkSync(beside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return readFileSync(file, 'utf8');
  } finally {
    unlinkSync(beside);
  }
  flushDirectory(dirname(file));
  return content;
}

function besideOf(file: string): string {
  return `${file}.${randomUUID()}.new`;
}

/** Directories made here are the owner's alone: what lies in them is keys and state. */
export function ensureDirectory(directory: string): void {
  if (!existsSync(directory)) mkdirSync(directory, { recursive: true, mode: 0o700 });
}

/** Makes a rename or a creation in a directory survive a power cut. */
export function flushDirectory(directory: string): void {
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function writeAndFlush(file: string, content: string | Uint8Array, mode: number): void {
  const handle = openSync(file, 'wx', mode);
  try {
    const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
    for (let written = 0; written < bytes.length; ) written += writeSync(handle, bytes, written);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
