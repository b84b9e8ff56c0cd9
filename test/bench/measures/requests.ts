import { join } from 'node:path';
import type { LoadHandlers } from '../load/load.process.js';
import { AUTHORIZATION, ManagerUnderLoad } from '../manager.js';
import { type Bench, type Findings, inTurns, mebibytes, quantile, type Row, row, type Stage } from '../measure.js';
import { Child } from '../processes.js';
import type { EchoHandlers } from '../reference/echo.process.js';
import { Etcd, putBody } from '../reference/etcd.js';
import type { CommitHandlers } from '../reference/sqlite-commits.process.js';

/** P1, P2 and P3: durable writes and reads over HTTPS with login, one manager for all. */
export const requests: Stage = {
  ids: ['P1', 'P2', 'P3'],
  async run(bench, wanted) {
    const manager = await ManagerUnderLoad.start(bench, join(bench.directory, 'requests'));
    const load = new Child<LoadHandlers>(new URL('../load/load.process.js', import.meta.url));
    try {
      await manager.call('PATCH', '/policy/api/v1/infra/segments/bench', { subnets: [{ gateway_address: '10.1.0.1/16' }] });
      const under: UnderLoad = { bench, manager, load };
      const rows: Row[] = [];
      if (wanted.has('P1')) rows.push(await writes(under, 'P1', 32, 1), ...(await writesOverEtcd(under)));
      if (wanted.has('P2')) rows.push(await writes(under, 'P2', 1, 0.3));
      if (wanted.has('P3')) rows.push(await reads(under), await listings(under));
      return { rows, notes: [`Manager with ${await objectCount(manager)} groups: ${mebibytes(await manager.residentBytes())} resident.`] } satisfies Findings;
    } finally {
      await load.end();
      await manager.stop();
    }
  },
};

interface UnderLoad {
  readonly bench: Bench;
  readonly manager: ManagerUnderLoad;
  readonly load: Child<LoadHandlers>;
}

const GROUPS = '/policy/api/v1/infra/domains/default/groups';
/** Longest description of an object. */
const DESCRIPTION = 1024;

/** A group by tag and by path, with tags and a description: about 1.45 KB once it is stored. */
export function groupBody(name: string): Record<string, unknown> {
  return {
    display_name: name,
    description: 'Measured. '.repeat(DESCRIPTION).slice(0, 330),
    tags: [
      { scope: 'owner', tag: 'bench' },
      { scope: 'tier', tag: 'web' },
    ],
    expression: [
      { resource_type: 'Condition', member_type: 'VirtualMachine', key: 'Tag', operator: 'EQUALS', value: 'tier|web' },
      { resource_type: 'ConjunctionOperator', conjunction_operator: 'OR' },
      { resource_type: 'PathExpression', paths: ['/infra/segments/bench'] },
    ],
  };
}

/** Writes of new objects for some seconds, over and over; each answers how many were answered a second. */
function patches({ bench, manager, load }: UnderLoad, name: string, clients: number): () => Promise<number> {
  let from = 0;
  return async () => {
    const { requests, milliseconds } = await load.ask('full', {
      target: manager.target,
      authorization: AUTHORIZATION,
      clients,
      milliseconds: turnOf(bench),
      requests: { method: 'PATCH', paths: [`${GROUPS}/${name}-*`], bodies: [JSON.stringify(groupBody('bench'))], from },
    });
    from += requests;
    return (requests * 1000) / milliseconds;
  };
}

/** How long a turn takes, in milliseconds. */
function turnOf({ quick }: Bench): number {
  return quick ? 300 : 4_000;
}

async function writes(under: UnderLoad, id: 'P1' | 'P2', clients: number, limit: number): Promise<Row> {
  const { bench } = under;
  const raw = new Child<CommitHandlers>(new URL('../reference/sqlite-commits.process.js', import.meta.url));
  const patch = patches(under, id, clients);
  let turn = 0;
  const turns = bench.quick ? 1 : 7;
  try {
    const [reference, value] = await inTurns(
      turns,
      async () => {
        bench.say(`${id}: raw commits, turn ${turn} of ${turns}`);
        return raw.ask('run', { file: join(bench.directory, 'raw.db'), milliseconds: turnOf(bench) / 2 });
      },
      () => {
        bench.say(`${id}: PATCH with ${clients} clients, turn ${turn++} of ${turns}`);
        return patch();
      },
    );
    const who = clients === 1 ? '1 client' : `${clients} clients`;
    return row({ id, measure: `durable writes, ${who}`, value, reference, unit: '1/s' }, { of: 'ratio', at: 'least', limit }, 0);
  } finally {
    await raw.end();
  }
}

/** The same over the JSON gateway of etcd, which checks nothing and asks for no login; nothing where there is no etcd. */
async function writesOverEtcd(under: UnderLoad): Promise<Row[]> {
  const { bench, manager, load } = under;
  if (!Etcd.isPresent) return [];
  const clients = 32;
  const keys = 1000;
  const text = JSON.stringify(await manager.get(`${GROUPS}/P1-0`));
  const etcd = await Etcd.start(join(bench.directory, 'etcd'), manager.dataDir);
  const patch = patches(under, 'P1-etcd', clients);
  const turns = bench.quick ? 1 : 5;
  let turn = 0;
  try {
    const [reference, value] = await inTurns(
      turns,
      async () => {
        bench.say(`P1: etcd, turn ${turn} of ${turns}`);
        const paths = Array.from({ length: keys }, () => '/v3/kv/put');
        const bodies = paths.map((_, key) => putBody(`group-${key}`, text));
        const requests = { method: 'POST', paths, bodies } as const;
        const { requests: answered, milliseconds } = await load.ask('full', { target: etcd.target, clients, milliseconds: turnOf(bench), requests });
        return (answered * 1000) / milliseconds;
      },
      () => {
        bench.say(`P1: PATCH with ${clients} clients, turn ${turn++} of ${turns}`);
        return patch();
      },
    );
    const measure = `durable writes, ${clients} clients, over etcd's gateway`;
    return [row({ id: 'P1', measure, value, reference, unit: '1/s' }, { of: 'ratio', at: 'least', limit: 1.5 }, 0)];
  } finally {
    await etcd.stop();
  }
}

async function reads({ bench, manager, load }: UnderLoad): Promise<Row> {
  const count = 1000;
  await addGroups({ bench, manager }, 'read', count);
  const text = JSON.stringify(await manager.get(`${GROUPS}/read-0`));
  const echo = new Child<EchoHandlers>(new URL('../reference/echo.process.js', import.meta.url));
  try {
    const port = await echo.ask('start', { dataDir: manager.dataDir, text });
    const milliseconds = turnOf(bench);
    const turns = bench.quick ? 1 : 5;
    let turn = 0;
    const rate = async (what: string, target: typeof manager.target, authorization?: string): Promise<number> => {
      bench.say(`P3: ${what}, turn ${turn} of ${turns}`);
      const paths = Array.from({ length: count }, (_, index) => `${GROUPS}/read-${index}`);
      const { requests, milliseconds: took } = await load.ask('full', { target, authorization, clients: 32, milliseconds, requests: { method: 'GET', paths } });
      return (requests * 1000) / took;
    };
    const [reference, value] = await inTurns(
      turns,
      () => rate('bare echo', { ...manager.target, port }),
      () => rate('GET', manager.target, AUTHORIZATION).finally(() => turn++),
    );
    return row({ id: 'P3', measure: 'GET one object, 32 clients', value, reference, unit: '1/s' }, { of: 'ratio', at: 'least', limit: 0.7 }, 0);
  } finally {
    await echo.end();
  }
}

/** Pages of 1,000 from all over the collection, one after the other. */
async function listings({ bench, manager, load }: UnderLoad): Promise<Row> {
  const count = bench.quick ? 2_000 : 100_000;
  await addGroups({ bench, manager }, 'listed', count);
  bench.say('P3: listings');
  const page = 1000;
  const paths = Array.from({ length: count / page }, (_, index) => `${GROUPS}?page_size=${page}&cursor=${((index * 37) % (count / page)) * page}`);
  const { latencies } = await load.ask('full', {
    target: manager.target,
    authorization: AUTHORIZATION,
    clients: 1,
    milliseconds: bench.quick ? 500 : 15_000,
    requests: { method: 'GET', paths },
  });
  const all = [...latencies];
  return row(
    { id: 'P3', measure: `p99 of listing ${page} of ${count}, over p50`, value: quantile(all, 0.99), reference: quantile(all, 0.5), unit: 'ms' },
    { of: 'value', at: 'most', limit: 60 },
    1,
  );
}

/** Adds groups over the hierarchical API. */
async function addGroups({ bench, manager }: Pick<UnderLoad, 'bench' | 'manager'>, name: string, count: number): Promise<void> {
  const chunk = 2_000;
  for (let from = 0; from < count; from += chunk) {
    bench.say(`P3: ${from} of ${count} groups written`);
    const children = Array.from({ length: Math.min(chunk, count - from) }, (_, index) => ({
      resource_type: 'ChildGroup',
      Group: { id: `${name}-${from + index}`, ...groupBody(name) },
    }));
    await manager.call('PATCH', '/policy/api/v1/infra', {
      resource_type: 'Infra',
      children: [{ resource_type: 'ChildResourceReference', id: 'default', target_type: 'Domain', children }],
    });
  }
}

async function objectCount(manager: ManagerUnderLoad): Promise<number> {
  return (await manager.get<{ result_count: number }>(`${GROUPS}?page_size=1`)).result_count;
}
