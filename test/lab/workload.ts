import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LabNode } from './lab-node.js';
import { Namespace } from './namespace.js';
import { pause } from './pause.js';

export interface WorkloadPlan {
  readonly name: string;
  readonly mac: string;
  /** With prefix, such as `10.1.0.11/24`. */
  readonly addresses: readonly string[];
  readonly gateway?: string;
  /** Whoever plugs it in does not know its addresses. */
  readonly silent?: boolean;
  /** Nor its MAC address: what is for nobody that is known may be for it. */
  readonly unstated?: boolean;
}

const PROBE = fileURLToPath(new URL('./probe.js', import.meta.url));

/** What became of a connection that was tried. */
export type Attempt = 'connected' | 'refused' | 'silent';

/** A machine that is plugged into a segment: a namespace with one interface. */
export class Workload {
  readonly namespace: Namespace;
  private node: LabNode | undefined;
  private device = '';
  private listener: ChildProcess | undefined;

  constructor(readonly plan: WorkloadPlan) {
    this.namespace = Namespace.create(`w-${plan.name}`);
  }

  /** Identifier that the attachment of its segment port names. */
  get attachment(): string {
    return `vif-${this.plan.name}`;
  }

  /** Its first address, without prefix. */
  get address(): string {
    return (this.plan.addresses[0] ?? '').split('/')[0] ?? '';
  }

  /** Plugs it in; where it was before it is unplugged first. */
  plugInto(node: LabNode): void {
    this.unplug();
    const { mac, addresses, silent, unstated } = this.plan;
    const device = node.nextDevice();
    this.connectTo(node, device);
    const told = silent || unstated ? [] : addresses.map((address) => address.split('/')[0] ?? '');
    node.plug(device, this.attachment, unstated ? '' : mac, told);
    this.node = node;
    this.device = device;
  }

  /** Its machine was made again, and knows from its disk that this was plugged in. */
  plugAgain(node: LabNode): void {
    if (this.node !== node) return;
    // The end of the old cable goes with the other one, but not always at once.
    this.namespace.status(2_000, 'ip', 'link', 'delete', 'eth0');
    this.connectTo(node, this.device);
  }

  private connectTo(node: LabNode, device: string): void {
    const { mac, addresses, gateway } = this.plan;
    this.namespace.connect('eth0', node.namespace, device);
    this.namespace.run('ip', 'link', 'set', 'eth0', 'address', mac);
    for (const address of addresses) this.namespace.run('ip', 'address', 'add', address, 'dev', 'eth0', ...(address.includes(':') ? ['nodad'] : []));
    if (gateway !== undefined) this.namespace.run('ip', 'route', 'add', 'default', 'via', gateway);
  }

  unplug(): void {
    if (!this.node) return;
    this.node.unplug(this.device);
    this.namespace.run('ip', 'link', 'delete', 'eth0');
    this.node = undefined;
  }

  /** How many of so many pings come back. */
  pings(address: string, count = 1): number {
    let answered = 0;
    for (let one = 0; one < count; one += 1) if (this.namespace.status(3_000, 'ping', '-n', '-c', '1', '-W', '1', address) === 0) answered += 1;
    return answered;
  }

  /** Answers on these TCP and UDP ports with its name. */
  listen(...ports: readonly number[]): void {
    this.listener?.kill('SIGKILL');
    this.listener = listenIn(this.namespace, this.plan.name, ...ports);
  }

  /** Answers no more. */
  silence(): void {
    this.listener?.kill('SIGKILL');
    this.listener = undefined;
  }

  /** Asks DHCPv6 servers for an address. @returns the one that is offered; empty where none is */
  solicit(): string {
    return this.namespace.output(5_000, process.execPath, PROBE, 'solicit', 'eth0');
  }

  connect(address: string, port: number, protocol: 'tcp' | 'udp' = 'tcp'): Attempt {
    return attempt(this.namespace, address, port, protocol);
  }

  /** Pings without a pause while something is done. @returns how many of them were lost, and of how many */
  async lossWhile(address: string, act: () => Promise<void>): Promise<{ readonly lost: number; readonly sent: number }> {
    const pinging = this.namespace.spawn('ping', ['-n', '-q', '-i', '0.05', '-W', '1', address], { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    pinging.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    const ended = new Promise((resolve) => pinging.once('close', resolve));
    await pause(300);
    await act();
    await pause(700);
    // ip replaced itself by ping, which sums up when it is interrupted.
    pinging.kill('SIGINT');
    await ended;
    const [, sent = 0, received = 0] = (/(\d+) packets transmitted, (\d+) received/.exec(text) ?? []).map(Number);
    return { lost: sent - received, sent };
  }
}

export function attempt(from: Namespace, address: string, port: number, protocol: 'tcp' | 'udp' = 'tcp'): Attempt {
  const status = from.status(5_000, process.execPath, PROBE, protocol, address, String(port));
  return status === 0 ? 'connected' : status === 2 ? 'refused' : 'silent';
}

/** Answers on these TCP and UDP ports with a name, until the process is ended. */
export function listenIn(namespace: Namespace, name: string, ...ports: readonly number[]): ChildProcess {
  return namespace.spawn(process.execPath, [PROBE, 'listen', name, ...ports.map(String)], { stdio: 'ignore' });
}

/** A TCP connection over which something is said all the time. */
export class HeldConnection {
  private answers: string[] = [];
  private readonly process: ChildProcess;

  constructor(from: Namespace, address: string, port: number) {
    this.process = from.spawn(process.execPath, [PROBE, 'hold', address, String(port)], { stdio: ['ignore', 'pipe', 'ignore'] });
    this.process.stdout?.on('data', (chunk: Buffer) => {
      this.answers.push(...chunk.toString().trim().split('\n'));
    });
  }

  /** Whether answers come. */
  async lives(): Promise<boolean> {
    return (await this.answered()) !== '';
  }

  /** Names of those that answer now, each once. */
  async answered(): Promise<string> {
    this.answers = [];
    await pause(1_200);
    return [...new Set(this.answers)].join();
  }

  close(): void {
    this.process.kill('SIGKILL');
  }
}

/** Names of those that answered so many connections to an address, in order. */
export function answersTo(from: Namespace, address: string, port: number, count: number, protocol: 'tcp' | 'udp' = 'tcp'): string[] {
  return Array.from({ length: count }, () => from.output(5_000, process.execPath, PROBE, protocol, address, String(port)));
}
