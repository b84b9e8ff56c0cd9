import { readFileSync, statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CheckpointSigner } from '../../src/store/checkpoint-signer.js';
import { openForReading } from '../../src/store/database.js';
import { type Verification, verifyHistory } from '../../src/store/verification.js';
import { openForWriting } from '../../src/store/writable-database.js';
import { CONTEXT, policyObject } from './apply-steps.js';
import { ScratchWriter } from './scratch-writer.js';

let writer: ScratchWriter;
beforeEach(async () => {
  writer = await ScratchWriter.open();
});
afterEach(() => writer.remove());

function verify(): Verification {
  const handle = openForReading(writer.directory.database);
  const verification = verifyHistory(handle, new CheckpointSigner(writer.directory.readHistoryKey()));
  handle.close();
  return verification;
}

/** Changes the database behind the writer's back. */
async function tamper(sql: string): Promise<void> {
  await writer.close();
  const source = await openForWriting(writer.directory.database);
  await source.query(sql);
  await source.destroy();
  await writer.reopen();
}

function segment(name: string, description: string): { put: ReturnType<typeof policyObject> } {
  return { put: policyObject(`/infra/segments/${name}`, { description }) };
}

function someHistory(): void {
  writer.apply(segment('a', 'one'), segment('b', 'one'));
  writer.apply(segment('a', 'two'));
  writer.apply({ delete: '/infra/segments/b' });
  writer.run('audit', { context: CONTEXT, status: 403 });
  writer.apply(segment('c', 'one'));
}

describe('the hash chain', () => {
  it('verifies what was written, over restarts, with checkpoints signed on the way', async () => {
    someHistory();
    await writer.close();
    await writer.reopen();
    writer.apply(segment('d', 'one'));
    expect(writer.run('checkpoint', null)).toEqual({ sequence: 6 });
    expect(verify()).toMatchObject({ sequence: 6, sets: 6, changes: 6, prunedUpTo: 0, signed: 2, foreign: 0, fault: undefined });
    expect(statSync(writer.directory.historyKey).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['a version', `UPDATE change SET after = replace(after, 'two', 'six') WHERE after LIKE '%two%'`, 2],
    ['who did it', `UPDATE change_set SET user = 'eve' WHERE sequence = 3`, 3],
    ['when it was', `UPDATE change_set SET at = at - 1 WHERE sequence = 1`, 1],
    ['what was asked', `UPDATE change_set SET uri = '/' WHERE sequence = 4`, 4],
    ['its status', `UPDATE change_set SET status = 200 WHERE sequence = 4`, 4],
    ['what a change was', `UPDATE change SET operation = 'UPDATE' WHERE operation = 'CREATE' AND path LIKE '%/c'`, 5],
    ['its predecessor', `UPDATE change SET previous = NULL WHERE previous IS NOT NULL AND operation = 'UPDATE'`, 2],
    ['a set that is gone', 'DELETE FROM change_set WHERE sequence = 2', 2],
    ['the last set and its changes', `DELETE FROM change_set WHERE sequence = 5`, 5],
    ['a change that is gone', `DELETE FROM change WHERE operation = 'DELETE'`, 3],
    [
      'a change that was added',
      `INSERT INTO change SELECT position + 7, path, type, operation, revision, previous, after FROM change WHERE path LIKE '%/c'`,
      5,
    ],
    ['a checkpoint', `UPDATE checkpoint SET chain = '${'0'.repeat(64)}'`, 5],
    ['an object that is read from another version', `UPDATE policy_object SET version = number WHERE path LIKE '%/a'`, 2],
    ['an object that is not in the log any more', `DELETE FROM policy_object WHERE path LIKE '%/c'`, 5],
  ])('notices %s, and says where', async (_, sql, sequence) => {
    someHistory();
    await tamper(sql);
    expect(verify().fault).toMatchObject({ sequence, what: expect.stringMatching(new RegExp(`^Change ${sequence}: .+\\.$`)) });
  });

  it('tells checkpoints of another key from its own', async () => {
    someHistory();
    await tamper(`UPDATE checkpoint SET key_id = 'another'`);
    expect(verify()).toMatchObject({ signed: 0, foreign: 1, fault: undefined });
  });

  it('gets a checkpoint by itself after a thousand change sets', () => {
    const jobs = Array.from({ length: 1001 }, (): ['audit', unknown] => ['audit', { context: CONTEXT, status: 401 }]);
    writer.runTogether(jobs);
    writer.apply(segment('a', 'one'));
    expect(verify()).toMatchObject({ signed: 1, fault: undefined });
  });
});

describe('pruned history', () => {
  it('still verifies from the checkpoint on, keeps every object, and what was before later changes', async () => {
    someHistory();
    const { sequence } = writer.run('checkpoint', null);
    writer.apply(segment('a', 'three'));
    expect(writer.run('history.prune', { sequence, audit: { context: CONTEXT, status: 200 } })).toEqual({ sets: 5, changes: 3 });
    expect(verify()).toMatchObject({ prunedUpTo: 5, sequence: 7, sets: 2, changes: 3, fault: undefined });
    const { reader } = writer;
    expect(reader.get('/infra/segments/c')).toMatchObject({ description: 'one' });
    const [change] = reader.history.changeSet(6)?.details ?? [];
    expect(JSON.parse(change?.before ?? '{}')).toMatchObject({ description: 'two' });
    expect(reader.history.versions('/infra/segments/a', { size: 9 }).map(({ sequence: at, set }) => [at, set?.sequence])).toEqual([
      [6, 6],
      [2, undefined],
    ]);
    expect(reader.history.changeSet(2)).toBeUndefined();
  });

  it('goes on where it ended, also when nothing is left of it', async () => {
    someHistory();
    writer.run('history.prune', { sequence: writer.run('checkpoint', null).sequence });
    await writer.close();
    await writer.reopen();
    expect(writer.reader.sequence()).toBe(5);
    expect(writer.apply(segment('b', 'new')).sequence).toBe(6);
    expect(verify()).toMatchObject({ prunedUpTo: 5, sequence: 6, fault: undefined });
  });

  it('notices when a kept version was altered', async () => {
    someHistory();
    writer.run('history.prune', { sequence: writer.run('checkpoint', null).sequence });
    await tamper(`UPDATE change SET after = replace(after, 'two', 'six') WHERE after LIKE '%two%'`);
    expect(verify().fault).toMatchObject({ sequence: 5 });
  });

  it('is pruned only up to a checkpoint that exists', () => {
    someHistory();
    expect(() => writer.run('history.prune', { sequence: 3 })).toThrow('no checkpoint at change 3');
    expect(verify()).toMatchObject({ sets: 5, fault: undefined });
  });
});

it('keeps secrets out of everything but their own encrypted rows', async () => {
  writer.apply(segment('a', 'one'), { secret: '/infra/segments/a', field: 'key', value: 'open sesame, you' });
  await writer.close();
  const bytes = readFileSync(writer.directory.database);
  await writer.reopen();
  expect(bytes.includes('open sesame')).toBe(false);
});
