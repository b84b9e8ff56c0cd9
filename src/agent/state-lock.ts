import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { createServer } from 'node:net';
import { ensureDirectory } from '../shared/durable-file.js';

/**
 * Keeps a second agent out of a state directory: two would write one journal and show one certificate. The lock is a name in
 * Linux' abstract socket space, which the kernel takes back when the process ends, however it ends; a file would stay behind.
 * @returns what gives the directory up
 * @throws Error when another agent of this machine has it
 */
export async function lockStateDirectory(directory: string): Promise<() => void> {
  ensureDirectory(directory);
  const name = createHash('sha256').update(realpathSync(directory)).digest('hex');
  const lock = createServer();
  await new Promise<void>((resolve, reject) => {
    lock.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new Error(`${directory} is in use by a running agent: stop it first, or choose another state directory`) : error);
    });
    lock.listen({ path: `\0heddle-agent-${name}` }, resolve);
  });
  lock.unref();
  return () => lock.close();
}
