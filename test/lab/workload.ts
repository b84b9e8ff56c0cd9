import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LabNode } from './lab-node.js';
import { Namespace } from './namespace.js';

export interface WorkloadPlan {
  readonly name: string;
  readonly mac: string;
  /** With prefix, such as `10.1.0.11/24`. */
  readonly addresses: readonly string[];
  readonly gateway?: string;
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
    const { mac, addresses, gateway } = this.plan;
    const device = node.nextDevice();
    this.namespace.connect('eth0', node.namespace, device);
    this.namespace.run('ip', 'link', 'set', 'eth0', 'address', mac);
    for (const address of addresses) this.namespace.run('ip', 'address', 'add', address, 'dev', 'eth0', ...(address.includes(':') ? ['nodad'] : []));
    if (gateway !== undefined) this.namespace.run('ip', 'route', 'add', 'default', 'via', gateway);
    node.plug(
      device,
      this.attachment,
      mac,
      addresses.map((address) => address.split('/')[0] ?? ''),
    );
    this.node = node;
    this.device = device;
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

  /** Accepts connections on these TCP ports, and answers datagrams on these UDP ports. */
  listen(...ports: readonly number[]): void {
    this.listener?.kill('SIGKILL');
    this.listener = this.namespace.spawn(process.execPath, [PROBE, 'listen', ...ports.map(String)], { stdio: 'ignore' });
  }

  connect(address: string, port: number, protocol: 'tcp' | 'udp' = 'tcp'): Attempt {
    const status = this.namespace.status(5_000, process.execPath, PROBE, protocol, address, String(port));
    return status === 0 ? 'connected' : status === 2 ? 'refused' : 'silent';
  }
}
