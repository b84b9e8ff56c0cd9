import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { type Agent, request } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HEDDLE = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
export const LAB_PASSWORD = 'lab-password-of-heddle';
export const ENFORCEMENT_POINT = '/infra/sites/default/enforcement-points/default';

/** The manager of the lab, and its API as a client sees it. */
export class LabManager {
  private process: ChildProcess | undefined;
  /** Keeps connections open between calls, where these are measured. */
  connections: Agent | false = false;

  constructor(
    private readonly address: string,
    private readonly directory: string,
  ) {}

  get url(): string {
    return `https://${this.address}:8443`;
  }

  async start(): Promise<void> {
    mkdirSync(this.directory, { recursive: true });
    const log = openSync(join(this.directory, 'manager.log'), 'a');
    const env = {
      ...process.env,
      HEDDLE_HOST: this.address,
      HEDDLE_PORT: '8443',
      HEDDLE_AGENT_PORT: '8444',
      HEDDLE_DATA_DIR: join(this.directory, 'data'),
      HEDDLE_ADMIN_PASSWORD: LAB_PASSWORD,
      HEDDLE_SIMULATED_NODES: '0',
    };
    const started = spawn(process.execPath, [HEDDLE, 'serve'], { stdio: ['ignore', log, log], env });
    this.process = started;
    for (let wait = 0; wait < 300; wait += 1) {
      if (started.exitCode !== null) break;
      const answer = await this.call('GET', '/readyz').catch(() => undefined);
      if (answer?.status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`the manager did not start:\n${readFileSync(join(this.directory, 'manager.log'), 'utf8').slice(-2_000)}`);
  }

  /** Ends the manager at once, as a crash would. */
  async kill(): Promise<void> {
    const running = this.process;
    if (!running) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  }

  /** Writes intent below `/policy/api/v1`. @throws Error where the API does not take it */
  async patch(path: string, body: object): Promise<void> {
    const { status, text } = await this.call('PATCH', `/policy/api/v1${path}`, body);
    if (status !== 200) throw new Error(`PATCH ${path}: ${status} ${text}`);
  }

  /** Writes some fields of an object anew and leaves the others as they are; undefined takes a field away. */
  async change(path: string, fields: object): Promise<void> {
    const { status, text } = await this.call('PUT', `/policy/api/v1${path}`, { ...(await this.get(`/policy/api/v1${path}`)), ...fields });
    if (status !== 200) throw new Error(`PUT ${path}: ${status} ${text}`);
  }

  async delete(path: string): Promise<void> {
    const { status, text } = await this.call('DELETE', `/policy/api/v1${path}`);
    if (status !== 200) throw new Error(`DELETE ${path}: ${status} ${text}`);
  }

  async get(path: string): Promise<Record<string, unknown>> {
    const { status, text } = await this.call('GET', path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  }

  async token(nodePath: string): Promise<string> {
    const { status, text } = await this.call('POST', '/heddle/api/v1/enrolment-tokens', { node_path: nodePath, valid_minutes: 60 });
    if (status !== 201) throw new Error(`no token for ${nodePath}: ${text}`);
    return (JSON.parse(text) as { readonly token: string }).token;
  }

  /** Consolidated status of an intent: SUCCESS once every node of its span has it in force. */
  async status(path: string): Promise<string> {
    const answer = await this.get(`/policy/api/v1/infra/realized-state/status?intent_path=${encodeURIComponent(path)}`);
    return (answer.consolidated_status as { readonly consolidated_status?: string } | undefined)?.consolidated_status ?? 'UNKNOWN';
  }

  /** Names of the nodes that are connected and have all that they were told. */
  async nodesInSync(): Promise<string[]> {
    const { results } = await this.get('/heddle/api/v1/nodes');
    const nodes = results as readonly { readonly path: string; readonly session?: { readonly in_sync?: boolean } }[];
    return nodes.filter(({ session }) => session?.in_sync).map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
  }

  /** What nodes have counted of a rule, all together. */
  async ruleStatistics(path: string): Promise<Readonly<Record<string, unknown>>> {
    const { results } = await this.get(`/policy/api/v1${path}/statistics`);
    return (results as readonly { readonly statistics: Readonly<Record<string, unknown>> }[])[0]?.statistics ?? {};
  }

  /** What a pool of a load balancer has counted, and each of its members by its address. */
  async poolStatistics(service: string, pool: string): Promise<Readonly<Record<string, Readonly<Record<string, number>>>>> {
    const { results } = await this.get(`/policy/api/v1${service}/lb-pools/${pool.split('/').pop()}/statistics`);
    const [counted] = results as readonly (CountedMember & { readonly members: readonly CountedMember[] })[];
    const members = counted?.members.map(({ ip_address: address = '', statistics }) => [address, statistics] as const) ?? [];
    return { all: counted?.statistics ?? {}, ...Object.fromEntries(members) };
  }

  /** What a virtual server of a load balancer has counted. */
  async serverStatistics(service: string, server: string): Promise<Readonly<Record<string, number>>> {
    const { results } = await this.get(`/policy/api/v1${service}/lb-virtual-servers/${server.split('/').pop()}/statistics`);
    return (results as readonly CountedMember[])[0]?.statistics ?? {};
  }

  /** Addresses of the members of a load balancer's pool that are down, in order. */
  async membersDown(service: string, pool: string): Promise<string[]> {
    const { results } = await this.get(`/policy/api/v1${service}/lb-pools/${pool.split('/').pop()}/detailed-status`);
    const [status] = results as readonly { readonly members: readonly { readonly ip_address: string; readonly status: string }[] }[];
    return (status?.members ?? []).flatMap(({ ip_address: address, status: state }) => (state === 'DOWN' ? [address] : [])).sort();
  }

  /** Messages of the alarms of an intent. */
  async alarms(path: string): Promise<string[]> {
    const { results } = await this.get('/policy/api/v1/infra/realized-state/alarms?page_size=1000');
    const alarms = results as readonly { readonly source_reference: string; readonly message: string }[];
    return alarms.filter(({ source_reference: source }) => source === path).map(({ message }) => message);
  }

  private call(method: string, path: string, body?: object): Promise<{ readonly status: number; readonly text: string }> {
    return new Promise((resolve, reject) => {
      const authorization = `Basic ${Buffer.from(`admin:${LAB_PASSWORD}`).toString('base64')}`;
      // The lab made this manager and its certificate a moment ago, in a network of its own.
      const sent = request(
        this.url + path,
        { method, rejectUnauthorized: false, agent: this.connections, timeout: 30_000, headers: { authorization, 'content-type': 'application/json' } },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
        },
      );
      // A connection that was kept may have been closed at the other end just now.
      sent.on('error', (error: NodeJS.ErrnoException) => {
        if (sent.reusedSocket && error.code === 'ECONNRESET') resolve(this.call(method, path, body));
        else reject(error);
      });
      sent.on('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer`)));
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

interface CountedMember {
  readonly ip_address?: string;
  readonly statistics: Readonly<Record<string, number>>;
}
