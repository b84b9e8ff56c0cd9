import { join } from 'node:path';
import type { LoadHandlers, Requests } from '../load/load.process.js';
import { AUTHORIZATION, ManagerUnderLoad } from '../manager.js';
import { type Bench, quantile, row, type Stage } from '../measure.js';
import { Child, now } from '../processes.js';
import type { CommitHandlers } from '../reference/sqlite-commits.process.js';

const DOMAIN = '/policy/api/v1/infra/domains/default';
const GROUPS = 100;
const RULES_PER_POLICY = 1_000;
/** Reads go on at this pace, whether or not earlier ones were answered. */
const READS_PER_SECOND = 20;
const SECONDS = 5;

interface Meanwhile {
  /** Milliseconds that each took. */
  readonly reads: readonly number[];
  readonly writes: readonly number[];
}

/** P9: very many rules in one hierarchical body, and what other clients notice of it: one that reads at a pace, one that writes without pause. */
export const largeBody: Stage = {
  ids: ['P9'],
  async run(bench) {
    const rules = bench.quick ? 2_000 : 100_000;
    const manager = await ManagerUnderLoad.start(bench, join(bench.directory, 'large-body'));
    const raw = new Child<CommitHandlers>(new URL('../reference/sqlite-commits.process.js', import.meta.url));
    try {
      bench.say('P9: others alone');
      for (let group = 0; group < GROUPS; group += 1) await manager.call('PATCH', `${DOMAIN}/groups/used-${group}`, { display_name: `used-${group}` });
      const alone = await others(bench, manager, 'alone', new Promise((resolve) => setTimeout(resolve, bench.quick ? 500 : 2 * SECONDS * 1000)));
      bench.say('P9: bare rows');
      const reference = await raw.ask('bulk', { file: join(bench.directory, 'raw.db'), rows: rules });
      bench.say(`P9: ${rules} rules in one body`);
      const began = now();
      let took = 0;
      const body = manager.call('PATCH', '/policy/api/v1/infra', bodyOf(rules)).then(() => {
        took = now() - began;
      });
      const meanwhile = await others(bench, manager, 'meanwhile', body);
      await body;
      const p99 = (times: readonly number[]): number => quantile(times, 0.99);
      return {
        rows: [
          row(
            { id: 'P9', measure: `${rules} rules in one body, over as many bare rows`, value: took / 1000, reference: reference / 1000, unit: 's' },
            { of: 'value', at: 'most', limit: 20 },
          ),
          row(
            { id: 'P9', measure: 'p99 of reads meanwhile, over it without', value: p99(meanwhile.reads), reference: p99(alone.reads), unit: 'ms' },
            { of: 'value', at: 'most', limit: 100 },
            1,
          ),
          row(
            {
              id: 'P9',
              measure: 'longest wait of a writer, over it without',
              value: Math.max(...meanwhile.writes) / 1000,
              reference: Math.max(...alone.writes) / 1000,
              unit: 's',
            },
            { of: 'value', at: 'most', limit: 5 },
            3,
          ),
        ],
        notes: [],
      };
    } finally {
      await raw.end();
      await manager.stop();
    }
  },
};

/** What other clients do until something is over. */
async function others({ quick }: Bench, manager: ManagerUnderLoad, name: string, over: Promise<unknown>): Promise<Meanwhile> {
  const [reader, writer] = [0, 1].map(() => new Child<LoadHandlers>(new URL('../load/load.process.js', import.meta.url))) as [
    Child<LoadHandlers>,
    Child<LoadHandlers>,
  ];
  const common = { target: manager.target, authorization: AUTHORIZATION };
  const seconds = quick ? 0.5 : SECONDS;
  let done = false;
  void over.finally(() => {
    done = true;
  });
  const reads: number[] = [];
  const writes: number[] = [];
  const read = async (): Promise<void> => {
    const requests: Requests = { method: 'GET', paths: Array.from({ length: GROUPS }, (_, group) => `${DOMAIN}/groups/used-${group}`) };
    while (!done) {
      const { sent, answered } = await reader.ask('paced', {
        ...common,
        requests,
        clients: 2 * READS_PER_SECOND * seconds,
        perSecond: READS_PER_SECOND,
        count: READS_PER_SECOND * seconds,
      });
      reads.push(...[...answered].map((at, index) => at - (sent[index] as number)));
    }
  };
  const write = async (): Promise<void> => {
    while (!done) {
      const requests: Requests = {
        method: 'PATCH',
        paths: [`${DOMAIN}/groups/${name}-*`],
        bodies: [JSON.stringify({ display_name: name })],
        from: writes.length,
      };
      const { latencies } = await writer.ask('full', { ...common, requests, clients: 1, milliseconds: seconds * 1000 });
      writes.push(...latencies);
    }
  };
  try {
    await Promise.all([read(), write()]);
    return { reads, writes };
  } finally {
    await reader.end();
    await writer.end();
  }
}

/** Policies of a thousand rules each, between groups that exist. */
function bodyOf(rules: number): Readonly<Record<string, unknown>> {
  const group = (number: number): string => `/infra/domains/default/groups/used-${number % GROUPS}`;
  const policies = Array.from({ length: Math.ceil(rules / RULES_PER_POLICY) }, (_, policy) => ({
    resource_type: 'ChildSecurityPolicy',
    SecurityPolicy: {
      id: `large-${policy}`,
      category: 'Application',
      rules: Array.from({ length: Math.min(RULES_PER_POLICY, rules - policy * RULES_PER_POLICY) }, (_rule, rule) => ({
        id: `rule-${rule}`,
        display_name: `rule-${rule}`,
        sequence_number: rule,
        action: 'ALLOW',
        source_groups: [group(policy + rule)],
        destination_groups: [group(policy + rule + 1)],
        services: ['/infra/services/HTTPS'],
      })),
    },
  }));
  return { resource_type: 'Infra', children: [{ resource_type: 'ChildResourceReference', id: 'default', target_type: 'Domain', children: policies }] };
}
