import { afterEach, beforeEach, expect, it } from 'vitest';
import { CheckpointSigner } from '../../src/store/checkpoint-signer.js';
import { openForReading } from '../../src/store/database.js';
import { verifyHistory } from '../../src/store/verification.js';
import { policyObject, type Step } from './apply-steps.js';
import { ScratchWriter, stepsJob } from './scratch-writer.js';

let writer: ScratchWriter;
beforeEach(async () => {
  writer = await ScratchWriter.open();
});
afterEach(() => writer.remove());

function large(id: string): Step[] {
  const path = `/infra/segments/${id}`;
  return [{ put: policyObject(path, { description: 'x'.repeat(20_000) }) }, { take: 'keys', owner: path, low: 0n, high: 1000n }];
}

it('a full disk refuses what does not fit and loses nothing; once there is room, everything goes on without a trace of it', () => {
  writer.apply(...large('first'));
  writer.limitGrowth(12);
  const names = Array.from({ length: 12 }, (_, at) => `during-${at}`);
  const outcomes = names.map((name) => writer.runTogether([['intent', stepsJob(...large(name))]])[0]);
  const refused = names.filter((_, at) => outcomes[at] instanceof Error);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThan(12);
  writer.limitGrowth(undefined);
  writer.apply(...large('after'));

  const there = ['first', ...names.filter((name) => !refused.includes(name)), 'after'];
  expect([...writer.reader.objects()].map(({ id }) => id)).toEqual(there);
  expect([...writer.reader.allClaims()].map(({ low }) => Number(low)).sort((a, b) => a - b)).toEqual(there.map((_, at) => at));
  expect(writer.reader.sequence()).toBe(there.length);
  const handle = openForReading(writer.directory.database);
  expect(verifyHistory(handle, new CheckpointSigner(writer.directory.readHistoryKey())).fault).toBeUndefined();
  handle.close();
});

it('when the disk fills up in the middle of a group, everyone in it is answered, and what was answered well is there', () => {
  writer.limitGrowth(20);
  const names = Array.from({ length: 20 }, (_, at) => `together-${at}`);
  const outcomes = writer.runTogether(names.map((name) => ['intent', stepsJob(...large(name))]));
  expect(outcomes.every((outcome) => outcome !== undefined)).toBe(true);
  expect(outcomes.some((outcome) => outcome instanceof Error)).toBe(true);
  expect([...writer.reader.objects()].map(({ id }) => id)).toEqual(names.filter((_, at) => !(outcomes[at] instanceof Error)));
  writer.limitGrowth(undefined);
});

it('jobs of all kinds share a group, each on its own: a failing one takes only itself back', () => {
  const outcomes = writer.runTogether([
    ['intent', stepsJob({ put: policyObject('/infra/segments/a') })],
    ['meta.set', { colour: 'blue' }],
    ['intent', stepsJob({ put: policyObject('/infra/segments/b') }, { crash: 'a bug' })],
    ['certificate.issued', { nodeId: 'n', serial: '1', fingerprint: 'f', issuedAt: 1, notAfter: 2 }],
    ['certificate.issued', { nodeId: 'n', serial: '2', fingerprint: 'f', issuedAt: 1, notAfter: 2 }],
    ['intent', stepsJob({ put: policyObject('/infra/segments/c') })],
  ]);
  expect(outcomes.map((outcome) => outcome instanceof Error)).toEqual([false, false, true, false, true, false]);
  expect([...writer.reader.objects()].map(({ id }) => id)).toEqual(['a', 'c']);
  expect(writer.reader.fact('colour')).toBe('blue');
  expect(writer.reader.sequence()).toBe(2);
});

it('an unknown job is refused', () => {
  expect(() => writer.run('nonsense' as 'audit', {} as never)).toThrow('no job nonsense');
});
