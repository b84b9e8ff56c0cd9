import { execFile } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WholeManager } from '../whole-manager.js';

const ROOT = join(import.meta.dirname, '..', '..');
const MODULES = join(ROOT, 'node_modules');
/** Below the root, where the program finds the packages that it imports. */
const CLIENT = join(ROOT, 'dist', 'client');

const run = promisify(execFile);
let manager: WholeManager;

beforeAll(async () => {
  manager = await WholeManager.start();
  rmSync(CLIENT, { recursive: true, force: true });
  cpSync(join(import.meta.dirname, 'client'), CLIENT, { recursive: true });
});

afterAll(() => manager?.stop());

describe('a TypeScript client generated from the OpenAPI document', { timeout: 180_000 }, () => {
  it('compiles, and gets from a manager what its types promise', async () => {
    const generator = join(MODULES, 'openapi-typescript', 'bin', 'cli.js');
    const document = join(ROOT, 'openapi', 'heddle.json');
    await run(process.execPath, [generator, document, '--default-non-nullable=false', '--output', join(CLIENT, 'heddle.ts')]);
    await run(process.execPath, [join(MODULES, 'typescript', 'bin', 'tsc'), '-p', CLIENT]).catch(({ stdout }) => {
      throw new Error(`the program does not compile:\n${stdout}`);
    });
    const env = { HEDDLE_URL: manager.url, HEDDLE_PASSWORD: manager.password, NODE_EXTRA_CA_CERTS: join(manager.dataDir, 'ca.crt') };
    const { stdout } = await run(process.execPath, [join(CLIENT, 'program.js')], { env });
    expect(stdout).toBe('As the types promise.\n');
  });
});
