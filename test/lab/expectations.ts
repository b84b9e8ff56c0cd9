import type { Lab } from './lab.js';
import { pause } from './pause.js';

/** How long what should come about may take, in milliseconds. */
const PATIENCE = 60_000;
const PAUSE = 250;

/** Says what is expected and what was seen, one line each. */
export class Expectations {
  passed = 0;
  failed = 0;
  private readonly began = Date.now();

  constructor(private readonly lab: Lab) {}

  section(title: string): void {
    process.stdout.write(`\n${title}\n`);
  }

  /** Something that is so now, or will be within a while. */
  async soon(what: string, look: () => boolean | string | Promise<boolean | string>): Promise<void> {
    const until = Date.now() + PATIENCE;
    let seen: boolean | string;
    do {
      seen = await attempt(look);
      if (seen === true) break;
      await pause(PAUSE);
    } while (Date.now() < until);
    this.say(what, seen);
  }

  /** Something that has to be so the first time that it is looked at. */
  async now(what: string, look: () => boolean | string | Promise<boolean | string>): Promise<void> {
    this.say(what, await attempt(look));
  }

  /** Every node of the span of these intents has them in force. Afterwards what is not to pass may be tried. */
  async realized(...paths: readonly string[]): Promise<void> {
    for (const path of paths)
      await this.soon(`${path} is realized`, async () => (await this.lab.manager.status(path)) === 'SUCCESS' || (await this.lab.manager.status(path)));
  }

  async reaches(from: string, to: string): Promise<void> {
    const { address } = this.lab.workload(to);
    await this.soon(`${from} reaches ${to}`, () => this.lab.workload(from).pings(address) === 1);
  }

  async cannotReach(from: string, to: string): Promise<void> {
    const { address } = this.lab.workload(to);
    await this.now(`${from} does not reach ${to}`, () => this.lab.workload(from).pings(address, 2) === 0);
  }

  /** @returns exit status of the lab */
  finish(): number {
    process.stdout.write(`\n${this.passed} as expected, ${this.failed} not, ${Math.round((Date.now() - this.began) / 1000)} s\n`);
    return this.failed === 0 ? 0 : 1;
  }

  private say(what: string, seen: boolean | string): void {
    if (seen === true) this.passed += 1;
    else this.failed += 1;
    process.stdout.write(`  ${seen === true ? 'ok    ' : 'FAILED'}  ${what}${typeof seen === 'string' ? `: ${seen}` : ''}\n`);
  }
}

async function attempt(look: () => boolean | string | Promise<boolean | string>): Promise<boolean | string> {
  try {
    return await look();
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  }
}
