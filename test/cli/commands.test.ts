import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../../src/cli/api-client.js';

const MAIN = join('dist', 'src', 'cli', 'main.js');
const root = mkdtempSync(join(tmpdir(), 'heddle-cli-'));
const dataDir = join(root, 'data');
const backup = join(root, 'backup.db');

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

function spawned(args: readonly string[], environment: NodeJS.ProcessEnv): ChildProcess {
  const env = {
    PATH: process.env.PATH,
    HEDDLE_DATA_DIR: dataDir,
    HEDDLE_PORT: '0',
    HEDDLE_AGENT_PORT: '0',
    HEDDLE_SIMULATED_NODES: '0',
    HEDDLE_LOG_LEVEL: 'warn',
    ...environment,
  };
  return spawn(process.execPath, [MAIN, ...args], { env });
}

function heddle(args: readonly string[], environment: NodeJS.ProcessEnv = {}, input = ''): Promise<Ended> {
  const child = spawned(args, environment);
  child.stdin?.end(input);
  return outcome(child);
}

function outcome(child: ChildProcess): Promise<Ended> {
  let [out, err] = ['', ''];
  child.stdout?.on('data', (part) => {
    out += part;
  });
  child.stderr?.on('data', (part) => {
    err += part;
  });
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, out, err })));
}

/** A manager as `heddle serve` runs it, once it has printed its greeting. */
class Serving {
  private constructor(
    private readonly child: ChildProcess,
    private readonly ended: Promise<Ended>,
    readonly greeting: string,
  ) {}

  static async start(environment: NodeJS.ProcessEnv = {}): Promise<Serving> {
    const child = spawned(['serve'], environment);
    const ended = outcome(child);
    const greeting = await new Promise<string>((resolve, reject) => {
      let text = '';
      child.stdout?.on('data', (part) => {
        text += part;
        if (text.includes('Ctrl-C stops it.')) resolve(text);
      });
      void ended.then(({ err }) => reject(new Error(err)));
    });
    return new Serving(child, ended, greeting);
  }

  as(password: string): ApiClient {
    const manager = new URL(/at (https:\S+)/.exec(this.greeting)?.[1] as string);
    return new ApiClient({ manager, user: 'admin', password, authority: readFileSync(join(dataDir, 'ca.crt'), 'utf8') });
  }

  interrupt(): Promise<Ended> {
    this.child.kill('SIGINT');
    return this.ended;
  }
}

const SEGMENT = '/policy/api/v1/infra/segments/web';
const name = async (client: ApiClient): Promise<unknown> => (await client.call('GET', SEGMENT)).display_name;

afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('heddle', { timeout: 120_000 }, () => {
  let first: Serving;
  let password: string;
  beforeAll(async () => {
    first = await Serving.start();
    password = /password {2}(\S+) \(generated; it is not shown again\)/.exec(first.greeting)?.[1] as string;
  }, 60_000);

  it('serve shows how to log in, and the curl line to try holds the generated password', async () => {
    expect(password).toMatch(/^[A-Za-z0-9]{20}$/);
    expect(first.greeting).toContain(`curl --cacert ${join(dataDir, 'ca.crt')} -u admin:${password} https://127.0.0.1:`);
    await first.as(password).call('PATCH', SEGMENT, { display_name: 'before the backup' });
    expect(await name(first.as(password))).toBe('before the backup');
  });

  it('backup copies a database that is in use, readable by its owner only, and never over a file', async () => {
    expect(await heddle(['backup', backup])).toMatchObject({ status: 0, out: `Backed up to ${backup}.\n` });
    expect(statSync(backup).mode & 0o077).toBe(0);
    expect(await heddle(['backup', backup])).toMatchObject({ status: 1, err: expect.stringMatching(/^heddle: .* exists already/) });
  });

  it('history verify walks the history beside a running manager', async () => {
    expect(await heddle(['history', 'verify'])).toMatchObject({ status: 0, out: expect.stringMatching(/^The history is whole\. \d+ change sets/) });
  });

  it('restore refuses while a manager runs', async () => {
    expect(await heddle(['restore', backup])).toMatchObject({ status: 1, err: expect.stringContaining('in use by a running manager') });
  });

  it('admin reset-password counts at once, and ends the old one', async () => {
    expect(await heddle(['admin', 'reset-password', '--password-stdin'], {}, 'short\n')).toMatchObject({ status: 1, err: expect.stringContaining('8 to 128') });
    expect(await heddle(['admin', 'reset-password', '--user', 'nobody'])).toMatchObject({
      status: 1,
      err: 'heddle: there is no user nobody: the users are admin, audit.\n',
    });
    const { out } = await heddle(['admin', 'reset-password']);
    expect(out).toContain('The password counts from now.');
    await expect(first.as(password).call('GET', SEGMENT)).rejects.toMatchObject({ status: 403 });
    password = /New password of admin: (\S+)/.exec(out)?.[1] as string;
    await first.as(password).call('PATCH', SEGMENT, { display_name: 'after the backup' });
    const { results } = (await first.as(password).call('GET', '/heddle/api/v1/audit-logs')) as { results: { method: string; uri: string }[] };
    expect(results).toContainEqual(expect.objectContaining({ method: 'RESET', uri: 'password of admin' }));
  });

  it('serve ends cleanly at Ctrl-C, and starts again with what it had', async () => {
    const { status, out, err } = await first.interrupt();
    expect(status).toBe(0);
    expect(out).toMatch(/\nStopping\.\.\.\n$/);
    expect(err).not.toMatch(/"level":"(error|fatal)"/);
    const second = await Serving.start({ HEDDLE_LOG_LEVEL: 'info' });
    expect(second.greeting).toContain('as it was set before; heddle admin reset-password sets another');
    expect(await name(second.as(password))).toBe('after the backup');
    expect((await second.interrupt()).err).not.toContain('default objects');
  });

  it('restore brings back what was backed up, password included', async () => {
    expect(await heddle(['restore', backup])).toMatchObject({ status: 0, out: expect.stringContaining(`Restored ${backup}`) });
    await heddle(['admin', 'reset-password', '--password-stdin'], {}, 'chosen-password\n');
    const third = await Serving.start();
    expect(await name(third.as('chosen-password'))).toBe('before the backup');
    await third.interrupt();
  });

  it('history archive moves the past to a file that can be verified by itself, and never while a manager runs', async () => {
    const archive = join(root, 'history.archive');
    const running = await Serving.start();
    expect(await heddle(['history', 'archive', archive])).toMatchObject({ status: 1, err: expect.stringContaining('is in use by a running manager') });
    await running.interrupt();
    expect(await heddle(['history', 'archive', archive, '--until', '1999-01-01'])).toMatchObject({ status: 0, out: 'There is nothing that old to move.\n' });
    expect(await heddle(['history', 'archive', archive])).toMatchObject({ status: 0, out: expect.stringMatching(/^Moved to .*: \d+ change sets up to \d+\./) });
    expect(await heddle(['history', 'verify', '--archive', archive])).toMatchObject({
      status: 0,
      out: expect.stringMatching(/^The archive is whole: \d+ change sets/),
    });
    expect(await heddle(['history', 'verify'])).toMatchObject({ status: 0, out: expect.stringContaining('pruned up to') });
  });

  it.each([
    [['serve'], { HEDDLE_PORT: 'https' }, 'heddle: HEDDLE_PORT must be a whole number of 0 to 65535, not "https".\n'],
    [['serve'], { HEDDLE_CERTIFICATE_FILE: '/nowhere', HEDDLE_KEY_FILE: '/nowhere' }, 'heddle: HEDDLE_CERTIFICATE_FILE: /nowhere cannot be read (ENOENT).\n'],
    [['history', 'verify'], { HEDDLE_DATA_DIR: '/nowhere' }, 'heddle: /nowhere holds no database: HEDDLE_DATA_DIR says where it is.\n'],
    [['node', 'token', '--edge', 'e1'], {}, 'heddle: --edge must be CLUSTER/ID, not e1.\n'],
    [['node', 'token', '--host', 'h1'], {}, 'heddle: set HEDDLE_ADMIN_PASSWORD to the password of admin.\n'],
  ])('%j with %j stops with one line', async (args, environment, err) => {
    expect(await heddle(args, environment)).toEqual({ status: 1, out: '', err });
  });
});
