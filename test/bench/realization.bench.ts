import type { PolicyObject } from '../../src/model/policy-object.js';
import { portKeys, SEGMENT_KEYS } from '../../src/model/spaces.js';
import type { Commit } from '../../src/policy/ports.js';
import type { InventoryReport, NodeDelta } from '../../src/realization/contract.js';
import { encodedChange } from '../../src/realization/encoding.js';
import { RealizationGraph } from '../../src/realization/graph.js';
import { Changes, claim, host, intent, OVERLAY, report, vif, vm, zone } from '../realization/network.js';

/**
 * The calculation by itself, without store or network. Times hold for one machine; what matters is how they grow with the size of
 * the network, so every figure stands beside the same one of a smaller network in the same run.
 *
 * Usage: node --expose-gc dist/test/bench/realization.bench.js [members] [rules] [cold] [single]
 */
const DOMAIN = '/infra/domains/default';
const wanted = new Set(process.argv.slice(2));
const runs = (name: string): boolean => wanted.size === 0 || wanted.has(name);

/** A network of ports, each with a machine, spread over hosts and segments. */
class Network {
  readonly objects: PolicyObject[] = [zone('overlay')];
  readonly claims: Commit['claims'][number][] = [];
  readonly reports: InventoryReport[] = [];

  constructor(hosts: number, ports: number, segments: number, tagsOf: (port: number) => { scope: string; tag: string }[]) {
    for (let index = 0; index < segments; index += 1) {
      const path = segment(index);
      this.objects.push(intent(path, { transport_zone_path: OVERLAY }));
      this.claims.push(claim(SEGMENT_KEYS.space, path, 70000 + index));
    }
    const interfaces = Array.from({ length: hosts }, () => [] as ReturnType<typeof vif>[]);
    const machines = Array.from({ length: hosts }, () => [] as ReturnType<typeof vm>[]);
    for (let index = 0; index < ports; index += 1) {
      const path = port(index, segments);
      this.objects.push(intent(path, { attachment: { id: `a${index}` } }), intent(workload(index), { tags: tagsOf(index) }));
      this.claims.push(claim(portKeys(segment(index % segments)).space, path, 16 + Math.floor(index / segments)));
      interfaces[index % hosts]?.push(vif(`a${index}`, { addresses: [address(index)], mac: mac(index) }));
      machines[index % hosts]?.push(vm(`vm-a${index}`));
    }
    for (let index = 0; index < hosts; index += 1) {
      this.objects.push(host(`h${index}`));
      this.reports.push(report(`h${index}`, interfaces[index], machines[index]));
    }
  }

  load(): RealizationGraph {
    const graph = new RealizationGraph();
    graph.load({ sequence: 0, objects: this.objects, claims: this.claims, reports: this.reports, realized: [] });
    return graph;
  }
}

const segment = (index: number) => `/infra/segments/s${index}`;
const port = (index: number, segments: number) => `${segment(index % segments)}/ports/p${index}`;
const workload = (index: number) => `/inventory/workloads/vm-a${index}`;
const address = (index: number) => `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
const mac = (index: number) => `02:00:00:${[16, 8, 0].map((shift) => ((index >> shift) & 255).toString(16).padStart(2, '0')).join(':')}`;
const group = (id: string) => `${DOMAIN}/groups/${id}`;
const byTag = (id: string, value: string) =>
  intent(group(id), { expression: [{ resource_type: 'Condition', member_type: 'VirtualMachine', key: 'Tag', operator: 'EQUALS', value }] });
const policy = (id: string, fields: object = {}) =>
  intent(`${DOMAIN}/security-policies/${id}`, { category: 'Application', sequence_number: 1, stateful: true, ...fields });
const rule = (policyId: string, id: string, fields: object) =>
  intent(`${DOMAIN}/security-policies/${policyId}/rules/${id}`, { action: 'ALLOW', sequence_number: 1, direction: 'IN_OUT', rule_id: 1, ...fields });

/** Median and worst CPU time of a step, in milliseconds, and what the last one sent. */
function measure(times: number, step: (round: number) => readonly NodeDelta[]): { median: number; worst: number; nodes: number; bytes: number } {
  const taken: number[] = [];
  let last: readonly NodeDelta[] = [];
  for (let round = 0; round < times; round += 1) {
    const started = cpu();
    last = step(round);
    taken.push(cpu() - started);
  }
  taken.sort((a, b) => a - b);
  const bytes = last[0]?.changes.reduce((sum, change) => sum + encodedChange(change).length, 0) ?? 0;
  return { median: taken[times >> 1] ?? 0, worst: taken.at(-1) ?? 0, nodes: last.length, bytes };
}

function heapMegabytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
}

function connect(graph: RealizationGraph, hosts: number): void {
  for (let index = 0; index < hosts; index += 1) {
    const { changes } = graph.resume(`h${index}`, [], []);
    graph.acked(
      `h${index}`,
      changes.flatMap(({ change }) => (change?.$case === 'put' ? [change.value] : [])),
    );
  }
}

/** CPU time of this process so far, in milliseconds: fair on a machine that others use too. */
function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const figure = (value: number) => value.toFixed(value < 10 ? 3 : 0);

/** P6: one machine is tagged, and joins a group that a rule on ten nodes matches. */
function members(): void {
  console.log('One member joins a group (and leaves it), ms: median, worst | nodes told | bytes a node');
  let small = 0;
  for (const size of [1_000, 10_000, 100_000]) {
    const network = new Network(100, size + 1_000, Math.max(1, size / 500), (index) =>
      index < size ? [{ scope: 'g', tag: 'big' }] : index < size + 10 ? [{ scope: 'g', tag: 'target' }] : [],
    );
    network.objects.push(byTag('big', 'g|big'), byTag('target', 'g|target'), policy('p'));
    network.objects.push(rule('p', 'r', { source_groups: [group('big')], destination_groups: [group('target')], scope: [group('target')] }));
    const graph = network.load();
    connect(graph, 100);
    const changes = new Changes();
    const commits = Array.from({ length: 400 }, (_, round) =>
      changes.put([intent(workload(size + 10 + (round >> 1)), { tags: round % 2 === 0 ? [{ scope: 'g', tag: 'big' }] : [] })]),
    );
    const joined = measure(400, (round) => graph.commit(commits[round]!));
    small ||= joined.median;
    const { fullRecomputes } = graph.counters();
    console.log(
      `${String(size).padStart(8)}: ${figure(joined.median)}, ${figure(joined.worst)} | ${joined.nodes} | ${joined.bytes} | ${(joined.median / small).toFixed(2)} times that of 1,000 | full recomputes ${fullRecomputes}`,
    );
  }
}

/** P4, P5, P10: a network of policies, each for a group of workloads of its own, and one policy for all. */
function rules(): void {
  console.log('Policies of 100 rules, each applied to a group of 20 ports; ms a change: median, worst | nodes told | bytes a node');
  for (const [hosts, policies] of [
    [100, 100],
    [1_000, 1_000],
  ] as const) {
    const before = heapMegabytes();
    const ports = policies * 20;
    const network = new Network(hosts, ports, ports / 100, (index) => [{ scope: 'app', tag: String(Math.floor(index / 20)) }]);
    for (let index = 0; index < policies; index += 1) {
      network.objects.push(byTag(`g${index}`, `app|${index}`), policy(`p${index}`, { scope: [group(`g${index}`)] }));
      for (let number = 0; number < 100; number += 1) {
        network.objects.push(
          rule(`p${index}`, `r${number}`, { source_groups: [group(`g${(index + number) % policies}`)], services: ['ANY'], sequence_number: number }),
        );
      }
    }
    network.objects.push(policy('all'), rule('all', 'r', {}));
    const started = cpu();
    const graph = network.load();
    const loaded = cpu() - started;
    connect(graph, hosts);
    graph.drainTransitions();
    const changes = new Changes();
    const loadedHeap = heapMegabytes() - before;
    const report = (name: string, result: ReturnType<typeof measure>) =>
      console.log(`  ${name}: ${figure(result.median)}, ${figure(result.worst)} | ${result.nodes} | ${result.bytes}`);
    console.log(`${hosts} nodes, ${policies * 100} rules: cold ${figure(loaded)} ms of CPU, heap ${loadedHeap.toFixed(0)} MB with the intent itself`);
    const edit = (round: number) =>
      rule(`p${round % policies}`, 'r50', { action: round % 2 ? 'DROP' : 'REJECT', source_groups: [group('g1')], sequence_number: 50 });
    report(
      'a rule is edited',
      measure(200, (round) => graph.commit(changes.put([edit(round)]))),
    );
    report(
      'a machine changes its group',
      measure(200, (round) => graph.commit(changes.put([intent(workload(round), { tags: [{ scope: 'app', tag: String(round % policies) }] })]))),
    );
    report(
      'a rule for all nodes is edited',
      measure(20, (round) => graph.commit(changes.put([rule('all', 'r', { action: round % 2 ? 'DROP' : 'ALLOW' })]))),
    );
    const drained = performance.now();
    const transitions = graph.drainTransitions().length;
    console.log(
      `  transitions after that: ${transitions} in ${figure(performance.now() - drained)} ms; unacked ${graph.counters().unacked}; full recomputes ${graph.counters().fullRecomputes}`,
    );
  }
}

/** P7: namespaces with four workloads and three policies each, as a container platform states them. */
function cold(): void {
  console.log('Cold computation: namespaces, workloads, policies');
  for (const namespaces of [2_500, 25_000]) {
    const before = heapMegabytes();
    const network = new Network(1_000, namespaces * 4, Math.max(1, namespaces / 100), (index) => [
      { scope: 'ns', tag: String(index >> 2) },
      { scope: 'app', tag: String(index & 3) },
    ]);
    for (let index = 0; index < namespaces; index += 1) {
      network.objects.push(byTag(`ns${index}`, `ns|${index}`));
      for (let number = 0; number < 3; number += 1) {
        const id = `ns${index}-${number}`;
        network.objects.push(policy(id), rule(id, 'r', { source_groups: [group(`ns${index}`)], scope: [group(`ns${index}`)] }));
      }
    }
    const intentHeap = heapMegabytes() - before;
    const started = cpu();
    const graph = network.load();
    const taken = cpu() - started;
    const heap = heapMegabytes() - before;
    console.log(
      `${namespaces}, ${namespaces * 4}, ${namespaces * 3}: ${figure(taken)} ms of CPU; heap ${heap.toFixed(0)} MB, of which intent ${intentHeap.toFixed(0)} MB; ${graph.counters().resources} resources`,
    );
  }
}

/** P8: every policy is for one workload alone. */
function single(): void {
  for (const count of [1_000, 10_000]) {
    const network = new Network(100, count, Math.max(1, count / 500), (index) => [{ scope: 'one', tag: String(index) }]);
    for (let index = 0; index < count; index += 1) {
      network.objects.push(
        byTag(`one${index}`, `one|${index}`),
        policy(`one${index}`),
        rule(`one${index}`, 'r', { scope: [group(`one${index}`)], source_groups: [group(`one${index}`)] }),
      );
    }
    const started = cpu();
    const graph = network.load();
    console.log(`${count} policies, each on its own workload: ${figure(cpu() - started)} ms of CPU, ${graph.counters().resources} resources`);
  }
}

if (runs('members')) members();
if (runs('rules')) rules();
if (runs('cold')) cold();
if (runs('single')) single();
