/** A part that must work for the manager to serve: undefined, or a few words on what is wrong. */
export type ReadinessCheck = () => string | undefined | Promise<string | undefined>;

/** How long a check may take before it counts as failed, in milliseconds. */
const PATIENCE_MS = 2000;

/** Whether the manager can serve, by its parts. */
export class Readiness {
  private readonly checks = new Map<string, ReadinessCheck>();

  add(part: string, check: ReadinessCheck): void {
    this.checks.set(part, check);
  }

  /** Each part with what is wrong with it; parts that work have no words. */
  async ask(): Promise<ReadonlyMap<string, string | undefined>> {
    return new Map(await Promise.all([...this.checks].map(async ([part, check]) => [part, await outcome(check)] as const)));
  }
}

async function outcome(check: ReadinessCheck): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS, 'does not answer');
  });
  try {
    return await Promise.race([check(), late]);
  } catch (error) {
    return error instanceof Error ? error.message : 'failed';
  } finally {
    clearTimeout(timer);
  }
}
