import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { copyFile, readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';

/** What a log may grow to, in bytes. */
const MOST = 64 * 1024 * 1024;

/**
 * Keeps logs from filling the disk: one that has grown too long becomes `NAME.log.1`, in place of the one before, and begins anew. It is
 * copied, not renamed, because programs cannot open it again: HAProxy logs to its standard output, and dnsmasq, which is root no more, may
 * make no file here. What is written between copying and emptying is lost.
 * @param folder where logs are, at any depth; programs have them open for appending
 */
export async function limitLogs(folder: string, most = MOST): Promise<void> {
  const names = existsSync(folder) ? await readdir(folder, { recursive: true }) : [];
  for (const log of names.filter((name) => name.endsWith('.log')).map((name) => join(folder, name))) {
    // Its program may have gone meanwhile, and the folder with it; a disk that is full takes no copy.
    const { size } = await stat(log).catch(() => ({ size: 0 }));
    if (size <= most) continue;
    await copyFile(log, `${log}.1`).catch(() => undefined);
    await truncate(log).catch(() => undefined);
  }
}

/** Length of a log, in bytes. */
export function lengthOf(log: string): number {
  return existsSync(log) ? statSync(log).size : 0;
}

/** What a program has written since its log had this length. It may have begun anew meanwhile. */
export function loggedSince(log: string, length: number): string {
  if (!existsSync(log)) return '';
  const file = openSync(log, 'r');
  try {
    const { size } = fstatSync(file);
    const from = size < length ? 0 : length;
    const text = Buffer.alloc(size - from);
    return text.subarray(0, readSync(file, text, 0, text.length, from)).toString('utf8');
  } finally {
    closeSync(file);
  }
}
