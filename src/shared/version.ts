import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Version of this package, from the `package.json` above this module, wherever it was compiled to. */
export const VERSION: string = versionAbove(import.meta.dirname);

function versionAbove(directory: string): string {
  try {
    return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')).version;
  } catch {
    return versionAbove(dirname(directory));
  }
}
