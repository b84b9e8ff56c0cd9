import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { archiveHistory, verifyArchive } from '../../src/store/archive.js';
import { CheckpointSigner } from '../../src/store/checkpoint-signer.js';
import { openForReading } from '../../src/store/database.js';
import { verifyHistory } from '../../src/store/verification.js';
import { policyObject } from './apply-steps.js';
import { ScratchWriter } from './scratch-writer.js';

let writer: ScratchWriter;
let directory: string;
let file: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'heddle-archive-'));
  file = join(directory, 'history.jsonl');
  writer = await ScratchWriter.open();
  writer.apply({ put: policyObject('/infra/segments/a', { description: 'one' }) }, { secret: '/infra/segments/a', field: 'key', value: 'open sesame' });
  writer.apply({ put: policyObject('/infra/segments/a', { description: 'two' }) }, { put: policyObject('/infra/segments/b') });
  writer.apply({ delete: '/infra/segments/b' });
  await writer.close();
});
afterEach(async () => {
  await writer.reopen();
  await writer.remove();
  rmSync(directory, { recursive: true });
});

const signer = (): CheckpointSigner => new CheckpointSigner(writer.directory.readHistoryKey());

it('moves history into a file that verifies by itself, and what is left verifies from there on', async () => {
  const archived = await archiveHistory(writer.directory, file, Date.now());
  expect(archived).toMatchObject({ sets: 3, sequence: 3 });
  expect(await verifyArchive(file, signer())).toEqual(archived);
  const handle = openForReading(writer.directory.database);
  expect(verifyHistory(handle, signer())).toMatchObject({ prunedUpTo: 3, chain: archived?.chain, sets: 0, changes: 1, fault: undefined });
  handle.close();
  expect(readFileSync(file, 'utf8')).not.toContain('open sesame');
});

it('goes on in the next file where the last one ended', async () => {
  const first = await archiveHistory(writer.directory, file, Date.now());
  await writer.reopen();
  writer.apply({ put: policyObject('/infra/segments/a', { description: 'three' }) });
  await writer.close();
  const next = join(directory, 'next.jsonl');
  expect(await archiveHistory(writer.directory, next, Date.now())).toMatchObject({ sets: 1, sequence: 4 });
  expect(JSON.parse(readFileSync(next, 'utf8').split('\n')[0] as string)).toEqual({ follows: { sequence: 3, chain: first?.chain } });
  expect(await verifyArchive(next, signer())).toMatchObject({ sequence: 4 });
});

it('moves nothing that is younger than asked, and nothing twice', async () => {
  expect(await archiveHistory(writer.directory, file, 1000)).toBeUndefined();
  await archiveHistory(writer.directory, file, Date.now());
  expect(await archiveHistory(writer.directory, join(directory, 'again.jsonl'), Date.now())).toBeUndefined();
  await expect(archiveHistory(writer.directory, file, 1000)).resolves.toBeUndefined();
});

it('overwrites no file, and then prunes nothing', async () => {
  writeFileSync(file, 'precious');
  await expect(archiveHistory(writer.directory, file, Date.now())).rejects.toThrow('EEXIST');
  expect(readFileSync(file, 'utf8')).toBe('precious');
  const handle = openForReading(writer.directory.database);
  expect(verifyHistory(handle, signer())).toMatchObject({ prunedUpTo: 0, sets: 3 });
  handle.close();
});

it.each([
  ['a changed body', (lines: string[]) => lines.map((line) => line.replace('two', 'six')), 'altered at change 2'],
  ['a missing set', (lines: string[]) => lines.toSpliced(2, 1), 'altered at change 2'],
  ['a missing end', (lines: string[]) => lines.slice(0, -2), 'cut short'],
  ['another end', (lines: string[]) => lines.toSpliced(3, 1), 'checkpoint that is not right'],
])('notices %s in an archive', async (_, spoil, message) => {
  await archiveHistory(writer.directory, file, Date.now());
  writeFileSync(file, spoil(readFileSync(file, 'utf8').split('\n')).join('\n'));
  await expect(verifyArchive(file, signer())).rejects.toThrow(message);
});
