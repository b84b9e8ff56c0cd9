import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PolicyError } from '../../src/model/problem.js';
import type { Commit } from '../../src/policy/ports.js';
import { onCommit, UnitOfWork } from '../../src/store/unit-of-work.js';
import { StoreError } from '../../src/store/wire.js';
import { CONTEXT, policyObject, type StepsCommand } from './apply-steps.js';
import { ScratchStore } from './scratch-store.js';

let store: ScratchStore;
beforeEach(async () => {
  store = await ScratchStore.open();
});
afterEach(() => store.remove());

describe('the unit of work', () => {
  it('answers when a job can be read by others, with its place in the change sequence', async () => {
    const first = await store.apply({ put: policyObject('/infra/segments/a') });
    const second = await store.apply({ put: policyObject('/infra/segments/b', { description: 'two' }) });
    expect([first.sequence, second.sequence]).toEqual([1, 2]);
    expect(store.reader.get('/infra/segments/b')).toEqual(policyObject('/infra/segments/b', { description: 'two' }));
    expect(store.reader.sequence()).toBe(2);
  });

  it('keeps what succeeded and nothing of what failed, among 200 jobs that overlap', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 200 }, async (_, at) => {
        await new Promise((resolve) => setTimeout(resolve, at % 17));
        const put = { put: policyObject(`/infra/segments/${at}`) };
        return store.apply(put, ...(at % 10 === 0 ? [{ refuse: 'no' }] : []));
      }),
    );
    const stored = outcomes.map((_, at) => store.reader.exists(`/infra/segments/${at}`));
    expect(stored).toEqual(outcomes.map(({ status }) => status === 'fulfilled'));
    expect(stored.filter((there) => !there)).toHaveLength(20);
    expect(store.reader.sequence()).toBe(180);
  });

  it('rebuilds errors: those of clients with their problems, others as errors of the store', async () => {
    const refused = await store.apply({ refuse: 'id is odd' }).catch((error) => error);
    expect(refused).toBeInstanceOf(PolicyError);
    expect(refused.problems).toEqual([{ status: 400, code: 500012, message: 'id is odd', field: 'id' }]);
    const failed = await store.apply({ crash: 'a bug' }).catch((error) => error);
    expect(failed).toBeInstanceOf(StoreError);
    expect(failed.message).toBe('a bug');
  });

  it('answers a dry run as if it had happened, and keeps nothing', async () => {
    const command: StepsCommand = { context: CONTEXT, dryRun: true, steps: [{ put: policyObject('/infra/segments/a') }] };
    const { objects, sequence } = await store.work.submit('intent', { command });
    expect(JSON.parse(objects[0] as string).path).toBe('/infra/segments/a');
    expect(sequence).toBe(0);
    expect(store.reader.exists('/infra/segments/a')).toBe(false);
    expect((await store.apply({ put: policyObject('/infra/segments/a') })).sequence).toBe(1);
  });

  it('feeds every commit that changed intent, in order, to every listener', async () => {
    const seen: Commit[][] = [[], []];
    for (const commits of seen) onCommit(store.thread.feed(), (commit) => commits.push(commit));
    const other = new UnitOfWork(store.thread.connect());
    await Promise.all(
      Array.from({ length: 60 }, (_, at) => {
        const command: StepsCommand = { context: CONTEXT, steps: at % 6 === 5 ? [{ refuse: 'no' }] : [{ put: policyObject(`/infra/segments/${at}`) }] };
        return (at % 2 === 0 ? store.work : other).submit('intent', { command }).catch(() => undefined);
      }),
    );
    await store.apply({ delete: '/infra/segments/0' });
    await expect.poll(() => seen.map((commits) => commits.length)).toEqual([51, 51]);
    for (const commits of seen) {
      expect(commits.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 51 }, (_, at) => at + 1));
      expect(commits.at(-1)?.changes).toEqual([{ path: '/infra/segments/0', type: 'Segment', operation: 'DELETE', after: undefined }]);
      expect(commits[0]?.changes[0]?.after).toEqual(store.reader.get(commits[0]?.changes[0]?.path as string) ?? policyObject('/infra/segments/0'));
    }
    other.close();
  });

  it('writes what was submitted before it stops, and refuses afterwards', async () => {
    const last = store.apply({ put: policyObject('/infra/segments/last') });
    await new Promise((resolve) => setImmediate(resolve));
    await store.thread.stop();
    expect((await last).sequence).toBe(1);
    await expect(store.apply({ put: policyObject('/infra/segments/late') })).rejects.toThrow('closed');
    expect(store.reader.exists('/infra/segments/last')).toBe(true);
  });
});
