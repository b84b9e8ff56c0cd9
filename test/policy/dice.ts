import fc from 'fast-check';

/** Choices that follow from a seed, for what is known only while a property runs: a failing run can be repeated. */
export class Dice {
  private state: number;

  constructor(readonly seed: number) {
    this.state = seed;
  }

  /** A number from 0 to below `sides`. */
  roll(sides: number): number {
    // Numerical Recipes' generator: the high bits are good enough to pick among a few.
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0;
    return (this.state >>> 8) % sides;
  }

  /** In a failure's example. */
  [fc.toStringMethod](): string {
    return `Dice(${this.seed})`;
  }
}
