import { existsSync, readFileSync } from 'node:fs';
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
  const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : Number.NaN;
  const command = `/proc/${pid}/cmdline`;
  return existsSync(command) && readFileSync(command, 'utf8').includes(mark) ? pid : undefined;
}

/** Waits for something. @throws Error with what failed when it does not come about in time */
export async function until(condition: () => boolean | Promise<boolean>, failure: string): Promise<void> {
  const limit = Date.now() + PATIENCE;
  while (!(await condition())) {
    if (Date.now() > limit) throw new Error(`${failure} within ${PATIENCE / 1000} s`);
    await wait(LOOK_EVERY);
  }
}
