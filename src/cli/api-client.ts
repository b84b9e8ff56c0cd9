import { request } from 'node:https';

export interface ApiLogin {
  readonly manager: URL;
  readonly user: string;
  readonly password: string;
  /** PEM of the authority of the manager's certificate; left out: those that the system trusts. */
  readonly authority?: string;
}

/** What the manager answered instead of what was asked for. */
export class ApiRefusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const TIMEOUT = 30_000;

/** Calls the API of a manager as a user. */
export class ApiClient {
  constructor(private readonly login: ApiLogin) {}

  /**
   * @throws ApiRefusal what the manager says is wrong
   * @throws Error when it cannot be reached
   */
  async call(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const { status, text } = await this.send(method, path, body === undefined ? undefined : JSON.stringify(body));
    const answer = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    if (status >= 300) throw new ApiRefusal(status, typeof answer.error_message === 'string' ? answer.error_message : `the manager answered ${status}.`);
    return answer;
  }

  private send(method: string, path: string, body: string | undefined): Promise<{ status: number; text: string }> {
    const { manager, user, password, authority } = this.login;
    return new Promise((resolve, reject) => {
      const headers = {
        authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
        'content-type': 'application/json',
        'content-length': body === undefined ? 0 : Buffer.byteLength(body),
      };
      const sent = request(new URL(path, manager), { method, headers, ca: authority, agent: false, timeout: TIMEOUT }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          text += part;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        response.on('error', reject);
      });
      sent.on('timeout', () => sent.destroy(new Error(`${manager.origin} did not answer within ${TIMEOUT / 1000} s.`)));
      sent.on('error', (error) => reject(new Error(`${manager.origin} cannot be reached: ${error.message}.`, { cause: error })));
      sent.end(body);
    });
  }
}
