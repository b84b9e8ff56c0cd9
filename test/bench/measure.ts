/** What is measured, and how it is compared. */

/** One figure. */
export interface Row {
  /** Of the goal that it belongs to: P1, P2, ... */
  readonly id: string;
  readonly measure: string;
  readonly value: number;
  readonly unit: string;
  /** The figure of the same unit that it is compared to, measured in the same run. */
  readonly reference: number;
  /** `value` over `reference`. */
  readonly ratio: number;
  /** Empty where none is set. */
  readonly goal: string;
  readonly met: boolean | undefined;
}

export interface Goal {
  readonly of: 'ratio' | 'value';
  readonly at: 'least' | 'most';
  readonly limit: number;
}

/** @param digits after the point, for the value and its reference */
export function row(facts: Pick<Row, 'id' | 'measure' | 'value' | 'unit' | 'reference'>, goal: Goal | undefined, digits = 2): Row {
  const { value, reference, unit } = facts;
  const ratio = reference === 0 ? 0 : value / reference;
  const figures = { ...facts, value: rounded(value, digits), reference: rounded(reference, digits), ratio: rounded(ratio, 3) };
  if (!goal) return { ...figures, goal: '', met: undefined };
  const { of, at, limit } = goal;
  const judged = of === 'ratio' ? ratio : value;
  return {
    ...figures,
    goal: `${of} at ${at} ${limit}${of === 'value' && unit !== '' ? ` ${unit}` : ''}`,
    met: at === 'least' ? judged >= limit : judged <= limit,
  };
}

/** What a group of measures that share a set-up found. */
export interface Findings {
  readonly rows: readonly Row[];
  /** Sentences for people: absolute figures, memory, what stood in the way. */
  readonly notes: readonly string[];
}

/** Where and how to measure. */
export interface Bench {
  /** Empty, and gone afterwards. */
  readonly directory: string;
  /** Small sizes: whether everything works, not how fast it is. */
  readonly quick: boolean;
  /** Directory for CPU profiles of the manager's threads; undefined: none are taken. */
  readonly profiles: string | undefined;
  /** Says what is being done. */
  say(text: string): void;
}

/** Measures that share a set-up. */
export interface Stage {
  readonly ids: readonly string[];
  /** @param wanted those of its ids that are to be measured */
  run(bench: Bench, wanted: ReadonlySet<string>): Promise<Findings>;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The smallest value that at least this part of all does not exceed. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
}

/**
 * Measures two things in turns, so that what else the machine does meets both alike. The first turn warms up and does not count.
 * @returns the medians
 */
export async function inTurns(
  turns: number,
  reference: () => Promise<number>,
  measured: () => Promise<number>,
): Promise<[reference: number, measured: number]> {
  const references: number[] = [];
  const values: number[] = [];
  for (let turn = 0; turn <= turns; turn += 1) {
    references.push(await reference());
    values.push(await measured());
  }
  return [median(references.slice(1)), median(values.slice(1))];
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / (1024 * 1024))} MiB`;
}
