import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { readSettings, type Settings } from '../operations/settings.js';
import { readIfPresent, writeFileDurably } from '../shared/durable-file.js';
import { ApiClient, ApiRefusal } from './api-client.js';

const ENFORCEMENT_POINT = '/infra/sites/default/enforcement-points/default';
const API = '/policy/api/v1';

interface Flags {
  readonly node: readonly string[];
  readonly host: readonly string[];
  readonly edge: readonly string[];
  readonly create?: boolean;
  readonly validMinutes: number;
  readonly outDir?: string;
  readonly manager?: string;
  readonly user: string;
  readonly caFile?: string;
  readonly wait: number;
}

export function nodeCommand(): Command {
  const number = (text: string): number => Number(text);
  const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];
  const repeated = (flags: string, description: string): Option => new Option(flags, `${description}; may be repeated`).argParser(collect).default([]);
  return new Command('node')
    .description('Transport nodes.')
    .addCommand(
      new Command('token')
        .description('Mint tokens: by each of them one agent becomes one node, once. The password of the user is read from HEDDLE_ADMIN_PASSWORD.')
        .addOption(repeated('--node <path>', "policy path of a node's object"))
        .addOption(repeated('--host <id>', 'id of a host at the default enforcement point'))
        .addOption(repeated('--edge <cluster/id>', 'cluster and id of an edge at the default enforcement point'))
        .option('--create', 'create the objects of nodes where they are missing')
        .addOption(new Option('--valid-minutes <minutes>', 'how long the tokens are good').argParser(number).default(60))
        .option('--out-dir <dir>', 'write each token to ID.token in this directory, readable by its owner only, instead of printing it')
        .addOption(new Option('--manager <url>', 'address of the manager; the default is the one that the settings say').env('HEDDLE_MANAGER'))
        .option('--user <name>', 'who asks', 'admin')
        .option('--ca-file <file>', "authority of the manager's certificate; the default is ca.crt in the data directory")
        .addOption(new Option('--wait <seconds>', 'how long to wait for the manager to answer').argParser(number).default(0))
        .action(mint),
    );
}

async function mint(flags: Flags): Promise<void> {
  const paths = pathsOf(flags);
  const client = await reached(() => clientOf(flags, readSettings(process.env)), flags.wait);
  for (const path of paths) {
    if (flags.create) await create(client, path);
    const { token, expires_at: expiresAt } = await client.call('POST', '/heddle/api/v1/enrolment-tokens', {
      node_path: path,
      valid_minutes: flags.validMinutes,
    });
    if (flags.outDir === undefined) process.stdout.write(`${token}\n`);
    else writeFileDurably(join(flags.outDir, `${basename(path)}.token`), `${token}\n`, 0o600);
    process.stderr.write(`One agent can become ${path} until ${new Date(Number(expiresAt)).toISOString()}.\n`);
  }
}

function pathsOf({ node, host, edge }: Flags): readonly string[] {
  const hosts = host.map((id) => `${ENFORCEMENT_POINT}/host-transport-nodes/${id}`);
  const edges = edge.map((name) => {
    const [, cluster, id] = /^([^/]+)\/([^/]+)$/.exec(name) ?? [];
    if (id === undefined) throw new Error(`--edge must be CLUSTER/ID, not ${name}.`);
    return `${ENFORCEMENT_POINT}/edge-clusters/${cluster}/edge-nodes/${id}`;
  });
  const paths = [...node, ...hosts, ...edges];
  if (paths.length === 0) throw new Error('say which nodes: --node PATH, --host ID or --edge CLUSTER/ID.');
  return paths;
}

function clientOf({ manager, user, caFile }: Flags, { host, port, dataDir, adminPassword }: Settings): ApiClient {
  if (adminPassword === undefined) throw new Error(`set HEDDLE_ADMIN_PASSWORD to the password of ${user}.`);
  const address = manager ?? `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  if (!URL.canParse(address)) throw new Error(`--manager must be an address such as https://manager:8443, not ${address}.`);
  const authority = caFile === undefined ? readIfPresent(join(dataDir, 'ca.crt')) : readFileSync(caFile, 'utf8');
  return new ApiClient({ manager: new URL(address), user, password: adminPassword, authority });
}

/** Tries once a second, with the authority that is there by then; what the manager refuses, it would refuse again. */
async function reached(connect: () => ApiClient, seconds: number): Promise<ApiClient> {
  for (const until = Date.now() + seconds * 1000; ; await wait(1000)) {
    const client = connect();
    try {
      await client.call('GET', '/api/v1/node/version');
      return client;
    } catch (error) {
      if (error instanceof ApiRefusal || Date.now() >= until) throw error;
    }
  }
}

/** Creates the node, and the cluster of an edge, where they are missing. */
async function create(client: ApiClient, path: string): Promise<void> {
  const cluster = /^(.*\/edge-clusters\/[^/]+)\/edge-nodes\/[^/]+$/.exec(path)?.[1];
  for (const object of cluster === undefined ? [path] : [cluster, path]) {
    try {
      await client.call('GET', `${API}${object}`);
    } catch (error) {
      if (!(error instanceof ApiRefusal) || error.status !== 404) throw error;
      await client.call('PATCH', `${API}${object}`, {});
    }
  }
}
