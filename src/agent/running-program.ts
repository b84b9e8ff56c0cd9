import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** How long a program may take to start, to change or to end, in milliseconds, and how often that is looked at. */
const PATIENCE = 10_000;
const LOOK_EVERY = 50;

/**
 * Process id of a program that goes on without the agent; undefined where it does not run. A number that another program has by now is
 * not taken for it.
 * @param mark what is in its command line and in no other's, with zeros between words
 */
export function pidOf(pidFile: string, mark: string): number | undefined {
  const pid = Number(textOf(pidFile) ?? Number.NaN);
  return textOf(`/proc/${pid}/cmdline`)?.includes(mark) ? pid : undefined;
}

/** Undefined where there is no such file, or no more. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (GONE.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** A program that ends while it is looked at is ESRCH. */
const GONE: ReadonlySet<string> = new Set(['ENOENT', 'ESRCH']);

/** Waits for something. @throws Error with what failed when it does not come about in time */
export async function until(condition: () => boolean | Promise<boolean>, failure: string): Promise<void> {
  const limit = Date.now() + PATIENCE;
  while (!(await condition())) {
    if (Date.now() > limit) throw new Error(`${failure} within ${PATIENCE / 1000} s`);
    await wait(LOOK_EVERY);
  }
}
