/** One line that says what is being measured: rewritten on a terminal, otherwise a new line when something else begins. */
export class Progress {
  private stage = 0;
  private last = '';
  private readonly started = performance.now();

  constructor(
    private readonly out: NodeJS.WriteStream,
    private readonly stages: number,
  ) {}

  next(): void {
    this.stage += 1;
  }

  say(text: string): void {
    const line = `[${this.stage}/${this.stages}, ${Math.round((performance.now() - this.started) / 1000)} s] ${text}`;
    if (this.out.isTTY) this.out.write(`\r\x1b[K${line}`);
    else if (text !== this.last) this.out.write(`${line}\n`);
    this.last = text;
  }

  end(): void {
    if (this.out.isTTY) this.out.write('\r\x1b[K');
  }
}
