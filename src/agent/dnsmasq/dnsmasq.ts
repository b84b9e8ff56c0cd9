import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { lengthOf, loggedSince } from '../program-log.js';
import { pidOf, until } from '../running-program.js';
import { type ForwarderTally, tallyIn } from './tally.js';

const run = promisify(execFile);

export interface DnsmasqOptions {
  /** Where its configuration and log are; readable by the agent alone. */
  readonly folder: string;
  /** Command that it is started through, such as `ip netns exec NAME`. */
  readonly launcher?: readonly string[];
}

/** One dnsmasq of a node. It goes on without the agent, and an agent that starts anew finds it again in the folder. */
export class Dnsmasq {
  constructor(private readonly options: DnsmasqOptions) {}

  /** A line for each question where questions are logged. */
  get log(): string {
    return join(this.options.folder, 'dnsmasq.log');
  }

  private get file(): string {
    return join(this.options.folder, 'dnsmasq.conf');
  }

  private get pidFile(): string {
    return join(this.options.folder, 'dnsmasq.pid');
  }

  get pid(): number | undefined {
    return pidOf(this.pidFile, this.file);
  }

  /**
   * Puts a configuration into force. Another one than before begins with an empty cache: dnsmasq reads its configuration when it starts.
   * @throws what dnsmasq says against it; the one before stays in force
   */
  async apply(text: string): Promise<void> {
    if (this.pid !== undefined && readFileSync(this.file, 'utf8') === text) return;
    mkdirSync(this.options.folder, { recursive: true, mode: 0o700 });
    const candidate = `${this.file}.new`;
    writeFileSync(candidate, text, { mode: 0o600 });
    await this.dnsmasq('--test', '-C', candidate).finally(() => rmSync(candidate));
    const before = existsSync(this.file) ? readFileSync(this.file, 'utf8') : undefined;
    await this.stop();
    try {
      await this.start(text);
    } catch (error) {
      if (before !== undefined) await this.start(before).catch(() => undefined);
      throw error;
    }
  }

  /**
   * What it has counted since it was started. It says so in its log, when it is told to.
   * @param upstream how many servers it has
   * @throws Error where it does not run, or does not say so in time
   */
  async tally(upstream: number): Promise<ForwarderTally> {
    const { pid } = this;
    if (pid === undefined) throw new Error('dnsmasq does not run');
    const from = lengthOf(this.log);
    process.kill(pid, 'SIGUSR1');
    const told = (): ForwarderTally | undefined => tallyIn(loggedSince(this.log, from), upstream);
    let tally = told();
    await until(() => {
      tally = told();
      return tally !== undefined;
    }, 'dnsmasq did not tell what it has counted');
    return tally ?? { servers: [] };
  }

  async stop(): Promise<void> {
    const { pid } = this;
    if (pid === undefined) return;
    process.kill(pid, 'SIGTERM');
    await until(() => this.pid === undefined, 'dnsmasq did not end');
  }

  /** Dnsmasq leaves once it listens, and is behind the scenes from then on. */
  private async start(text: string): Promise<void> {
    writeFileSync(this.file, text, { mode: 0o600 });
    await this.dnsmasq('-C', this.file, `--pid-file=${this.pidFile}`);
  }

  private async dnsmasq(...args: readonly string[]): Promise<void> {
    const [command = 'dnsmasq', ...rest] = [...(this.options.launcher ?? []), 'dnsmasq', ...args];
    await run(command, rest).catch(({ code, stderr = '' }: { readonly code?: string | number; readonly stderr?: string }) => {
      if (code === 'ENOENT' || /exec of "dnsmasq" failed/.test(stderr)) throw new Error('dnsmasq is missing: install the package dnsmasq-base');
      throw new Error(`dnsmasq refuses the configuration: ${stderr.trim().replace(/^dnsmasq: /, '')}`);
    });
  }
}
