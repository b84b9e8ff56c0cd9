import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { GENERATED } from '../src/cli/generated.js';

it.each(GENERATED.map(({ file, make }) => ({ file, make })))('$file is what the code makes: run `npm run generate` after a change', async ({ file, make }) => {
  expect(await readFile(file, 'utf8')).toBe(await make());
});
