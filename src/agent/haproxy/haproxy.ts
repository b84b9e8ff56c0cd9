import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Configuration } from './configuration.js';

const run = promisify(execFile);

/** How long HAProxy may take to start or to reload, in milliseconds, and how often that is looked at. */
const PATIENCE = 10_000;
const LOOK_EVERY = 50;

/** What a member's monitor found. */
export type MemberState = 'UP' | 'DOWN' | 'UNCHECKED' | 'DISABLED';

export interface HaproxyOptions {
  /** Where its configuration, certificates and socket are; readable by the agent alone. */
  readonly folder: string;
  /** Command that it is started through, such as `ip netns exec NAME`. */
  readonly launcher?: readonly string[];
  /** Takes each line of the access log. */
  readonly accessLog?: (line: string) => void;
}

/** One HAProxy process of a node: a master that stays, and workers that a new configuration replaces while their connections end. */
export class Haproxy {
  private master: ChildProcess | undefined;
  private present = '';

  constructor(private readonly options: HaproxyOptions) {
    mkdirSync(this.tlsFolder, { recursive: true, mode: 0o700 });
  }

  get tlsFolder(): string {
    return join(this.options.folder, 'tls');
  }

  get adminSocket(): string {
    return join(this.options.folder, 'admin.sock');
  }

  private get file(): string {
    return join(this.options.folder, 'haproxy.cfg');
  }

  /**
   * Puts a configuration into force; connections that are under way are not cut.
   * @throws what HAProxy says against it; the one before stays in force
   */
  async apply({ text, files }: Configuration): Promise<void> {
    for (const [path, content] of files) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, content, { mode: 0o600 });
    }
    if (text !== this.present || !this.master) {
      const candidate = `${this.file}.new`;
      writeFileSync(candidate, text, { mode: 0o600 });
      await this.check(candidate);
      renameSync(candidate, this.file);
      if (this.master) await this.reload(this.master);
      else await this.start();
      this.present = text;
    }
    for (const name of readdirSync(this.tlsFolder)) if (!files.has(join(this.tlsFolder, name))) rmSync(join(this.tlsFolder, name));
  }

  /** States of the members, by `backend/server`. */
  async members(): Promise<ReadonlyMap<string, MemberState>> {
    if (!this.master) return new Map();
    const [head = '', ...lines] = (await this.ask('show stat')).trim().split('\n');
    const columns = head.replace(/^# /, '').split(',');
    const [backend, server, status] = ['pxname', 'svname', 'status'].map((name) => columns.indexOf(name)) as [number, number, number];
    return new Map(
      lines
        .map((line) => line.split(','))
        .filter((row) => row[server] !== 'FRONTEND' && row[server] !== 'BACKEND')
        .map((row) => [`${row[backend]}/${row[server]}`, stateOf(row[status] ?? '')]),
    );
  }

  /** Ends it; connections that are under way are cut. */
  async stop(): Promise<void> {
    const master = this.master;
    this.master = undefined;
    this.present = '';
    if (!master || master.exitCode !== null) return;
    const gone = new Promise((resolve) => master.once('exit', resolve));
    master.kill('SIGTERM');
    await gone;
  }

  private async check(file: string): Promise<void> {
    const [command = 'haproxy', ...args] = this.command('-c', '-f', file);
    await run(command, args).catch(({ stderr }: { stderr: string }) => {
      const alert = /\[ALERT\].*?: *(.*)/.exec(stderr)?.[1] ?? stderr;
      throw new Error(`HAProxy refuses the configuration: ${alert.trim()}`);
    });
  }

  private async start(): Promise<void> {
    rmSync(this.adminSocket, { force: true });
    const [command = 'haproxy', ...args] = this.command('-W', '-f', this.file);
    const master = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const complaints: string[] = [];
    createInterface({ input: master.stdout }).on('line', (line) => this.options.accessLog?.(line));
    createInterface({ input: master.stderr }).on('line', (line) => complaints.push(line));
    const ended = new Promise<never>((_, reject) => {
      master.once('error', reject);
      master.once('exit', (code) => {
        if (this.master === master) this.master = undefined;
        reject(new Error(`HAProxy ended with ${code}: ${complaints.at(-1) ?? 'it says nothing'}`));
      });
    });
    ended.catch(() => undefined);
    this.master = master;
    await Promise.race([this.untilWorker((pid) => pid !== undefined), ended]);
  }

  private async reload(master: ChildProcess): Promise<void> {
    const before = await this.workerPid();
    master.kill('SIGUSR2');
    await this.untilWorker((pid) => pid !== undefined && pid !== before);
  }

  private async untilWorker(isNew: (pid: string | undefined) => boolean): Promise<void> {
    const until = Date.now() + PATIENCE;
    while (Date.now() < until) {
      if (isNew(await this.workerPid())) return;
      await wait(LOOK_EVERY);
    }
    throw new Error(`HAProxy did not answer on ${this.adminSocket} within ${PATIENCE / 1000} s`);
  }

  private async workerPid(): Promise<string | undefined> {
    const info = await this.ask('show info').catch(() => '');
    return /^Pid: (\d+)$/m.exec(info)?.[1];
  }

  private ask(command: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect(this.adminSocket, () => socket.end(`${command}\n`));
      socket.setEncoding('utf8').on('data', (part: string) => {
        answer += part;
      });
      socket.once('error', reject).once('close', () => resolve(answer));
    });
  }

  private command(...args: readonly string[]): string[] {
    return [...(this.options.launcher ?? []), 'haproxy', ...args];
  }
}

function stateOf(status: string): MemberState {
  if (status.startsWith('MAINT')) return 'DISABLED';
  if (status === 'no check') return 'UNCHECKED';
  return status.startsWith('DOWN') || status.startsWith('NOLB') ? 'DOWN' : 'UP';
}
