import type { Expectations } from '../expectations.js';
import type { Lab } from '../lab.js';

/** A part of what the lab shows. Scenarios run in order, and each may build on those before it. */
export interface Scenario {
  readonly title: string;
  run(lab: Lab, expect: Expectations): Promise<void>;
}
