import { vi } from 'vitest';

/**
 * Waits until an assertion holds. The limit only ends a test that would fail anyway: it is far above what any step takes, so that
 * a busy machine fails no test.
 */
export function eventually<T>(assertion: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(assertion, { timeout: 25_000, interval: 20 });
}
