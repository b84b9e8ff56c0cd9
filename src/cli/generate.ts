import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GENERATED } from './generated.js';

/** Writes every generated file anew, from the root of the repository: `npm run generate`. */
for (const { file, make } of GENERATED) {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, await make());
  process.stdout.write(`${file}\n`);
}
