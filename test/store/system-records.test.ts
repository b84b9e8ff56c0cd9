import { afterEach, beforeEach, expect, it } from 'vitest';
import { CONTEXT } from './apply-steps.js';
import { ScratchStore } from './scratch-store.js';

let store: ScratchStore;
beforeEach(async () => {
  store = await ScratchStore.open();
});
afterEach(() => store.remove());

it('keeps, replaces and removes records, and counts the audited call in the change sequence', async () => {
  const before = store.reader.sequence();
  await store.work.submit('records', {
    changes: [
      { kind: 'account', id: 'admin', body: '{"v":1}' },
      { kind: 'role', id: 'ops', body: '{"v":2}' },
    ],
    audit: { context: CONTEXT, status: 200 },
  });
  await store.work.submit('records', { changes: [{ kind: 'account', id: 'admin', body: '{"v":3}' }] });
  expect(store.reader.systemRecords(['account', 'role'])).toEqual(['{"v":3}', '{"v":2}']);
  expect(store.reader.systemRecords(['role'])).toEqual(['{"v":2}']);
  await store.work.submit('records', { changes: [{ kind: 'role', id: 'ops', body: null }] });
  expect(store.reader.systemRecords(['account', 'role'])).toEqual(['{"v":3}']);
  expect(store.reader.sequence()).toBe(before + 1);
});
