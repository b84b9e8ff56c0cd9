import type { Parameters } from 'fast-check';

/** How many times as many runs as usual: `HEDDLE_PROPERTY_RUNS=20 npx vitest run test/policy/properties.test.ts` for a long look. */
const FACTOR = Number(process.env.HEDDLE_PROPERTY_RUNS ?? 1);

/**
 * How a property is looked at: always the same examples in a usual run, so that it fails for a change and not by chance; others
 * each time in a long one. A failure prints its seed, and is not looked at again with smaller examples: what the failed run left
 * in the store would make those fail for another reason.
 */
export function propertyRuns(usual: number): Pick<Parameters, 'numRuns' | 'seed' | 'endOnFailure' | 'includeErrorInReport'> {
  return { includeErrorInReport: true, endOnFailure: true, numRuns: Math.max(1, Math.round(usual * FACTOR)), ...(FACTOR === 1 ? { seed: 20_250_101 } : {}) };
}
