import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { idText } from '../../src/agent/held-state.js';
import { Journal } from '../../src/agent/journal.js';
import { RestoredNode } from '../../src/agent/node-agent.js';
import { writeIdentity } from '../../src/agent/node-state.js';
import { ResourceKind } from '../../src/realization/resources.pb.js';
import { workerUrl } from '../../src/shared/worker-url.js';
import { put, sw } from '../agent/resources.js';
import { eventually } from '../eventually.js';
import { Fabric } from './fabric.js';

let fabric: Fabric;
let running: ChildProcess | undefined;
afterEach(async () => {
  running?.kill('SIGKILL');
  await fabric.stop();
});

async function enrolledDirectory(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'heddle-agent-'));
  writeIdentity(directory, await fabric.identity('h1'));
  return directory;
}

function start(directory: string): { readonly child: ChildProcess; readonly ended: Promise<number | null> } {
  const child = spawn(process.execPath, [fileURLToPath(workerUrl(import.meta.url, './agent.process.js')), directory], { stdio: 'inherit' });
  running = child;
  return { child, ended: new Promise((resolve) => child.once('exit', (code) => resolve(code))) };
}

/** What the journal of a dead agent holds. */
async function onDisk(directory: string): Promise<RestoredNode> {
  const restored = new RestoredNode();
  const journal = await Journal.open(join(directory, 'journal'), {
    replay: (_, parts) => restored.replay(parts),
    summary: () => [],
    onFailure: (error) => {
      throw error;
    },
  });
  await journal.close();
  return restored;
}

it('an agent that is killed at any moment has on disk everything that it acknowledged, and catches up', async () => {
  fabric = await Fabric.start({ nodes: ['h1'] });
  const directory = await enrolledDirectory();
  let version = 0;
  for (let round = 0; round < 4; round += 1) {
    const { child, ended } = start(directory);
    await eventually(() => expect(fabric.session('h1')?.inSync).toBe(true));
    expect(fabric.realization.digest('h1')).toBe((await digestNow()).digest);
    fabric.realization.acks.length = 0;
    const writing = setInterval(() => {
      for (let change = 0; change < 5; change += 1) {
        version += 1;
        fabric.tell(['h1'], put(sw(`s${version % 40}`, version)));
      }
    }, 1);
    await eventually(() => expect(fabric.realization.acks.length).toBeGreaterThan(20));
    await new Promise((resolve) => setTimeout(resolve, round * 37));
    child.kill('SIGKILL');
    await ended;
    clearInterval(writing);
    await eventually(() => expect(fabric.session('h1')).toBeUndefined());
    const { held } = await onDisk(directory);
    for (const ack of fabric.realization.acks) {
      const [, key = '', acked] = ack.split(' ');
      expect(
        Number(held.get({ kind: ResourceKind.LOGICAL_SWITCH, key })?.version),
        `${idText({ kind: ResourceKind.LOGICAL_SWITCH, key })} was acknowledged`,
      ).toBeGreaterThanOrEqual(Number(acked));
    }
  }

  async function digestNow(): Promise<{ digest: string }> {
    // In sync means that the node has answered for everything; what it then holds is what its digest says when it greets again.
    await fabric.restartServer();
    await eventually(() => expect(fabric.session('h1')?.inSync).toBe(true));
    return { digest: fabric.greeted.get('h1') ?? '' };
  }
});

it('an agent works on while there is no manager, and ends when it is asked to', async () => {
  fabric = await Fabric.start({ nodes: ['h1'] });
  fabric.tell(['h1'], put(sw('s1', 1)));
  const directory = await enrolledDirectory();
  const { child, ended } = start(directory);
  await eventually(() => expect(fabric.realization.acks).toEqual(['h1 s1 1']));
  const back = fabric.restartServer(1_000);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(child.exitCode).toBeNull();
  await back;
  await eventually(() => expect(fabric.session('h1')?.inSync).toBe(true));
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect((await onDisk(directory)).held.digest).toBe(fabric.realization.digest('h1'));
});
