import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Manager, startManager } from '../../src/manager/manager.js';
import { readSettings } from '../../src/operations/settings.js';
import { GROUND } from './ground.js';

export const PASSWORD = 'Replayed-Password-1';
const CREDENTIALS = `Basic ${Buffer.from(`admin:${PASSWORD}`).toString('base64')}`;

export interface Answer {
  readonly status: number;
  /** Undefined: no body. */
  readonly body: unknown;
}

/** A whole manager without nodes, fresh but for the ground that recordings stand on. */
export class ManagerToReplay {
  private readonly agent = new Agent({ rejectUnauthorized: false, keepAlive: true });

  private constructor(
    private readonly manager: Manager,
    private readonly directory: string,
  ) {}

  static async start(): Promise<ManagerToReplay> {
    const directory = mkdtempSync(join(tmpdir(), 'heddle-replay-'));
    const settings = readSettings({
      HEDDLE_DATA_DIR: directory,
      HEDDLE_PORT: '0',
      HEDDLE_AGENT_PORT: '0',
      HEDDLE_ADMIN_PASSWORD: PASSWORD,
      HEDDLE_SIMULATED_NODES: '0',
      HEDDLE_LOG_LEVEL: 'error',
    });
    const manager = new ManagerToReplay(await startManager(settings), directory);
    for (const [path, body] of GROUND) {
      const { status } = await manager.call('PATCH', `/policy/api/v1${path}`, body);
      if (status !== 200) throw new Error(`${path} cannot be written: ${status}`);
    }
    return manager;
  }

  get url(): string {
    return this.manager.url;
  }

  call(method: string, uri: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const text = body === undefined ? '' : JSON.stringify(body);
    // Said by hand, because Node does not say it for a GET, with which some clients send a body.
    const length = { 'content-length': String(Buffer.byteLength(text)) };
    const all = { ...headers, ...length, authorization: CREDENTIALS, 'content-type': 'application/json' };
    return new Promise((resolve, reject) => {
      const sent = request(this.url + uri, { method, agent: this.agent, headers: all }, (response) => {
        let answer = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          answer += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: answer === '' ? undefined : JSON.parse(answer) }));
      });
      sent.on('error', reject);
      sent.end(text);
    });
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    await this.manager.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
