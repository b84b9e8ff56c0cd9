import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backUp, restore } from '../../src/store/backup.js';
import { DataDirectory } from '../../src/store/data-directory.js';
import { openForWriting } from '../../src/store/writable-database.js';
import { policyObject } from './apply-steps.js';
import { ScratchStore } from './scratch-store.js';
import { ScratchWriter } from './scratch-writer.js';

let directory: string;
let store: ScratchStore;
let file: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'heddle-backup-'));
  file = join(directory, 'backup.db');
  store = await ScratchStore.open();
  await store.apply({ put: policyObject('/infra/segments/a') }, { secret: '/infra/segments/a', field: 'key', value: 'open sesame' });
});
afterEach(async () => {
  await store.remove();
  rmSync(directory, { recursive: true });
});

function empty(): DataDirectory {
  return new DataDirectory(mkdtempSync(join(directory, 'restored-')));
}

describe('a backup', () => {
  it('is taken while the manager writes, and is of one moment', async () => {
    const writes = Array.from({ length: 50 }, (_, at) =>
      store.apply({ put: policyObject(`/infra/segments/${at}`) }, { put: policyObject(`/infra/services/${at}`) }),
    );
    await writes[10];
    backUp(store.directory, file);
    await Promise.all(writes);
    const target = empty();
    const { sequence } = restore(target, file);
    expect(sequence).toBeGreaterThanOrEqual(12);
    const restored = await ScratchWriter.open(target.path);
    expect([...restored.reader.objects()]).toHaveLength(1 + 2 * (sequence - 1));
    expect(restored.apply({ put: policyObject('/infra/segments/next') }).sequence).toBe(sequence + 1);
    await restored.close();
  });

  it('holds no secret in the clear and not the key, and only its owner reads it', () => {
    backUp(store.directory, file);
    const bytes = readFileSync(file);
    expect(bytes.includes('open sesame')).toBe(false);
    expect(bytes.includes(readFileSync(store.directory.secretKeys, 'utf8').trim())).toBe(false);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['backup.db']);
  });

  it('overwrites nothing', () => {
    writeFileSync(file, 'precious');
    expect(() => backUp(store.directory, file)).toThrow('exists already');
    expect(readFileSync(file, 'utf8')).toBe('precious');
  });
});

describe('a restore', () => {
  it('is refused while a manager runs', () => {
    backUp(store.directory, file);
    expect(() => restore(store.directory, file)).toThrow('in use by a running manager');
  });

  it('replaces the database and keeps the old one beside it', async () => {
    backUp(store.directory, file);
    await store.apply({ put: policyObject('/infra/segments/later') });
    await store.close();
    restore(store.directory, file);
    expect(readdirSync(store.directory.path).sort()).toEqual(['heddle.db', 'heddle.db.replaced', 'history.key', 'manager.lock', 'secrets.key']);
    store = await ScratchStore.open(store.directory.path);
    expect([store.reader.exists('/infra/segments/a'), store.reader.exists('/infra/segments/later')]).toEqual([true, false]);
  });

  it.each([
    ['was altered', (path: string) => alter(path, `UPDATE change_set SET user = 'eve'`), 'was altered. Change 1:'],
    ['comes from a newer version', (path: string) => alter(path, `INSERT INTO migrations (timestamp, name) VALUES (9e12, 'Later')`), 'newer Heddle (Later)'],
    ['is something else', async (path: string) => writeFileSync(path, 'x'.repeat(10_000)), 'is not a backup'],
    ['is cut short', async (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 20_000)), 'damaged'],
  ])('refuses a file that %s, and leaves everything as it was', async (_, spoil, message) => {
    backUp(store.directory, file);
    await spoil(file);
    await store.close();
    const before = readdirSync(store.directory.path);
    expect(() => restore(store.directory, file)).toThrow(message);
    expect(readdirSync(store.directory.path)).toEqual(before);
    store = await ScratchStore.open(store.directory.path);
    expect(store.reader.exists('/infra/segments/a')).toBe(true);
  });
});

async function alter(path: string, sql: string): Promise<void> {
  const source = await openForWriting(path);
  await source.query(sql);
  await source.destroy();
}

it('a second manager on the same directory is refused, and may start once the first has ended', async () => {
  await expect(ScratchStore.open(store.directory.path)).rejects.toThrow('in use by a running manager');
  await store.close();
  store = await ScratchStore.open(store.directory.path);
  expect(store.reader.sequence()).toBe(1);
});
