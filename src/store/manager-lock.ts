import type { DataDirectory } from './data-directory.js';
import type { Handle } from './database.js';
import { openLockFile } from './writable-database.js';

/**
 * Makes one process the only one that may change a data directory. The lock is SQLite's own on a file beside the database, which
 * the operating system takes back when the process ends, however it ends: no stale lock keeps a manager from starting again.
 */
export class ManagerLock {
  private constructor(private readonly handle: Handle) {}

  /** @throws when a manager, or a restore, has the directory */
  static acquire(directory: DataDirectory): ManagerLock {
    const handle = openLockFile(directory.lock);
    try {
      handle.exec('BEGIN EXCLUSIVE');
    } catch {
      handle.close();
      throw new Error(`${directory.path} is in use by a running manager: stop it first, or choose another data directory.`);
    }
    return new ManagerLock(handle);
  }

  release(): void {
    this.handle.close();
  }
}
