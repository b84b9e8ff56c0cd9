import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import type { PolicyObject } from '../../src/model/policy-object.js';
import type { IntentTransaction, WriteResult } from '../../src/policy/ports.js';
import { DataDirectory } from '../../src/store/data-directory.js';
import type { CommittedIntent } from '../../src/store/intent-transaction.js';
import type { ApplyCommand, JobKind, JobTypes } from '../../src/store/jobs.js';
import { openReader, type StoreReader } from '../../src/store/reader.js';
import { handleOf } from '../../src/store/writable-database.js';
import { Writer } from '../../src/store/writer.js';
import { applyCommand, CONTEXT, type Step, type StepsCommand } from './apply-steps.js';

/** The writer without its thread, in a directory of its own, with a reader on the same file. */
export class ScratchWriter {
  readonly commits: CommittedIntent[] = [];
  /** What the steps of the last command answered. */
  answers: readonly (PolicyObject | undefined)[] = [];
  private writer!: Writer;
  reader!: StoreReader;

  private constructor(readonly directory: DataDirectory) {}

  static async open(path = mkdtempSync(join(tmpdir(), 'heddle-writer-'))): Promise<ScratchWriter> {
    const scratch = new ScratchWriter(new DataDirectory(path));
    await scratch.reopen();
    return scratch;
  }

  /** Opens what was closed: a new start of the manager. */
  async reopen(): Promise<void> {
    const apply = (transaction: IntentTransaction, command: StepsCommand): readonly (PolicyObject | undefined)[] => {
      this.answers = applyCommand(transaction, command);
      return this.answers;
    };
    this.writer = await Writer.open(this.directory, apply as unknown as ApplyCommand, (commits) => this.commits.push(...commits));
    this.reader = openReader(this.directory.database);
  }

  run<K extends JobKind>(kind: K, payload: JobTypes[K]['payload']): JobTypes[K]['result'] {
    const [outcome] = this.runTogether([[kind, payload]]);
    if (outcome instanceof Error) throw outcome;
    return outcome as JobTypes[K]['result'];
  }

  /** Runs jobs in one group; answers for each its result or its error. */
  runTogether(jobs: readonly [JobKind, unknown][]): unknown[] {
    const outcomes: unknown[] = jobs.map(() => undefined);
    for (const [at, [kind, payload]] of jobs.entries()) {
      const keep = (outcome: unknown): void => {
        outcomes[at] = outcome;
      };
      this.writer.enqueue(kind, payload as never, { resolve: keep, reject: keep });
    }
    while (this.writer.runNextGroup());
    return outcomes;
  }

  apply(...steps: Step[]): WriteResult {
    return this.run('intent', stepsJob(...steps));
  }

  /** What a transaction answers to a question after some steps. */
  ask(ask: Extract<Step, { ask: string }>['ask'], of: string, ...before: Step[]): unknown {
    this.apply(...before, { ask, of });
    return JSON.parse(this.answers.at(-1)?.description ?? 'null');
  }

  /** Lets the database grow by so many pages and no more, as a full disk would; undefined: as far as it needs. */
  limitGrowth(pages: number | undefined): void {
    const handle = handleOf((this.writer as unknown as { readonly source: DataSource }).source);
    const used = handle.pragma('page_count', { simple: true }) as number;
    handle.pragma(`max_page_count = ${pages === undefined ? 0xfffffffe : used + pages}`);
  }

  async close(): Promise<void> {
    this.reader.close();
    await this.writer.close();
  }

  async remove(): Promise<void> {
    await this.close();
    rmSync(this.directory.path, { recursive: true });
  }
}

export function stepsJob(...steps: Step[]): { command: StepsCommand } {
  return { command: { context: CONTEXT, steps } };
}
