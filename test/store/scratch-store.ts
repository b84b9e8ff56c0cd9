import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WriteResult } from '../../src/policy/ports.js';
import { workerUrl } from '../../src/shared/worker-url.js';
import { DataDirectory } from '../../src/store/data-directory.js';
import { openReader, type StoreReader } from '../../src/store/reader.js';
import { UnitOfWork, WriterThread } from '../../src/store/unit-of-work.js';
import { CONTEXT, type Step, type StepsCommand } from './apply-steps.js';

/** A store in a directory of its own, with the whole machinery: writer thread, client and reader. */
export class ScratchStore {
  private constructor(
    readonly directory: DataDirectory,
    readonly thread: WriterThread,
    readonly work: UnitOfWork,
    readonly reader: StoreReader,
  ) {}

  static async open(path = mkdtempSync(join(tmpdir(), 'heddle-store-'))): Promise<ScratchStore> {
    const directory = new DataDirectory(path);
    const intent = workerUrl(import.meta.url, './apply-steps.js');
    const thread = await WriterThread.start(path, intent);
    return new ScratchStore(directory, thread, new UnitOfWork(thread.connect()), openReader(directory.database));
  }

  apply(...steps: Step[]): Promise<WriteResult> {
    const command: StepsCommand = { context: CONTEXT, steps };
    return this.work.submit('intent', { command });
  }

  async close(): Promise<void> {
    this.reader.close();
    await this.thread.stop();
  }

  async remove(): Promise<void> {
    await this.close();
    rmSync(this.directory.path, { recursive: true });
  }
}
