import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { type LearnedRoute, learnedRoutesIn } from './learned-routes.js';

const run = promisify(execFile);

/** Changes come in bursts: they are looked at together, after so many milliseconds. */
const BURST = 30;
/** How long to wait before what tells of changes is started again, in milliseconds. */
const RESTART = 1_000;

/** Follows the routes that BGP puts into a network namespace. */
export class RouteFollower {
  private teller: ChildProcess | undefined;
  private soon: NodeJS.Timeout | undefined;
  private reading = false;
  private restart: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly namespace: string,
    private readonly told: (routes: readonly LearnedRoute[]) => void,
  ) {
    this.start();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.soon);
    clearTimeout(this.restart);
    this.teller?.kill();
  }

  private start(): void {
    // It would go on without the agent, and tell nobody.
    const teller = spawn('setpriv', ['--pdeathsig', 'KILL', 'ip', '-n', this.namespace, 'monitor', 'route'], { stdio: ['ignore', 'pipe', 'ignore'] });
    this.teller = teller;
    teller.stdout.on('data', () => this.lookSoon());
    teller.on('error', () => undefined);
    teller.on('close', () => {
      if (!this.closed) this.restart = setTimeout(() => this.start(), RESTART);
    });
    teller.on('spawn', () => this.lookSoon());
  }

  private lookSoon(): void {
    this.soon ??= setTimeout(() => {
      this.soon = undefined;
      // One at a time: an older answer that came later would stand.
      if (this.reading) this.lookSoon();
      else void this.look();
    }, BURST);
  }

  private async look(): Promise<void> {
    this.reading = true;
    try {
      const routes = await learnedRoutes(this.namespace);
      if (!this.closed) this.told(routes);
    } catch {
      // The namespace is gone, and what followed it goes too.
    } finally {
      this.reading = false;
    }
  }
}

/** @throws Error when there is no such namespace */
export async function learnedRoutes(namespace: string): Promise<LearnedRoute[]> {
  const read = async (family: 4 | 6): Promise<LearnedRoute[]> => {
    const { stdout } = await run('ip', ['-n', namespace, `-${family}`, '-json', 'route', 'show', 'proto', 'bgp'], { maxBuffer: 256 << 20 });
    return learnedRoutesIn(stdout, family);
  };
  return [...(await read(4)), ...(await read(6))];
}
