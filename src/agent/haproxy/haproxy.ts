import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BalancerCounters_Tally } from '../../agents/session.pb.js';
import { lengthOf, loggedSince } from '../program-log.js';
import { pidOf, until } from '../running-program.js';
import type { Configuration } from './configuration.js';
import { type StatisticsRow, statisticsRows, type Tallies, together } from './statistics.js';

const run = promisify(execFile);

/** How long HAProxy may take to answer a question, in milliseconds. */
const ANSWER_WITHIN = 2_000;
/** After how many milliseconds a master is told again to reload. */
const TELL_AGAIN = 3_000;
/** Global setting that HAProxy does nothing with but tell it: the digest of the configuration. */
const MARK = 'description';

/** What a member's monitor found. */
export type MemberState = 'UP' | 'DOWN' | 'UNCHECKED' | 'DISABLED';

export interface HaproxyOptions {
  /** Where its configuration, certificates, socket and logs are; readable by the agent alone. */
  readonly folder: string;
  /** Command that it is started through, such as `ip netns exec NAME`. */
  readonly launcher?: readonly string[];
}

/**
 * One HAProxy of a node: a master that stays, and workers that a new configuration replaces while their connections end. It goes on
 * without the agent, and an agent that starts anew finds it again in the folder.
 */
export class Haproxy {
  constructor(private readonly options: HaproxyOptions) {
    mkdirSync(this.filesFolder, { recursive: true, mode: 0o700 });
  }

  /** Where the files that a configuration names are. */
  get filesFolder(): string {
    return join(this.options.folder, 'files');
  }

  get adminSocket(): string {
    return join(this.options.folder, 'admin.sock');
  }

  /** A line for each request to a balancer that wants a log. */
  get accessLog(): string {
    return join(this.options.folder, 'access.log');
  }

  /** What monitors found, kept for the worker that comes next: a member that is dead does not live again by a new configuration. */
  get stateFile(): string {
    return join(this.options.folder, 'members.state');
  }

  /** What the workers before the present one have counted. */
  private get countedFile(): string {
    return join(this.options.folder, 'counted.json');
  }

  private get complaints(): string {
    return join(this.options.folder, 'haproxy.log');
  }

  private get file(): string {
    return join(this.options.folder, 'haproxy.cfg');
  }

  private get pidFile(): string {
    return join(this.options.folder, 'master.pid');
  }

  /** Process id of the master; undefined where none runs. */
  get pid(): number | undefined {
    return pidOf(this.pidFile, this.file);
  }

  /**
   * Puts a configuration into force; connections that are under way are not cut. Whether it is in force the worker itself says: the file
   * may be one that an agent which was killed wrote and HAProxy never read.
   * @throws what HAProxy says against it; the one before stays in force
   */
  async apply({ text: own, files }: Configuration): Promise<void> {
    for (const [path, content] of files) {
      if (content === undefined || existsSync(path)) continue;
      writeFileSync(`${path}.new`, content, { mode: 0o600 });
      renameSync(`${path}.new`, path);
    }
    const mark = createHash('sha256').update(own).digest('hex');
    if ((await this.markInForce()) !== mark) await this.change(`global\n  ${MARK} ${mark}\n\n${own}`, mark);
    for (const name of readdirSync(this.filesFolder)) if (!files.has(join(this.filesFolder, name))) rmSync(join(this.filesFolder, name));
  }

  /** States of the members, by `backend/server`. */
  async members(): Promise<ReadonlyMap<string, MemberState>> {
    const servers = (await this.rows()).filter(({ name }) => !/\/(?:FRONTEND|BACKEND)$/.test(name));
    return new Map(servers.map(({ name, status }) => [name, stateOf(status)]));
  }

  /** What was counted since it was started, by `proxy/server`; also by workers that have been replaced. */
  async tallies(): Promise<Tallies> {
    const earlier = this.earlier();
    return new Map((await this.rows()).map(({ name, tally }) => [name, together(earlier.get(name) ?? {}, tally)]));
  }

  /** Ends it; connections that are under way are cut. */
  async stop(): Promise<void> {
    const { pid } = this;
    if (pid === undefined) return;
    process.kill(pid, 'SIGTERM');
    await until(() => this.pid === undefined, 'HAProxy did not end');
  }

  private async rows(): Promise<StatisticsRow[]> {
    return this.pid === undefined ? [] : statisticsRows(await this.ask('show stat'));
  }

  private earlier(): Tallies {
    return new Map(existsSync(this.countedFile) ? (JSON.parse(readFileSync(this.countedFile, 'utf8')) as Iterable<[string, BalancerCounters_Tally]>) : []);
  }

  private async remember(): Promise<void> {
    writeFileSync(this.stateFile, await this.ask('show servers state'), { mode: 0o600 });
  }

  private async change(text: string, mark: string): Promise<void> {
    const { pid } = this;
    const before = existsSync(this.file) ? readFileSync(this.file, 'utf8') : undefined;
    const candidate = `${this.file}.new`;
    writeFileSync(candidate, text, { mode: 0o600 });
    await this.check(candidate);
    renameSync(candidate, this.file);
    try {
      await (pid === undefined ? this.start(mark) : this.replaceWorker(pid, mark));
    } catch (error) {
      // Whoever reads the file from here on, be it late, comes up with what is acknowledged.
      if (before !== undefined) {
        writeFileSync(candidate, before, { mode: 0o600 });
        renameSync(candidate, this.file);
      }
      throw error;
    }
  }

  private async replaceWorker(master: number, mark: string): Promise<void> {
    await this.remember();
    const counted = await this.tallies();
    await this.reload(master, mark);
    // The worker that comes begins at nothing.
    writeFileSync(`${this.countedFile}.new`, JSON.stringify([...counted]), { mode: 0o600 });
    renameSync(`${this.countedFile}.new`, this.countedFile);
  }

  private async check(file: string): Promise<void> {
    const [command = 'haproxy', ...args] = this.command('-c', '-f', file);
    await run(command, args).catch(({ stderr }: { stderr: string }) => {
      if (stderr.includes('No such file or directory') && !stderr.includes('[ALERT]')) throw new Error('haproxy is missing: install the package haproxy');
      throw refusal(stderr);
    });
  }

  private async start(mark: string): Promise<void> {
    for (const file of [this.adminSocket, this.stateFile, this.countedFile]) rmSync(file, { force: true });
    rmSync(this.complaints, { force: true });
    const [accesses, complaints] = [this.accessLog, this.complaints].map((log) => openSync(log, 'a', 0o600)) as [number, number];
    const [command = 'haproxy', ...args] = this.command('-W', '-f', this.file);
    // HAProxy takes what it logs to out of the mode for appending: a log that is emptied would grow on from where it was. Ends with HAProxy.
    const writer = spawn('cat', [], { stdio: ['pipe', accesses, 'ignore'], detached: true });
    const master = spawn(command, args, { stdio: ['ignore', writer.stdin, complaints], detached: true });
    writer.once('error', () => undefined).unref();
    writer.stdin?.destroy();
    for (const file of [accesses, complaints]) closeSync(file);
    const ended = new Promise<never>((_, reject) => {
      master.once('error', reject);
      master.once('exit', (code) => reject(new Error(`HAProxy ended with ${code}: ${this.lastComplaint()}`)));
    });
    ended.catch(() => undefined);
    master.unref();
    if (master.pid !== undefined) writeFileSync(this.pidFile, String(master.pid));
    await Promise.race([until(async () => (await this.markInForce()) === mark, this.silence), ended]);
  }

  private lastComplaint(): string {
    // Its folder may be gone by the time that one hears of its end.
    return loggedSince(this.complaints, 0).trim().split('\n').at(-1) ?? '';
  }

  private async reload(master: number, mark: string): Promise<void> {
    let told = Number.NEGATIVE_INFINITY;
    const before = lengthOf(this.complaints);
    await until(async () => {
      if ((await this.markInForce()) === mark) return true;
      const complained = loggedSince(this.complaints, before);
      // The worker that is there goes on; told again, it would only stop and begin to listen once more.
      if (complained.includes('Loading failure!')) throw refusal(complained);
      // A master that is still busy with the reload before this one may not hear it.
      if (Date.now() - told > TELL_AGAIN) {
        process.kill(master, 'SIGUSR2');
        told = Date.now();
      }
      return false;
    }, this.silence);
  }

  private get silence(): string {
    return `HAProxy did not answer on ${this.adminSocket} with what it was told`;
  }

  /** What the worker says of the configuration that it has read; undefined where it says nothing. */
  private async markInForce(): Promise<string | undefined> {
    if (this.pid === undefined) return undefined;
    const info = await this.ask('show info').catch(() => '');
    return new RegExp(`^${MARK}: (\\w+)$`, 'm').exec(info)?.[1];
  }

  private ask(command: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect(this.adminSocket, () => socket.end(`${command}\n`));
      socket.setEncoding('utf8').on('data', (part: string) => {
        answer += part;
      });
      socket.setTimeout(ANSWER_WITHIN, () => socket.destroy(new Error('HAProxy does not answer')));
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

/** What it says may go on over several lines, until the next that begins with what kind it is. */
function refusal(said: string): Error {
  const alert = /\[ALERT\][^:]*: *((?:.|\n(?!\[))*)/.exec(said)?.[1] ?? said;
  return new Error(`HAProxy refuses the configuration: ${alert.replaceAll(/\s+/g, ' ').replace(/[ .]+$/, '')}`);
}
