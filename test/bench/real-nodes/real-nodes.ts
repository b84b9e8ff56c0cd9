import { Agent } from 'node:https';
import { Lab, OVERLAY_ZONE } from '../../lab/lab.js';
import { ENFORCEMENT_POINT } from '../../lab/lab-manager.js';
import type { LabNode } from '../../lab/lab-node.js';
import { pause } from '../../lab/pause.js';
import type { Workload } from '../../lab/workload.js';
import { type Findings, inTurns, type Row, row } from '../measure.js';

export interface Sizes {
  readonly ports: number;
  readonly rules: number;
  readonly turns: number;
}

const SEGMENT = '/infra/segments/measured';
/** Ports are spread over so many segments: one of a thousand ports costs OVN 23.03 the square of that. */
const SEGMENTS = 20;
const POLICY = '/infra/domains/default/security-policies/measured';
/** Switches that `ovn-nbctl` writes: nothing of Heddle's. */
const PLAIN = 'plain';
const HOSTS = ['h1', 'h2', 'h3'] as const;
/** How often it is looked whether something is in force, in milliseconds. */
const LOOK_EVERY = 5;
const PATIENCE = 300_000;

/** Three hosts and their manager. The first host is the one that much is on, and that `ovn-nbctl` is run on. */
export class RealNodes {
  private readonly workloads = new Map<string, Workload>();
  private next = 0;

  private constructor(
    private readonly lab: Lab,
    private readonly sizes: Sizes,
    private readonly say: (text: string) => void,
  ) {}

  static async build(sizes: Sizes, say: (text: string) => void): Promise<RealNodes> {
    const lab = await Lab.build();
    lab.manager.connections = new Agent({ keepAlive: true });
    const nodes = new RealNodes(lab, sizes, say);
    await lab.manager.patch(OVERLAY_ZONE, { tz_type: 'OVERLAY_STANDARD', is_default: true });
    for (const [number, name] of HOSTS.entries()) {
      const path = `${ENFORCEMENT_POINT}/host-transport-nodes/${name}`;
      await lab.manager.patch(path, {});
      await lab.addNode(name, number + 1, path);
    }
    for (const name of HOSTS) await nodes.until(async () => (await nodes.session(name))?.in_sync === true);
    await lab.manager.patch(SEGMENT, { transport_zone_path: OVERLAY_ZONE });
    return nodes;
  }

  async measure(wanted: ReadonlySet<string>): Promise<Findings> {
    const rows: Row[] = [];
    if (wanted.has('N1')) rows.push(...(await this.untilPackets()));
    if (['N2', 'N3', 'N4'].some((id) => wanted.has(id))) {
      await this.fill();
      if (wanted.has('N4')) rows.push(...(await this.oneMore()));
      if (wanted.has('N2')) rows.push(this.memory());
      if (wanted.has('N3')) rows.push(await this.fromNothing());
    }
    return { rows, notes: [] };
  }

  private get first(): LabNode {
    return this.lab.node('h1');
  }

  /** N1. Neighbours are known beforehand, and pings go out each 10 ms: what is measured is when the first one comes back. */
  private async untilPackets(): Promise<Row[]> {
    const { manager } = this.lab;
    for (const [number, name] of HOSTS.entries()) this.addWorkload(`from-${name}`, number + 11, name);
    const target = this.addWorkload('target', 21, 'h1');
    const senders = HOSTS.map((name) => this.workload(`from-${name}`));
    for (const sender of senders) await manager.patch(`${SEGMENT}/ports/${sender.plan.name}`, { attachment: { id: sender.attachment } });
    const [from, to] = [this.addWorkload('plain-from', 31, 'h1'), this.addWorkload('plain-to', 32, 'h1')];
    this.first.nbctl('ls-add', PLAIN, '--', 'lsp-add', PLAIN, from.attachment, '--', 'lsp-set-addresses', from.attachment, `${from.plan.mac} ${from.address}`);
    for (const sender of senders) await this.inForce(`${SEGMENT}/ports/${sender.plan.name}`);
    const port = `${SEGMENT}/ports/target`;
    const patched = (froms: readonly Workload[]) => async (): Promise<number> => {
      const took = await untilAnswered(froms, target, () => manager.patch(port, { attachment: { id: target.attachment } }));
      await manager.delete(port);
      await this.until(async () => froms.every((one) => one.pings(target.address) === 0));
      return took;
    };
    const plainly = async (): Promise<number> => {
      const took = await untilAnswered([from], to, async () => void this.plainPort(to.attachment, `${to.plan.mac} ${to.address}`));
      this.first.nbctl('--wait=hv', 'lsp-del', to.attachment);
      return took;
    };
    const rows: Row[] = [];
    for (const [measure, froms] of [
      ['from PATCH to packets on one node', senders.slice(0, 1)],
      ['from PATCH to packets from three nodes', senders],
    ] as const) {
      this.say(`N1: ${measure}`);
      const [reference, value] = await inTurns(this.sizes.turns, plainly, patched(froms));
      rows.push(row({ id: 'N1', measure: `${measure}, over ovn-nbctl on one`, value, reference, unit: 'ms' }, undefined, 0));
    }
    this.first.nbctl('--wait=hv', 'ls-del', PLAIN);
    return rows;
  }

  /** Plugs interfaces into the first host, and writes ports for all of them, a group for each segment, and rules between groups. */
  private async fill(): Promise<void> {
    const { ports, rules, turns } = this.sizes;
    this.say(`N: ${ports} interfaces on one node`);
    // Some are left for what is added one by one.
    const spare = 2 * turns + 2;
    this.first.plugIdle(Array.from({ length: ports + spare }, (_, number) => attachment(number)));
    const { manager } = this.lab;
    const paths = Array.from({ length: SEGMENTS }, (_, number) => `/infra/segments/${segmentOf(number)}`);
    const segments = Array.from({ length: SEGMENTS }, (_, segment) => ({
      resource_type: 'ChildSegment',
      Segment: {
        id: segmentOf(segment),
        transport_zone_path: OVERLAY_ZONE,
        children: Array.from({ length: Math.ceil((ports - segment) / SEGMENTS) }, (_port, at) => segment + at * SEGMENTS).map((number) => ({
          resource_type: 'ChildSegmentPort',
          SegmentPort: { id: attachment(number), ...portBody(number) },
        })),
      },
    }));
    await manager.patch('/infra', { resource_type: 'Infra', children: segments });
    for (const [number, path] of paths.entries()) await manager.patch(groupPath(number), { expression: [{ resource_type: 'PathExpression', paths: [path] }] });
    await manager.patch(POLICY, { category: 'Application', rules: Array.from({ length: rules }, (_, number) => ruleBody(number)) });
    this.next = ports;
    await this.inForce(...paths, portPath(ports - 1), POLICY);
  }

  /** N4. Both write into the same zone, which holds all that was filled in. */
  private async oneMore(): Promise<Row[]> {
    const { manager } = this.lab;
    const { turns, rules, ports } = this.sizes;
    const size = `on a node of ${ports} ports and ${rules} rules`;
    // Groups of the same ports, so that a rule of either is as much work.
    this.first.nbctl('--wait=hv', 'ls-add', PLAIN, ...plainGroups(ports));
    this.say('N4: one more port');
    const port = await inTurns(
      turns,
      async () => {
        const number = this.take();
        return timed(async () => void this.plainPort(attachment(number), addressesOf(number)));
      },
      async () => {
        const number = this.take();
        const path = portPath(number);
        return timed(async () => {
          await manager.patch(path, portBody(number));
          await this.inForce(path);
        });
      },
    );
    this.say('N4: one more rule');
    let added = rules;
    const rule = await inTurns(
      turns,
      async () => {
        added += 1;
        return timed(async () => void this.first.nbctl('--wait=hv', 'acl-add', plainGroup(added + 1), 'to-lport', '1000', plainMatch(added), 'allow-related'));
      },
      async () => {
        added += 1;
        const path = `${POLICY}/rules/rule-${added}`;
        return timed(async () => {
          await manager.patch(path, ruleBody(added));
          await this.inForce(path);
        });
      },
    );
    this.first.nbctl('--wait=hv', 'ls-del', PLAIN, ...Array.from({ length: SEGMENTS }, (_, number) => ['--', 'pg-del', plainGroup(number)]).flat());
    return [
      row({ id: 'N4', measure: `one more port ${size}, over ovn-nbctl`, value: port[1], reference: port[0], unit: 'ms' }, undefined, 0),
      row({ id: 'N4', measure: `one more rule ${size}, over ovn-nbctl`, value: rule[1], reference: rule[0], unit: 'ms' }, undefined, 0),
    ];
  }

  /** N2. */
  private memory(): Row {
    const { ports, rules } = this.sizes;
    const [value, reference] = [this.first.agentMemory, this.first.servicesMemory].map((bytes) => bytes / 2 ** 20) as [number, number];
    return row(
      { id: 'N2', measure: `memory of the agent of ${ports} ports and ${rules} rules, over Open vSwitch and OVN`, value, reference, unit: 'MiB' },
      undefined,
      0,
    );
  }

  /** N3. An agent that knows only who it is starts over databases that are empty; the reference is one command for all of it. */
  private async fromNothing(): Promise<Row> {
    const { ports, rules, turns } = this.sizes;
    const emptied = async (): Promise<void> => {
      await this.first.killAgent();
      this.first.forgetResources();
      this.first.renewOvn();
      this.first.nbctl('--wait=hv', 'sync');
    };
    this.say('N3: a node from nothing');
    const [reference, value] = await inTurns(
      // Emptying and filling a node takes OVN a minute.
      Math.min(turns, 1),
      async () => {
        await emptied();
        return timed(async () => void this.plainly());
      },
      async () => {
        await emptied();
        const began = Date.now();
        return timed(async () => {
          this.first.startAgent(this.lab.manager.url, this.lab.bridges);
          await this.until(async () => {
            const session = await this.session('h1');
            return session?.in_sync === true && session.since >= began;
          });
          await this.inForce(portPath(0), portPath(ports - 1), POLICY);
        });
      },
    );
    const measure = `a node of ${ports} ports and ${rules} rules from nothing, with the start of its agent, over ovn-nbctl`;
    return row({ id: 'N3', measure, value: value / 1000, reference: reference / 1000, unit: 's' }, undefined);
  }

  /** All that `fill` wrote, as one command. */
  private plainly(): void {
    const { ports, rules } = this.sizes;
    const numbers = Array.from({ length: ports }, (_, number) => number);
    this.first.nbctl(
      '--wait=hv',
      ...Array.from({ length: SEGMENTS }, (_, number) => ['--', 'ls-add', plainSwitch(number)])
        .flat()
        .slice(1),
      ...numbers.flatMap((number) => [
        '--',
        'lsp-add',
        plainSwitch(number),
        attachment(number),
        '--',
        'lsp-set-addresses',
        attachment(number),
        addressesOf(number),
      ]),
      ...plainGroups(ports),
      ...Array.from({ length: rules }, (_, rule) => [
        ...['--', 'acl-add', plainGroup(rule + 1), 'to-lport', String(1000 + rule), plainMatch(rule), 'allow-related'],
      ]).flat(),
    );
  }

  private plainPort(name: string, addresses: string): void {
    this.first.nbctl('--wait=hv', 'lsp-add', PLAIN, name, '--', 'lsp-set-addresses', name, addresses);
  }

  private take(): number {
    this.next += 1;
    return this.next - 1;
  }

  private addWorkload(name: string, number: number, node: string): Workload {
    const workload = this.lab.addWorkload({ name, mac: macOf(number), addresses: [`10.99.0.${number}/24`] }, node);
    this.workloads.set(name, workload);
    return workload;
  }

  private workload(name: string): Workload {
    return this.workloads.get(name) as Workload;
  }

  private async session(host: string): Promise<{ readonly in_sync: boolean; readonly since: number } | undefined> {
    const { results } = (await this.lab.manager.get('/heddle/api/v1/nodes')) as { readonly results: readonly NodeFacts[] };
    return results.find(({ path }) => path.endsWith(`/${host}`))?.session;
  }

  private async inForce(...paths: readonly string[]): Promise<void> {
    const { manager } = this.lab;
    for (const path of paths) {
      let status = '';
      const realized = this.until(async () => {
        status = await manager.status(path);
        return status === 'SUCCESS';
      });
      await realized.catch(async () => Promise.reject(new Error(`${path} is ${status}: ${(await manager.alarms(path)).join('; ')}`)));
    }
  }

  /** @throws Error when it does not come about */
  private async until(condition: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + PATIENCE;
    while (!(await condition())) {
      if (Date.now() > end) throw new Error(`something did not come about within ${PATIENCE / 1000} s`);
      await pause(LOOK_EVERY);
    }
  }
}

interface NodeFacts {
  readonly path: string;
  readonly session?: { readonly in_sync: boolean; readonly since: number };
}

/** Milliseconds that something takes. */
async function timed(act: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}

/** Milliseconds from the beginning of something until pings from everywhere were answered. */
async function untilAnswered(senders: readonly Workload[], target: Workload, act: () => Promise<void>): Promise<number> {
  const answers = senders.map((sender) => {
    sender.namespace.run('ip', 'neighbour', 'replace', target.address, 'lladdr', target.plan.mac, 'dev', 'eth0', 'nud', 'permanent');
    target.namespace.run('ip', 'neighbour', 'replace', sender.address, 'lladdr', sender.plan.mac, 'dev', 'eth0', 'nud', 'permanent');
    return firstAnswer(sender, target.address);
  });
  await pause(200);
  const began = Date.now();
  await act();
  return Math.max(...(await Promise.all(answers))) - began;
}

/** When a ping was answered first, in milliseconds since 1970. */
function firstAnswer({ namespace }: Workload, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const ping = namespace.spawn('ping', ['-n', '-D', '-i', '0.01', '-w', '60', address], { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    ping.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const answered = /^\[(\d+\.\d+)\] \d+ bytes from/m.exec(text);
      if (!answered) return;
      ping.kill('SIGINT');
      resolve(Number(answered[1]) * 1000);
    });
    ping.once('exit', () => reject(new Error(`nothing was heard of ${address}`)));
  });
}

/** Identifier of the segment that a port is on. */
function segmentOf(number: number): string {
  return `measured-${number % SEGMENTS}`;
}

function portPath(number: number): string {
  return `/infra/segments/${segmentOf(number)}/ports/${attachment(number)}`;
}

function plainSwitch(number: number): string {
  return `${PLAIN}-${number % SEGMENTS}`;
}

function attachment(number: number): string {
  return `idle-${number}`;
}

function macOf(number: number): string {
  return `02:00:09:00:${(number >> 8).toString(16).padStart(2, '0')}:${(number & 255).toString(16).padStart(2, '0')}`;
}

function addressOf(number: number): string {
  return `10.98.${number >> 8}.${number & 255}`;
}

function addressesOf(number: number): string {
  return `${macOf(number)} ${addressOf(number)}`;
}

function portBody(number: number): object {
  return { attachment: { id: attachment(number) }, address_bindings: [{ mac_address: macOf(number), ip_address: addressOf(number) }] };
}

function ruleBody(number: number): object {
  return {
    resource_type: 'Rule',
    id: `rule-${number}`,
    sequence_number: number,
    direction: 'IN',
    source_groups: [groupPath(number)],
    destination_groups: [groupPath(number + 1)],
    scope: [groupPath(number + 1)],
    service_entries: [{ resource_type: 'L4PortSetServiceEntry', id: 'port', l4_protocol: 'TCP', destination_ports: [String(1000 + number)] }],
    action: 'ALLOW',
  };
}

/** Members of a segment speak to those of the next one. */
function groupPath(number: number): string {
  return `/infra/domains/default/groups/${segmentOf(number)}`;
}

function plainGroup(number: number): string {
  return `${PLAIN}_${number % SEGMENTS}`;
}

/** Makes groups of the ports of each segment. */
function plainGroups(ports: number): string[] {
  return Array.from({ length: SEGMENTS }, (_, group) => {
    const members = Array.from({ length: ports }, (_port, number) => number).filter((number) => number % SEGMENTS === group);
    return ['--', 'pg-add', plainGroup(group), ...members.map(attachment)];
  }).flat();
}

/** The same with address sets that port groups of OVN have by themselves. */
function plainMatch(number: number): string {
  const [from, to] = [plainGroup(number), plainGroup(number + 1)];
  return `outport == @${to} && ip4.src == $${from}_ip4 && ip4.dst == $${to}_ip4 && tcp.dst == ${1000 + number}`;
}
