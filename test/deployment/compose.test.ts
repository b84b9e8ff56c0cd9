import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ApiClient } from '../../src/cli/api-client.js';

interface Service {
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test: readonly string[] };
}

const compose = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as { services: Record<string, Service>; volumes: Record<string, null> };
const dockerfile = readFileSync('Dockerfile', 'utf8');
const AGENTS = ['host-1', 'host-2', 'edge-1', 'edge-2'];

describe('the compose file', () => {
  it('starts a manager, then tokens, then an agent for each token', () => {
    const { manager, enrol, ...agents } = compose.services;
    expect(Object.keys(agents)).toEqual(AGENTS);
    expect(enrol?.depends_on).toEqual({ manager: { condition: 'service_healthy' } });
    expect(manager?.healthcheck?.test[0]).toBe('CMD');
    for (const [name, agent] of Object.entries(agents)) {
      expect(agent.depends_on).toEqual({ enrol: { condition: 'service_completed_successfully' } });
      expect(agent.command).toContain(`--token-file=/tokens/${name}.token`);
    }
  });

  it('mounts only volumes that it declares, at directories that the image makes', () => {
    const made = /RUN mkdir (.*) && chown/.exec(dockerfile)?.[1]?.split(' ');
    for (const { volumes = [] } of Object.values(compose.services)) {
      for (const [volume, directory] of volumes.map((text) => text.split(':'))) {
        expect(Object.keys(compose.volumes)).toContain(volume);
        expect(made).toContain(directory);
      }
    }
  });

  it('holds no password', () => {
    expect(compose.services.manager?.environment?.HEDDLE_ADMIN_PASSWORD).toMatch(/^\$\{HEDDLE_ADMIN_PASSWORD:\?/);
  });
});

describe('its commands, run as plain processes,', () => {
  const root = mkdtempSync(join(tmpdir(), 'heddle-compose-'));
  const password = 'compose-password';
  const running: ChildProcess[] = [];
  afterAll(async () => {
    await Promise.all(running.map((child) => ended(child, 'SIGTERM')));
    rmSync(root, { recursive: true });
  });

  /** What stands for the names and directories of the containers on this machine. */
  function localised(text: string, service: string, port: number): string {
    return text
      .replace('https://manager:8443', `https://127.0.0.1:${port}`)
      .replace(/(^|=)\/(data|tokens)\b/, `$1${root}/$2`)
      .replace(/(^|=)\/state\b/, `$1${root}/state-${service}`)
      .replace(/^\$\{HEDDLE_ADMIN_PASSWORD.*\}$/, password);
  }

  function run(service: string, ports: readonly [number, number]): ChildProcess {
    const { command, environment = {} } = compose.services[service] as Service;
    const image = Object.fromEntries([...dockerfile.matchAll(/(HEDDLE_\w+)=(\S+)/g)].map(([, name, value]) => [name, value]));
    const variables = Object.entries({ ...image, ...environment }).map(([name, value]) => [name, localised(String(value), service, ports[0])]);
    const [, entry] = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? '[]') as string[];
    const child = spawn(process.execPath, [entry as string, ...command.map((part) => localised(part, service, ports[0]))], {
      env: {
        PATH: process.env.PATH,
        ...Object.fromEntries(variables),
        HEDDLE_HOST: '127.0.0.1',
        HEDDLE_PORT: String(ports[0]),
        HEDDLE_AGENT_PORT: String(ports[1]),
        HEDDLE_LOG_LEVEL: 'error',
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    running.push(child);
    return child;
  }

  it('end with every node connected', { timeout: 120_000 }, async () => {
    const ports = [await freePort(), await freePort()] as const;
    run('manager', ports);
    expect(await ended(run('enrol', ports))).toBe(0);
    for (const agent of AGENTS) run(agent, ports);
    const authority = readFileSync(join(root, 'data', 'ca.crt'), 'utf8');
    const client = new ApiClient({ manager: new URL(`https://127.0.0.1:${ports[0]}`), user: 'admin', password, authority });
    for (const until = Date.now() + 60_000; Date.now() < until; await wait(250)) {
      const { results } = (await client.call('GET', '/heddle/api/v1/nodes')) as { results: readonly { path: string; connected: boolean }[] };
      const connected = results.filter((node) => node.connected).map(({ path }) => path.split('/').at(-1));
      if (connected.length === AGENTS.length) {
        expect(connected.sort()).toEqual([...AGENTS].sort());
        return;
      }
    }
    throw new Error('not every agent connected within a minute');
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits for a process to end, asking it to when a signal is given; answers its status. */
function ended(child: ChildProcess, signal?: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  if (signal) child.kill(signal);
  return new Promise((resolve) => child.once('exit', resolve));
}
