import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSecrets } from '../../src/store/secret-reader.js';
import { openForWriting } from '../../src/store/writable-database.js';
import { policyObject } from './apply-steps.js';
import { ScratchWriter } from './scratch-writer.js';

const PATH = '/infra/tier-0s/t/bgp/neighbors/n';
let writer: ScratchWriter;
beforeEach(async () => {
  writer = await ScratchWriter.open();
  writer.apply({ put: policyObject(PATH) }, { secret: PATH, field: 'password', value: 'päss' }, { secret: PATH, field: 'empty', value: '' });
});
afterEach(() => writer.remove());

function read(path: string, field: string): string | undefined {
  const secrets = openSecrets(writer.directory.path);
  try {
    return secrets.secret(path, field);
  } finally {
    secrets.close();
  }
}

async function tamper(sql: string): Promise<void> {
  const source = await openForWriting(writer.directory.database);
  await source.query(sql);
  await source.destroy();
}

it('gives back what was kept, until it is replaced or taken away', () => {
  expect([read(PATH, 'password'), read(PATH, 'empty'), read(PATH, 'other')]).toEqual(['päss', '', undefined]);
  writer.apply({ secret: PATH, field: 'password', value: 'new' }, { secret: PATH, field: 'empty' });
  expect([read(PATH, 'password'), read(PATH, 'empty')]).toEqual(['new', undefined]);
});

it('has its key in a file that only the owner reads, and makes it once', async () => {
  expect(statSync(writer.directory.secretKeys).mode & 0o777).toBe(0o600);
  const key = readFileSync(writer.directory.secretKeys, 'utf8');
  await writer.close();
  await writer.reopen();
  expect(readFileSync(writer.directory.secretKeys, 'utf8')).toBe(key);
});

it('opens what an older key sealed, and seals with the newest', async () => {
  const [first] = readFileSync(writer.directory.secretKeys, 'utf8').split('\n');
  await writer.close();
  appendFileSync(writer.directory.secretKeys, `${Buffer.alloc(32, 7).toString('base64')}\n`);
  await writer.reopen();
  writer.apply({ secret: PATH, field: 'empty', value: 'sealed anew' });
  expect([read(PATH, 'password'), read(PATH, 'empty')]).toEqual(['päss', 'sealed anew']);
  writeFileSync(writer.directory.secretKeys, `${Buffer.alloc(32, 7).toString('base64')}\n`);
  expect(read(PATH, 'empty')).toBe('sealed anew');
  expect(() => read(PATH, 'password')).toThrow('not in the key file');
  writeFileSync(writer.directory.secretKeys, `${first}\n`);
});

it('opens only in the place it was made for, and only as it was', async () => {
  await tamper(`UPDATE secret SET sealed = (SELECT sealed FROM secret WHERE field = 'password') WHERE field = 'empty'`);
  expect(() => read(PATH, 'empty')).toThrow('the row was changed');
  await tamper(`UPDATE secret SET sealed = 'AAAA' WHERE field = 'empty'`);
  expect(() => read(PATH, 'empty')).toThrow('the row was changed');
});

it('says plainly when the key file is not one', () => {
  const key = readFileSync(writer.directory.secretKeys, 'utf8');
  writeFileSync(writer.directory.secretKeys, 'secret\n');
  expect(() => read(PATH, 'password')).toThrow(/must hold keys of 32 bytes/);
  writeFileSync(writer.directory.secretKeys, key);
});
