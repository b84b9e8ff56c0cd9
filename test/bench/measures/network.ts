import { join } from 'node:path';
import Database from 'better-sqlite3';
import { DataDirectory } from '../../../src/store/data-directory.js';
import { Agents } from '../agents.js';
import type { LoadHandlers } from '../load/load.process.js';
import { AUTHORIZATION, ManagerUnderLoad } from '../manager.js';
import { type Bench, type Findings, inTurns, mebibytes, median, quantile, type Row, row, type Stage } from '../measure.js';
import { EVERYWHERE_RULE, everywhereRuleBody, type NetworkSize, networkBodies, nodePath, objectCount, ruleBody, rulePath } from '../network.js';
import { Child, now } from '../processes.js';
import { BareFanOut } from '../reference/bare-fan-out.js';

const SIZE: NetworkSize = { nodes: 1000, portsPerNode: 10, rulesPerPolicy: 100 };
const SMALL: NetworkSize = { nodes: 20, portsPerNode: 2, rulesPerPolicy: 5 };
/** Bytes of the bare fan-out's message: more than what a changed rule takes. */
const MESSAGE = 483;

/** P4, P5 and P11: a network of 1,000 nodes and 100,000 rules, built once. */
export const network: Stage = {
  ids: ['P4', 'P5', 'P11'],
  async run(bench, wanted) {
    const size = bench.quick ? SMALL : SIZE;
    const dataDir = join(bench.directory, 'manager');
    const rows: Row[] = [];
    const notes: string[] = [];
    const manager = await ManagerUnderLoad.start(bench, dataDir);
    try {
      const began = now();
      let written = 0;
      for (const body of networkBodies(size)) {
        bench.say(`network: ${written} bodies written, ${Math.round((now() - began) / 1000)} s`);
        await manager.call('PATCH', '/policy/api/v1/infra', body);
        written += 1;
      }
      notes.push(`${objectCount(size)} objects were written in ${written} hierarchical bodies within ${Math.round((now() - began) / 1000)} s.`);
      if (wanted.has('P4') || wanted.has('P5')) {
        const agents = await Agents.start(bench, manager, size, join(bench.directory, 'agents'));
        try {
          if (wanted.has('P4')) rows.push(...(await oneNode(bench, manager, agents, size)));
          if (wanted.has('P5')) rows.push(await allNodes(bench, manager, agents, size));
          notes.push(
            `Manager with ${size.nodes} nodes and ${size.nodes * size.rulesPerPolicy} rules: ${mebibytes(await manager.residentBytes())} resident; its agents: ${mebibytes(agents.residentBytes)}.`,
          );
        } finally {
          await agents.stop();
        }
      }
    } finally {
      await manager.stop();
    }
    if (wanted.has('P11')) {
      const found = await start(bench, dataDir, size);
      rows.push(...found.rows);
      notes.push(...found.notes);
    }
    return { rows, notes };
  },
};

/** P4: changes at a pace, each of one rule of one application, which concerns the node that runs it. */
async function oneNode(bench: Bench, manager: ManagerUnderLoad, agents: Agents, size: NetworkSize): Promise<Row[]> {
  const perSecond = bench.quick ? 20 : 100;
  const count = perSecond * (bench.quick ? 2 : 30);
  const load = new Child<LoadHandlers>(new URL('../load/load.process.js', import.meta.url));
  const acks = new Map<string, number[]>(agents.nodeIds.map((node) => [node, []]));
  manager.onAck = ({ node, at }) => acks.get(node)?.push(at);
  const change = async (changes: number, logged: boolean): Promise<number[]> => {
    const paths = Array.from({ length: size.nodes }, (_, policy) => `/policy/api/v1${rulePath(policy, policy % size.rulesPerPolicy)}`);
    const { sent, answered } = await load.ask('paced', {
      target: manager.target,
      authorization: AUTHORIZATION,
      // As many as wait when the manager pauses for a second: a pause is a figure, not an end of the measurement.
      clients: 100,
      perSecond,
      count: changes,
      requests: { method: 'PATCH', paths, bodies: paths.map((_, policy) => JSON.stringify(ruleBody(size, policy, policy % size.rulesPerPolicy, logged))) },
    });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return [...answered].map((at, index) => {
      const node = agents.nodeIds[index % size.nodes] as string;
      const ack = acks.get(node)?.find((one) => one > (sent[index] as number));
      if (ack === undefined) throw new Error(`the change ${index} was never acknowledged by ${node}`);
      return ack - at;
    });
  };
  try {
    bench.say('P4: warming up');
    const warm = Math.min(count, size.nodes);
    await change(warm, true);
    const latencies: number[] = [];
    for (let from = 0, logged = false; from < count; from += warm, logged = !logged) {
      bench.say(`P4: ${from} of ${count} changes, ${perSecond} a second`);
      latencies.push(...(await change(warm, logged)));
    }
    const reference = await roundTrip(bench);
    const measure = `PATCH answered to ack, ${size.nodes} nodes, ${size.nodes * size.rulesPerPolicy} rules, ${perSecond} a second`;
    return [
      row({ id: 'P4', measure: `p50, ${measure}`, value: quantile(latencies, 0.5), reference, unit: 'ms' }, { of: 'value', at: 'most', limit: 8 }),
      row({ id: 'P4', measure: `p99, ${measure}`, value: quantile(latencies, 0.99), reference, unit: 'ms' }, { of: 'value', at: 'most', limit: 25 }),
    ];
  } finally {
    manager.onAck = () => undefined;
    await load.end();
  }
}

/** Milliseconds of a message to one bare stream and back, the median of many: what no change can be faster than. */
async function roundTrip(bench: Bench): Promise<number> {
  const bare = await BareFanOut.start(join(bench.directory, 'bare-one'), 1);
  try {
    const times: number[] = [];
    for (let turn = 0; turn < 200; turn += 1) times.push(await bare.run(MESSAGE));
    return median(times);
  } finally {
    await bare.stop();
  }
}

/** P5: a change of the rule that is applied everywhere, from sending it until the last node's ack. */
async function allNodes(bench: Bench, manager: ManagerUnderLoad, agents: Agents, size: NetworkSize): Promise<Row> {
  const bare = await BareFanOut.start(join(bench.directory, 'bare'), size.nodes);
  let logged = false;
  const change = async (): Promise<number> => {
    const missing = new Set(agents.nodeIds);
    let sent = 0;
    const last = new Promise<number>((resolve) => {
      manager.onAck = ({ node, at }) => {
        if (missing.delete(node) && missing.size === 0) resolve(at);
      };
    });
    logged = !logged;
    sent = now();
    await manager.call('PATCH', `/policy/api/v1${EVERYWHERE_RULE}`, everywhereRuleBody(logged));
    return (await last) - sent;
  };
  try {
    const turns = bench.quick ? 3 : 15;
    let turn = 0;
    const [reference, value] = await inTurns(
      turns,
      () => {
        bench.say(`P5: turn ${turn++} of ${turns}`);
        return bare.run(MESSAGE);
      },
      change,
    );
    return row(
      { id: 'P5', measure: `change of all ${size.nodes} nodes, to the last ack`, value, reference, unit: 'ms' },
      { of: 'ratio', at: 'most', limit: 2.5 },
    );
  } finally {
    manager.onAck = () => undefined;
    await bare.stop();
  }
}

/** P11: from the start of the process until it answers, over reading and parsing every object once. */
async function start(bench: Bench, dataDir: string, size: NetworkSize): Promise<Findings> {
  const ready: number[] = [];
  const turns = bench.quick ? 1 : 5;
  let turn = 0;
  const [reference, value] = await inTurns(
    turns,
    async () => readAll(dataDir),
    async () => {
      bench.say(`P11: turn ${turn++} of ${turns}`);
      const manager = await ManagerUnderLoad.start(bench, dataDir);
      await manager.get(`/policy/api/v1${nodePath(0)}`);
      const answered = now();
      while (!(await manager.isReady())) await new Promise((resolve) => setTimeout(resolve, 50));
      ready.push(manager.startMilliseconds + now() - answered);
      await manager.stop();
      return manager.startMilliseconds;
    },
  );
  const measure = `start with ${objectCount(size)} objects, until the API answers`;
  return {
    rows: [row({ id: 'P11', measure, value: value / 1000, reference: reference / 1000, unit: 's' }, { of: 'value', at: 'most', limit: 5 })],
    notes: [`A manager with ${objectCount(size)} objects was ready, with everything computed for the nodes, after ${(median(ready) / 1000).toFixed(1)} s.`],
  };
}

/** Milliseconds to read the body of every object and parse it, in one query on one thread. */
function readAll(dataDir: string): number {
  const handle = new Database(new DataDirectory(dataDir).database, { readonly: true });
  const started = performance.now();
  for (const body of handle.prepare('SELECT after FROM policy_object JOIN change ON position = version').pluck().iterate()) JSON.parse(body as string);
  const took = performance.now() - started;
  handle.close();
  return took;
}
