import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CONTEXT, policyObject } from './apply-steps.js';
import { ScratchWriter } from './scratch-writer.js';

let writer: ScratchWriter;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1000 });
  writer = await ScratchWriter.open();
});
afterEach(async () => {
  vi.useRealTimers();
  await writer.remove();
});

const SEGMENT = '/infra/segments/a';

/** Three lives of one segment in change sets 1, 2, 3 (deleted), 4, with a port under it in 2 and another user in 5. */
function live(): void {
  writer.apply({ put: policyObject(SEGMENT, { description: 'one' }) });
  vi.setSystemTime(2000);
  writer.apply(
    { put: policyObject(SEGMENT, { description: 'two', _revision: 1 }) },
    { put: policyObject(`${SEGMENT}/ports/p`, { resource_type: 'SegmentPort' }) },
  );
  vi.setSystemTime(3000);
  writer.apply({ delete: `${SEGMENT}/ports/p` }, { delete: SEGMENT });
  vi.setSystemTime(4000);
  writer.apply({ put: policyObject(SEGMENT, { description: 'again' }) });
  vi.setSystemTime(5000);
  const grace = { ...CONTEXT, actor: { ...CONTEXT.actor, user: 'grace' }, requestId: 'request-5' };
  writer.run('audit', { context: grace, status: 403 });
}

describe('history', () => {
  beforeEach(live);

  it('has all versions of a path, newest first, across deletes, with who made them', () => {
    const versions = writer.reader.history.versions(SEGMENT, { size: 10 });
    expect(versions.map(({ sequence, operation, revision, after }) => [sequence, operation, revision, after && JSON.parse(after).description])).toEqual([
      [4, 'CREATE', 0, 'again'],
      [3, 'DELETE', 1, undefined],
      [2, 'UPDATE', 1, 'two'],
      [1, 'CREATE', 0, 'one'],
    ]);
    expect(versions[2]?.set).toEqual({
      sequence: 2,
      at: 2000,
      user: 'ada',
      source: '192.0.2.1',
      requestId: 'request-1',
      method: 'PATCH',
      uri: '/policy/api/v1/infra',
      status: 200,
      changes: 2,
    });
    expect(writer.reader.history.versions(SEGMENT, { size: 2, before: 4 }).map(({ sequence }) => sequence)).toEqual([3, 2]);
    expect(writer.reader.history.versions('/infra/segments/none', { size: 2 })).toEqual([]);
  });

  it('shows a change set with what was before and after', () => {
    const { details } = writer.reader.history.changeSet(2) as NonNullable<ReturnType<typeof writer.reader.history.changeSet>>;
    expect(details.map(({ path, before, after }) => [path, before && JSON.parse(before).description, after && JSON.parse(after).description])).toEqual([
      [SEGMENT, 'one', 'two'],
      [`${SEGMENT}/ports/p`, undefined, undefined],
    ]);
    expect(writer.reader.history.changeSet(4)?.details[0]).toMatchObject({ operation: 'CREATE', before: undefined });
    expect(writer.reader.history.changeSet(99)).toBeUndefined();
  });

  it('reads objects and trees as of any change set', () => {
    const { history } = writer.reader;
    const described = [0, 1, 2, 3, 4].map((sequence) => JSON.parse(history.asOf(SEGMENT, sequence) ?? '{}').description);
    expect(described).toEqual([undefined, 'one', 'two', undefined, 'again']);
    const trees = [1, 2, 3, 4].map((sequence) => history.subtreeAsOf(SEGMENT, sequence).map((text) => JSON.parse(text).path));
    expect(trees).toEqual([[SEGMENT], [SEGMENT, `${SEGMENT}/ports/p`], [], [SEGMENT]]);
  });

  it('finds change sets by who, what, when and outcome, newest first and in pages', () => {
    const sequences = (filter: Parameters<typeof writer.reader.history.changeSets>[0], page = { size: 10 }): number[] =>
      writer.reader.history.changeSets(filter, page).map(({ sequence }) => sequence);
    expect(sequences({})).toEqual([5, 4, 3, 2, 1]);
    expect(sequences({ user: 'grace' })).toEqual([5]);
    expect(sequences({ requestId: 'request-1' })).toEqual([4, 3, 2, 1]);
    expect(sequences({ status: [400, 599] })).toEqual([5]);
    expect(sequences({ path: `${SEGMENT}/ports` })).toEqual([3, 2]);
    expect(sequences({ path: '/infra/seg' })).toEqual([]);
    expect(sequences({ path: '/infra/segments', type: 'SegmentPort' })).toEqual([3, 2]);
    expect(sequences({ operation: 'DELETE' })).toEqual([3]);
    expect(sequences({ from: 2000, to: 3000 })).toEqual([3, 2]);
    expect(sequences({ from: 2001, to: 2999 })).toEqual([]);
    expect(sequences({}, { size: 2, ...{ before: 4 } })).toEqual([3, 2]);
  });

  it('knows which change set was the last at a moment', () => {
    const { history } = writer.reader;
    expect([999, 1000, 2500, 5000, 9e15].map((time) => history.sequenceAt(time))).toEqual([0, 1, 2, 5, 5]);
  });

  it('does not go back in time when the clock does', () => {
    vi.setSystemTime(10);
    writer.apply({ put: policyObject('/infra/segments/late') });
    expect(writer.reader.history.changeSet(6)?.at).toBe(5000);
  });
});
