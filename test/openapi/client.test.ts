import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Manager, startManager } from '../../src/manager/manager.js';
import { readSettings } from '../../src/operations/settings.js';

const PASSWORD = 'Generated-Client-1';
const ROOT = join(import.meta.dirname, '..', '..');
const MODULES = join(ROOT, 'node_modules');
/** Below the root, where the program finds the packages that it imports. */
const CLIENT = join(ROOT, 'dist', 'client');

const run = promisify(execFile);
const dataDir = mkdtempSync(join(tmpdir(), 'heddle-client-'));
let manager: Manager;

beforeAll(async () => {
  manager = await startManager(
    readSettings({
      HEDDLE_DATA_DIR: dataDir,
      HEDDLE_PORT: '0',
      HEDDLE_AGENT_PORT: '0',
      HEDDLE_ADMIN_PASSWORD: PASSWORD,
      HEDDLE_SIMULATED_NODES: '0',
      HEDDLE_LOG_LEVEL: 'error',
    }),
  );
  rmSync(CLIENT, { recursive: true, force: true });
  cpSync(join(import.meta.dirname, 'client'), CLIENT, { recursive: true });
});

afterAll(async () => {
  await manager?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('a TypeScript client generated from the OpenAPI document', { timeout: 180_000 }, () => {
  it('compiles, and gets from a manager what its types promise', async () => {
    const generator = join(MODULES, 'openapi-typescript', 'bin', 'cli.js');
    const document = join(ROOT, 'openapi', 'heddle.json');
    await run(process.execPath, [generator, document, '--default-non-nullable=false', '--output', join(CLIENT, 'heddle.ts')]);
    await run(process.execPath, [join(MODULES, 'typescript', 'bin', 'tsc'), '-p', CLIENT]).catch(({ stdout }) => {
      throw new Error(`the program does not compile:\n${stdout}`);
    });
    const env = { HEDDLE_URL: manager.url, HEDDLE_PASSWORD: PASSWORD, NODE_EXTRA_CA_CERTS: join(dataDir, 'ca.crt') };
    const { stdout } = await run(process.execPath, [join(CLIENT, 'program.js')], { env });
    expect(stdout).toBe('As the types promise.\n');
  });
});
