import { type ChildProcess, execFileSync, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Network namespaces of the lab. Everything that it makes is in one of them or in its directory, so nothing else can be hit. */

/** Several labs can be side by side, each with a name of its own; the one without a name is the usual one. */
const NAME = process.env.HEDDLE_LAB ?? '';
if (!/^[a-z0-9]*$/.test(NAME)) throw new Error('HEDDLE_LAB, the name of the lab, has small letters and digits only');

/** All namespaces whose names begin like this are the lab's. */
export const PREFIX = NAME === '' ? 'heddle-lab-' : `heddle-lab.${NAME}-`;
/** Where all files of the lab are. */
export const DIRECTORY = NAME === '' ? '/run/heddle-lab' : `/run/heddle-lab.${NAME}`;

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds after which the command is ended. */
  readonly timeout?: number;
}

export class Namespace {
  private constructor(
    readonly name: string,
    /** Name on the machine. */
    readonly full: string,
  ) {}

  /** What a command is put behind to run in it. */
  get launcher(): readonly string[] {
    return ['ip', 'netns', 'exec', this.full];
  }

  static create(name: string): Namespace {
    const namespace = Namespace.named(name);
    run('ip', ['netns', 'add', namespace.full]);
    namespace.run('ip', 'link', 'set', 'lo', 'up');
    return namespace;
  }

  static named(name: string): Namespace {
    return new Namespace(name, PREFIX + name);
  }

  /** One that someone else made. */
  static of(full: string): Namespace {
    return new Namespace(full, full);
  }

  /** Runs a command to its end. @throws Error with what it wrote when it fails */
  run(command: string, ...args: readonly string[]): string {
    return run('ip', ['netns', 'exec', this.full, command, ...args]);
  }

  runWith({ env, timeout }: CommandOptions, command: string, ...args: readonly string[]): string {
    return run('ip', ['netns', 'exec', this.full, command, ...args], { env: { ...process.env, ...env }, timeout });
  }

  /** Runs a command to its end. @returns its exit status; null where it had to be ended */
  status(timeout: number, command: string, ...args: readonly string[]): number | null {
    return spawnSync('ip', ['netns', 'exec', this.full, command, ...args], { stdio: 'ignore', timeout, killSignal: 'SIGKILL' }).status;
  }

  /** Runs a command to its end. @returns what it wrote, whether it failed or not */
  output(timeout: number, command: string, ...args: readonly string[]): string {
    return spawnSync('ip', ['netns', 'exec', this.full, command, ...args], { encoding: 'utf8', timeout, killSignal: 'SIGKILL' }).stdout;
  }

  spawn(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
    return spawn('ip', ['netns', 'exec', this.full, command, ...args], options);
  }

  /** Takes its interfaces with it. */
  remove(): void {
    if (existsSync(`/run/netns/${this.full}`)) run('ip', ['netns', 'delete', this.full]);
  }

  /** A cable to another namespace. */
  connect(ownInterface: string, other: Namespace, otherInterface: string): void {
    run('ip', ['link', 'add', ownInterface, 'netns', this.full, 'type', 'veth', 'peer', 'name', otherInterface, 'netns', other.full]);
    for (const [namespace, device] of [
      [this, ownInterface],
      [other, otherInterface],
    ] as const) {
      // The userspace datapath forwards what it is given: checksums have to be there.
      namespace.run('ethtool', '-K', device, 'tx', 'off');
      namespace.run('ip', 'link', 'set', device, 'up');
    }
  }
}

/** Namespaces that the agent of a node made; its directory says which. */
export function madeByAgent(nodeDirectory: string, kinds: readonly ('sites' | 'bgp')[] = ['sites', 'bgp']): Namespace[] {
  const folders = kinds.map((kind) => join(nodeDirectory, 'agent', kind));
  return folders.flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : [])).map((name) => Namespace.of(name));
}

/** Namespaces that are there, also those of a lab that crashed. */
export function leftNamespaces(): Namespace[] {
  const { stdout } = spawnSync('ip', ['-json', 'netns', 'list'], { encoding: 'utf8' });
  const names = stdout.trim() === '' ? [] : (JSON.parse(stdout) as { readonly name: string }[]);
  return names.filter(({ name }) => name.startsWith(PREFIX)).map(({ name }) => Namespace.named(name.slice(PREFIX.length)));
}

/** In the environment of every process that the lab starts, so that they are found again wherever they are. */
export const MARK = `HEDDLE_LAB_PROCESS=${NAME || 1}`;

/** Ends every process of the lab, except this one. @returns how many there were */
export function endProcesses(): number {
  const found = markedProcesses();
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    for (const pid of markedProcesses()) {
      try {
        process.kill(pid, signal);
      } catch {
        // It has ended by itself.
      }
    }
    for (let wait = 0; wait < 30 && markedProcesses().length > 0; wait += 1) spawnSync('sleep', ['0.1']);
  }
  return found.length;
}

/** Ends at once what runs with a setting in its environment, and waits until it has. */
export function killProcesses(setting: string): void {
  for (const pid of markedProcesses(setting)) process.kill(pid, 'SIGKILL');
  for (let wait = 0; wait < 30 && markedProcesses(setting).length > 0; wait += 1) spawnSync('sleep', ['0.1']);
}

function markedProcesses(setting = MARK): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
    try {
      return readFileSync(`/proc/${name}/environ`, 'utf8').split('\0').includes(setting) && !isZombie(name) ? Number(name) : [];
    } catch {
      return [];
    }
  });
}

/** A process that has ended and that nobody has asked for yet. */
function isZombie(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.startsWith('Z') ?? true;
  } catch {
    return true;
  }
}

function run(command: string, args: readonly string[], options: { readonly env?: NodeJS.ProcessEnv; readonly timeout?: number } = {}): string {
  return execFileSync(command, args, { ...options, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
