import { defaultExclude, defineConfig } from 'vitest/config';

/** Tests that take minutes are named `*.long.test.ts`; `npm test` says how to include them. */
const exclude = process.env.HEDDLE_TEST_LONG === '1' ? defaultExclude : [...defaultExclude, '**/*.long.test.ts'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude,
    globalSetup: ['test/compile.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
