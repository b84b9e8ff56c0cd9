/** A number that only grows, and those who wait for it to get somewhere. */
export class AwaitedSequence {
  private readonly waiting: { readonly sequence: number; readonly resolve: () => void }[] = [];

  constructor(private reached: number) {}

  reach(sequence: number): void {
    this.reached = sequence;
    for (let at = this.waiting.length - 1; at >= 0; at -= 1) {
      const entry = this.waiting[at];
      if (!entry || entry.sequence > sequence) continue;
      this.waiting.splice(at, 1);
      entry.resolve();
    }
  }

  wait(sequence: number): Promise<void> {
    if (sequence <= this.reached) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ sequence, resolve }));
  }
}
