import { defaultExclude, defineConfig } from 'vitest/config';

/**
 * Tests that take minutes are named `*.long.test.ts`, those that need programs of the system `*.system.test.ts`; `npm test` says how
 * to include them.
 */
const left = [
  ...(process.env.HEDDLE_TEST_LONG === '1' ? [] : ['**/*.long.test.ts']),
  ...(process.env.HEDDLE_TEST_SYSTEM === '1' ? [] : ['**/*.system.test.ts']),
];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [...defaultExclude, ...left],
    globalSetup: ['test/compile.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
