import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { BgpRoutes } from '../../agents/session.pb.js';
import { pidOf } from '../running-program.js';
import { changesBetween } from './changes.js';
import { routesAdvertised, routesReceived } from './routes.js';
import { type SessionState, sessionsIn } from './sessions.js';

const run = promisify(execFile);

/** Programs of FRR, in the order in which they are started. */
const DAEMONS = ['zebra', 'staticd', 'bfdd', 'bgpd'] as const;
const PROGRAMS = '/usr/lib/frr';
/** Where FRR's sockets are, a folder for each instance. */
const SOCKETS = '/run/frr';
/** How long a program may take to end, in milliseconds, and how often that is looked at. */
const PATIENCE = 5_000;
const LOOK_EVERY = 50;
/** How much FRR may say in one answer: about 180,000 routes. */
const LONGEST_ANSWER = 64 << 20;
const TOO_LONG = 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER';

export interface FrrOptions {
  /** By which FRR tells its instances on a machine apart. */
  readonly name: string;
  /** Where its configuration and logs are; readable by the agent alone. */
  readonly folder: string;
  /** Command that it is started through, such as `ip netns exec NAME`. */
  readonly launcher: readonly string[];
}

/** What a program that failed has left. */
interface Failure {
  readonly code?: string | number;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly message: string;
}

/**
 * One FRR of a node: the programs that speak BGP and BFD and put routes into their network namespace. It goes on without the agent,
 * and an agent that starts anew finds it again. The configuration comes from the agent alone.
 */
export class Frr {
  constructor(private readonly options: FrrOptions) {
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  }

  /** Whether this machine has FRR. */
  static get installed(): boolean {
    return DAEMONS.every((daemon) => existsSync(join(PROGRAMS, daemon)));
  }

  /** Whether all of its programs run. */
  get runs(): boolean {
    return DAEMONS.every((daemon) => this.pidOf(daemon) !== undefined);
  }

  /** The configuration that is in force; empty where programs have been started since and know nothing yet. */
  get configuration(): string {
    return existsSync(this.file) ? readFileSync(this.file, 'utf8') : '';
  }

  private get file(): string {
    return join(this.options.folder, 'frr.conf');
  }

  private get sockets(): string {
    return join(SOCKETS, this.options.name);
  }

  /**
   * Puts a configuration into force; sessions whose settings stay as they are stay up.
   * @param secrets texts that are in it and may be in no message
   * @throws Error with what FRR says against it; the one before stays in force
   */
  async apply(text: string, secrets: readonly string[]): Promise<void> {
    await this.start();
    const before = this.configuration;
    if (before === text) return;
    const candidate = `${this.file}.new`;
    writeFileSync(candidate, text, { mode: 0o600 });
    await this.give(candidate, secrets, '-C');
    const changes = `${this.file}.changes`;
    const change = async (from: string, to: string): Promise<void> => {
      writeFileSync(changes, `${changesBetween(from, to).join('\n')}\n`, { mode: 0o600 });
      await this.give(changes, secrets);
    };
    try {
      await change(before, text);
    } catch (error) {
      await change(text, before).catch(() => undefined);
      throw error;
    } finally {
      rmSync(changes, { force: true });
    }
    renameSync(candidate, this.file);
  }

  /** By address of the neighbour; empty where it does not run. */
  async sessions(): Promise<ReadonlyMap<string, SessionState>> {
    if (this.pidOf('bgpd') === undefined) return new Map();
    return sessionsIn(await this.ask('show bgp neighbors json'));
  }

  /**
   * Routes that a neighbour announces, or that are announced to it; those of IPv4 first.
   * @throws Error where FRR does not answer, or has more of them than can be taken
   */
  async routes(neighbor: string, advertised: boolean): Promise<Pick<BgpRoutes, 'sourceAddress' | 'routes'>> {
    const sourceAddress = (await this.sessions()).get(neighbor)?.sourceAddress ?? '';
    const ask = async (family: string) => {
      const text = await this.ask(`show bgp ${family} unicast neighbors ${neighbor} ${advertised ? 'advertised-routes' : 'routes'} json`);
      return advertised ? routesAdvertised(text, sourceAddress) : routesReceived(text);
    };
    return { sourceAddress, routes: [...(await ask('ipv4')), ...(await ask('ipv6'))] };
  }

  /** Ends it: neighbours are told, and what was learned of them goes. */
  async stop(): Promise<void> {
    const pids = [...DAEMONS].reverse().flatMap((daemon) => this.pidOf(daemon) ?? []);
    for (const pid of pids) {
      process.kill(pid, 'SIGTERM');
      for (const until = Date.now() + PATIENCE; existsSync(`/proc/${pid}`) && Date.now() < until; ) await wait(LOOK_EVERY);
    }
    rmSync(this.sockets, { recursive: true, force: true });
  }

  private async ask(question: string): Promise<string> {
    const { stdout } = await run('vtysh', ['-N', this.options.name, '-d', 'bgpd', '-c', question], { timeout: PATIENCE, maxBuffer: LONGEST_ANSWER }).catch(
      ({ code, message }: Failure) => {
        throw new Error(code === TOO_LONG ? 'FRR has more to say than can be taken' : `FRR does not answer: ${message.split('\n')[0]}`);
      },
    );
    return stdout;
  }

  private async start(): Promise<void> {
    const missing = DAEMONS.filter((daemon) => this.pidOf(daemon) === undefined);
    if (missing.length === 0) return;
    // What is started knows nothing yet; what runs takes again what it knows.
    rmSync(this.file, { force: true });
    const { launcher, name, folder } = this.options;
    const [command = '', ...args] = launcher;
    // FRR's programs run as a user without privileges.
    await run('install', ['-d', '-o', 'frr', '-g', 'frr', SOCKETS, this.sockets]);
    for (const daemon of missing) {
      const log = ['--log', `file:${join(this.sockets, `${daemon}.log`)}`, '--log-level', 'warnings'];
      // Without a terminal on the network, and without a file of its own to read.
      const settings = ['-N', name, '-d', '-P', '0', '-f', '/dev/null', ...log, ...(daemon === 'bgpd' ? ['-p', '179'] : [])];
      await run(command, [...args, join(PROGRAMS, daemon), ...settings], { timeout: PATIENCE, cwd: folder }).catch((error: Failure) => {
        throw new Error(`FRR's ${daemon} does not start: ${(error.stderr?.trim() || error.message).split('\n')[0]}`);
      });
    }
  }

  /** @throws Error with what FRR says against a file of commands */
  private async give(file: string, secrets: readonly string[], ...options: readonly string[]): Promise<void> {
    const { stdout, stderr } = await run('vtysh', ['-N', this.options.name, ...options, '-f', file], { timeout: PATIENCE * 4 }).catch((error: Failure) => ({
      stdout: error.stdout ?? '',
      stderr: error.stderr || `% ${error.message}`,
    }));
    const complaint = `${stdout}\n${stderr}`.split('\n').find((line) => /^(line \d+: )?(%|Failure)/.test(line) && !line.includes('vtysh.conf'));
    if (complaint === undefined) return;
    const words = complaint.replace(/^line \d+: /, '').replace(/^% */, '');
    throw new Error(`FRR refuses it: ${secrets.reduce((text, secret) => text.replaceAll(secret, '***'), words)}`);
  }

  private pidOf(daemon: (typeof DAEMONS)[number]): number | undefined {
    return pidOf(join(this.sockets, `${daemon}.pid`), `${join(PROGRAMS, daemon)}\0-N\0${this.options.name}\0`);
  }
}
