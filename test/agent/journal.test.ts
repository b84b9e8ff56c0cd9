import { appendFileSync, mkdtempSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Journal, type JournalEvents } from '../../src/agent/journal.js';

let directory: string;
let replayed: string[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'heddle-journal-'));
  replayed = [];
});

const file = () => join(directory, 'held.journal');

function open(more: Partial<JournalEvents> = {}): Promise<Journal> {
  return Journal.open(directory, {
    replay: (node, parts) => replayed.push(`${node}:${parts.map(String).join('+')}`),
    summary: () => [],
    onFailure: (error) => {
      throw error;
    },
    ...more,
  });
}

describe('a journal', () => {
  it('gives back what was appended, node by node, part by part, in order', async () => {
    const journal = await open();
    await Promise.all([journal.append('n1', [Buffer.from('a'), Buffer.from('b')]), journal.append('n2', [Buffer.from('c')])]);
    await journal.append('n1', [Buffer.alloc(0)]);
    await journal.close();
    await (await open()).close();
    expect(replayed).toEqual(['n1:a+b', 'n2:c', 'n1:']);
  });

  it.each([1, 5, 9, 14])('cuts off a last record that lacks %i bytes, and goes on behind the one before', async (missing) => {
    const journal = await open();
    await journal.append('n', [Buffer.from('whole')]);
    await journal.append('n', [Buffer.from('torn')]);
    await journal.close();
    truncateSync(file(), statSync(file()).size - missing);
    const again = await open();
    await again.append('n', [Buffer.from('next')]);
    await again.close();
    replayed = [];
    await (await open()).close();
    expect(replayed).toEqual(['n:whole', 'n:next']);
  });

  it('takes nothing from a record whose bytes are not what was written', async () => {
    const journal = await open();
    await journal.append('n', [Buffer.from('good')]);
    await journal.append('n', [Buffer.from('damaged')]);
    await journal.close();
    const content = readFileSync(file());
    content[content.length - 1] = (content.at(-1) ?? 0) ^ 1;
    writeFileSync(file(), content);
    appendFileSync(file(), Buffer.alloc(100));
    await (await open()).close();
    expect(replayed).toEqual(['n:good']);
  });

  it('is rewritten once most of it is superseded, and loses nothing that comes meanwhile', async () => {
    const latest = new Map<string, Buffer>();
    const journal = await open({ summary: () => [...latest].map(([node, value]) => ({ node, parts: [value] })) });
    const payload = (text: string) => Buffer.concat([Buffer.alloc(50_000, 'x'), Buffer.from(text)]);
    await Promise.all(
      Array.from({ length: 300 }, (_, index) => {
        const node = `n${index % 3}`;
        latest.set(node, payload(String(index)));
        return journal.append(node, [payload(String(index))]);
      }),
    );
    for (let index = 300; index < 330; index += 1) {
      latest.set(`n${index % 3}`, payload(String(index)));
      await journal.append(`n${index % 3}`, [payload(String(index))]);
    }
    await journal.close();
    expect(statSync(file()).size).toBeLessThan(3_000_000);
    const last = new Map<string, string>();
    await (await open({ replay: (node, parts) => last.set(node, String(parts.at(-1)).slice(50_000)) })).close();
    expect([...last].sort()).toEqual([
      ['n0', '327'],
      ['n1', '328'],
      ['n2', '329'],
    ]);
  });

  it('acknowledges nothing more once the disk has failed', async () => {
    const failures: unknown[] = [];
    const journal = await open({ onFailure: (error) => failures.push(error) });
    await (journal as unknown as { handle: { close(): Promise<void> } }).handle.close();
    await expect(journal.append('n', [Buffer.from('x')])).rejects.toThrow();
    await expect(journal.append('n', [Buffer.from('y')])).rejects.toThrow();
    expect(failures.length).toBe(1);
  });
});
