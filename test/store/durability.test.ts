import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { workerUrl } from '../../src/shared/worker-url.js';
import { CheckpointSigner } from '../../src/store/checkpoint-signer.js';
import { DataDirectory } from '../../src/store/data-directory.js';
import { openForReading } from '../../src/store/database.js';
import { openReader } from '../../src/store/reader.js';
import { verifyHistory } from '../../src/store/verification.js';

/** How often the writer is killed; set HEDDLE_TEST_KILLS for more. */
const KILLS = Number(process.env.HEDDLE_TEST_KILLS ?? 3);

interface Life {
  readonly asked: ReadonlySet<string>;
  readonly acknowledged: ReadonlySet<string>;
  readonly refused: ReadonlySet<string>;
}

/** Runs the endless writer until some writes were acknowledged, and kills it at a random moment after that. */
async function liveAndDie(directory: string, name: string): Promise<Life> {
  const child = spawn(process.execPath, [fileURLToPath(workerUrl(import.meta.url, './endless-writer.js')), directory, name], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  let doomed = false;
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (text: string) => {
    output += text;
    if (doomed || !output.includes('\nack ')) return;
    doomed = true;
    setTimeout(() => child.kill('SIGKILL'), Math.random() * 300);
  });
  await new Promise((resolve) => child.once('close', resolve));
  const lines = output.split('\n').slice(0, -1);
  const said = (what: string): ReadonlySet<string> => new Set(lines.filter((line) => line.startsWith(`${what} `)).map((line) => line.slice(what.length + 1)));
  return { asked: said('ask'), acknowledged: said('ack'), refused: said('refused') };
}

it(`loses no acknowledged write, keeps no refused one, and hands out no number twice, over ${KILLS} kills under load`, {
  timeout: 20_000 + KILLS * 10_000,
}, async () => {
  const directory = new DataDirectory(mkdtempSync(join(tmpdir(), 'heddle-kill-')));
  const lives: Life[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) lives.push(await liveAndDie(directory.path, `life${kill}`));

  const reader = openReader(directory.database);
  const stored = new Set([...reader.objects()].map(({ id }) => id));
  const numbers = new Map([...reader.allClaims()].map(({ owner, low }) => [owner.split('/').at(-1) as string, String(low)]));
  reader.close();
  const lost = lives.flatMap(({ acknowledged }) => [...acknowledged].filter((id) => !stored.has(id) || !numbers.has(id)));
  const kept = lives.flatMap(({ refused }) => [...refused].filter((id) => stored.has(id) || numbers.has(id)));
  const asked = new Set(lives.flatMap((life) => [...life.asked]));
  const phantoms = [...stored].filter((id) => !asked.has(id));
  expect({ lost, kept, phantoms }).toEqual({ lost: [], kept: [], phantoms: [] });
  expect(new Set(numbers.values()).size).toBe(numbers.size);
  expect([...numbers.keys()].sort()).toEqual([...stored].sort());
  for (const { acknowledged } of lives) expect(acknowledged.size).toBeGreaterThan(0);

  const handle = openForReading(directory.database);
  expect(verifyHistory(handle, new CheckpointSigner(directory.readHistoryKey()))).toMatchObject({ fault: undefined, sets: stored.size });
  handle.close();
  rmSync(directory.path, { recursive: true });
});
