import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type BodyReader, openBodyReader } from '../../src/store/body-reader.js';
import { policyObject } from './apply-steps.js';
import { ScratchStore } from './scratch-store.js';
import { ScratchWriter } from './scratch-writer.js';

let writer: ScratchWriter;
let commits: Int32Array;
let reader: BodyReader;
beforeEach(async () => {
  writer = await ScratchWriter.open();
  commits = new Int32Array(new SharedArrayBuffer(4));
  reader = openBodyReader(writer.directory.database, commits);
});
afterEach(async () => {
  reader.close();
  await writer.remove();
});

const path = '/infra/segments/web';
function write(): void {
  writer.apply({ put: policyObject(path) });
}

it('reads at one moment within a turn, as long as no commit is counted', async () => {
  expect(reader.body(path)).toBeUndefined();
  write();
  expect(reader.body(path)).toBeUndefined();
  Atomics.add(commits, 0, 1);
  expect(reader.body(path)).toContain(path);
});

it('reads what there is in the next turn, whatever is counted', async () => {
  expect(reader.body(path)).toBeUndefined();
  write();
  await turn();
  expect(reader.body(path)).toContain(path);
});

it('is told of a commit before whoever waits for it', async () => {
  const store = await ScratchStore.open();
  const before = Atomics.load(store.thread.commits, 0);
  await store.apply({ put: policyObject(path) });
  expect(Atomics.load(store.thread.commits, 0)).toBeGreaterThan(before);
  await store.remove();
});
