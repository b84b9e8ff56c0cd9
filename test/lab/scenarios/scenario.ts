import type { Expectations } from '../expectations.js';
import type { Lab } from '../lab.js';

/** A part of what the lab shows. */
export interface Scenario {
  readonly title: string;
  /** By which it is asked for alone. */
  readonly name: string;
  /** What it builds on. */
  readonly after: readonly Scenario[];
  run(lab: Lab, expect: Expectations): Promise<void>;
}
