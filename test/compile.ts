import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
/** Touched by a whole compilation. The compiler's own record is also written by a check that emits nothing. */
const STAMP = join(ROOT, 'dist', '.compiled');
const SOURCES = ['src', 'migrations', 'test', 'tsconfig.json', 'vitest.config.ts'];

/** Brings `dist/` up to date before any test: worker threads and child processes run from there. */
export default function compile(): void {
  const built = existsSync(STAMP) ? statSync(STAMP).mtimeMs : 0;
  if (newest(SOURCES.map((name) => join(ROOT, name))) < built) return;
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [compiler, '-p', ROOT], { stdio: 'inherit' });
  // Type errors do not keep code from being compiled: they are the type check's business, and these tests' subject may be whole.
  if (status !== 0) console.error('The sources have type errors (above); testing what was compiled all the same.');
  else writeFileSync(STAMP, '');
}

function newest(paths: readonly string[]): number {
  let latest = 0;
  for (const path of paths) {
    const stat = statSync(path);
    latest = Math.max(latest, stat.isDirectory() ? newest(readdirSync(path).map((name) => join(path, name))) : stat.mtimeMs);
  }
  return latest;
}
