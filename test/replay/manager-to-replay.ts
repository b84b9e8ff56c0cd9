import { Agent, request } from 'node:https';
import { WholeManager } from '../whole-manager.js';
import { GROUND } from './ground.js';

export interface Answer {
  readonly status: number;
  /** Undefined: no body. */
  readonly body: unknown;
}

/** A whole manager without nodes, fresh but for the ground that recordings stand on. */
export class ManagerToReplay {
  private readonly agent = new Agent({ rejectUnauthorized: false, keepAlive: true });

  private constructor(private readonly manager: WholeManager) {}

  static async start(): Promise<ManagerToReplay> {
    const manager = new ManagerToReplay(await WholeManager.start());
    for (const [path, body] of GROUND) {
      const { status } = await manager.call('PATCH', `/policy/api/v1${path}`, body);
      if (status !== 200) throw new Error(`${path} cannot be written: ${status}`);
    }
    return manager;
  }

  get url(): string {
    return this.manager.url;
  }

  get password(): string {
    return this.manager.password;
  }

  call(method: string, uri: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const text = body === undefined ? '' : JSON.stringify(body);
    // Said by hand, because Node does not say it for a GET, with which some clients send a body.
    const length = { 'content-length': String(Buffer.byteLength(text)) };
    const all = { ...headers, ...length, authorization: this.manager.authorization, 'content-type': 'application/json' };
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
  }
}
