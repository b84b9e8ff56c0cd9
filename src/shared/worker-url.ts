import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * Where the compiled form of a module is, for threads: Node cannot load TypeScript in a worker, so a module that itself runs
 * from its source (under the test runner) starts workers from `dist/`, which the test run compiles first.
 * @param from `import.meta.url` of the asking module
 * @param module path of the wanted module relative to it, with its `.js` suffix
 */
export function workerUrl(from: string, module: string): URL {
  const wanted = new URL(module, from);
  if (!from.endsWith('.ts')) return wanted;
  const root = projectRoot(dirname(fileURLToPath(from)));
  return pathToFileURL(join(root, 'dist', relative(root, fileURLToPath(wanted))));
}

function projectRoot(directory: string): string {
  if (existsSync(join(directory, 'package.json'))) return directory;
  const parent = dirname(directory);
  if (parent === directory) throw new Error('no package.json above the module that starts a worker');
  return projectRoot(parent);
}
