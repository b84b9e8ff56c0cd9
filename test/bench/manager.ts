import { mkdirSync } from 'node:fs';
import { Agent, request } from 'node:https';
import type { Ack } from './ack-probe.js';
import type { Target } from './load/connection.js';
import type { ManagerHandlers, ManagerStarted } from './manager.process.js';
import type { Bench } from './measure.js';
import { Child, now } from './processes.js';

const PASSWORD = 'Bench-mark-4711';
export const AUTHORIZATION = `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`;
const PROBE = new URL('./ack-probe.js', import.meta.url).href;

/** A manager in a process of its own, and a client of its API for setting up. */
export class ManagerUnderLoad {
  private readonly agent: Agent;
  /** Called with each ack that the manager's calculation takes. */
  onAck: (ack: Ack) => void = () => undefined;

  private constructor(
    private readonly child: Child<ManagerHandlers>,
    readonly dataDir: string,
    readonly started: ManagerStarted,
    /** From the start of the process until the API answers, in milliseconds. */
    readonly startMilliseconds: number,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: 16, ca: started.authority, servername: 'localhost' });
  }

  /** @param dataDir its database and keys; made where it is missing */
  static async start({ profiles }: Pick<Bench, 'profiles'>, dataDir: string): Promise<ManagerUnderLoad> {
    const started = now();
    if (profiles !== undefined) mkdirSync(profiles, { recursive: true });
    const profiling = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
    const told = (acks: readonly Ack[]): void => {
      for (const ack of acks) manager?.onAck(ack);
    };
    let manager: ManagerUnderLoad | undefined;
    const child = new Child<ManagerHandlers>(new URL('./manager.process.js', import.meta.url), { execArgv: [`--import=${PROBE}`, ...profiling], told });
    const facts = await child.ask('start', { dataDir, password: PASSWORD });
    manager = new ManagerUnderLoad(child, dataDir, facts, 0);
    await manager.get('/policy/api/v1/infra');
    return Object.assign(manager, { startMilliseconds: now() - started });
  }

  get target(): Target {
    const { port } = new URL(this.started.url);
    return { host: '127.0.0.1', port: Number(port), authority: this.started.authority };
  }

  get<T>(path: string): Promise<T> {
    return this.call('GET', path) as Promise<T>;
  }

  /** @throws Error when the answer is not 2xx */
  call(method: string, path: string, body?: unknown): Promise<unknown> {
    const content = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const { host, port } = this.target;
      const headers = { authorization: AUTHORIZATION, ...(content === undefined ? {} : { 'content-type': 'application/json' }) };
      const sent = request({ host, port, path, method, agent: this.agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          const { statusCode = 0 } = response;
          if (statusCode >= 200 && statusCode < 300) resolve(text === '' ? undefined : JSON.parse(text));
          else reject(new Error(`${method} ${path} was answered ${statusCode}: ${text.slice(0, 1000)}`));
        });
      });
      sent.on('error', reject);
      sent.end(content);
    });
  }

  /** Whether every part of it works, realization included. */
  isReady(): Promise<boolean> {
    return this.get('/readyz').then(
      () => true,
      () => false,
    );
  }

  /** Bytes of memory that the process takes, all threads together. */
  residentBytes(): Promise<number> {
    return this.child.ask('residentBytes');
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    await this.child.ask('stop');
    await this.child.end();
  }
}
