import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LabManager } from './lab-manager.js';
import { LabNode } from './lab-node.js';
import { DIRECTORY, endProcesses, leftNamespaces, MARK, madeByAgent, Namespace, PREFIX } from './namespace.js';
import { frrName, TopOfRack } from './top-of-rack.js';
import { Workload, type WorkloadPlan } from './workload.js';

/** The namespace that the lab itself runs in: its bridges are the underlay and the physical network. */
const FABRIC = 'fabric';
export const MANAGER_ADDRESS = '198.18.0.1';

/** Transport zones of the lab, and the bridge through which nodes reach the VLANs. */
export const OVERLAY_ZONE = '/infra/sites/default/enforcement-points/default/transport-zones/overlay';
export const VLAN_ZONE = '/infra/sites/default/enforcement-points/default/transport-zones/vlan';

/**
 *   workloads ── h1 ──┐                        ┌── e1 ──┐
 *   workloads ── h2 ──┼── underlay ── manager ─┤        ├── physical network ── tor
 *   workloads ── h3 ──┘                        └── e2 ──┘   (hosts too)
 */
export class Lab {
  readonly nodes = new Map<string, LabNode>();
  readonly workloads = new Map<string, Workload>();
  /** How agents reach physical networks. */
  readonly bridges: readonly string[] = [`${VLAN_ZONE}=br-physical`];
  private router: TopOfRack | undefined;

  private constructor(
    readonly fabric: Namespace,
    readonly manager: LabManager,
  ) {}

  /** Builds the machines and their network and starts the manager; called in the namespace of the fabric. */
  static async build(): Promise<Lab> {
    const fabric = Namespace.named(FABRIC);
    fabric.run('ip', 'link', 'set', 'lo', 'up');
    for (const bridge of ['underlay', 'physical']) fabric.run('ip', 'link', 'add', bridge, 'type', 'bridge');
    fabric.run('ip', 'link', 'set', 'underlay', 'mtu', '1700');
    for (const bridge of ['underlay', 'physical']) fabric.run('ip', 'link', 'set', bridge, 'up');
    fabric.run('ip', 'address', 'add', `${MANAGER_ADDRESS}/24`, 'dev', 'underlay');
    const lab = new Lab(fabric, new LabManager(MANAGER_ADDRESS, join(DIRECTORY, 'manager')));
    await lab.manager.start();
    return lab;
  }

  /** Starts a machine, enrols it as the node of an intent, and its agent. */
  async addNode(name: string, number: number, nodePath: string): Promise<LabNode> {
    const node = LabNode.start({ name, fabric: this.fabric, address: `198.18.0.${10 + number}`, directory: join(DIRECTORY, name) });
    this.nodes.set(name, node);
    node.startAgent(this.manager.url, this.bridges, await this.manager.token(nodePath));
    return node;
  }

  node(name: string): LabNode {
    const node = this.nodes.get(name);
    if (!node) throw new Error(`the lab has no node ${name}`);
    return node;
  }

  /** The router of the physical network; made when it is first asked for. */
  get topOfRack(): TopOfRack {
    this.router ??= new TopOfRack(this.fabric, join(DIRECTORY, 'tor'));
    return this.router;
  }

  /** Starts a workload on a node. */
  addWorkload(plan: WorkloadPlan, node: string): Workload {
    const workload = new Workload(plan);
    this.workloads.set(plan.name, workload);
    workload.plugInto(this.node(node));
    return workload;
  }

  /** Starts a machine that lost its power again, and what is plugged into it. */
  boot(node: LabNode): void {
    node.connect();
    for (const workload of this.workloads.values()) workload.plugAgain(node);
    node.startServices();
    node.startAgent(this.manager.url, this.bridges);
  }

  workload(name: string): Workload {
    const workload = this.workloads.get(name);
    if (!workload) throw new Error(`the lab has no workload ${name}`);
    return workload;
  }
}

/**
 * Makes the namespace of the fabric and runs a module in it, so that nothing of the lab shows on the machine. What was left of an
 * earlier lab goes first.
 * @returns its exit status
 */
export function runInLab(module: string, args: readonly string[]): number {
  removeLab();
  mkdirSync(DIRECTORY, { recursive: true, mode: 0o700 });
  Namespace.create(FABRIC);
  const [name = '', value = ''] = MARK.split('=');
  // Not `ip netns exec`: it would hide the namespaces that are made inside from everyone else.
  const { status } = spawnSync('nsenter', [`--net=/run/netns/${PREFIX}${FABRIC}`, process.execPath, module, ...args], {
    stdio: 'inherit',
    env: { ...process.env, [name]: value },
  });
  return status ?? 1;
}

/** Takes away all that a lab left, whether it ended, was kept or crashed. @returns whether there was anything */
export function removeLab(): boolean {
  const processes = endProcesses();
  const nodes = existsSync(DIRECTORY) ? readdirSync(DIRECTORY) : [];
  const namespaces = [...leftNamespaces(), ...nodes.flatMap((node) => madeByAgent(join(DIRECTORY, node)))];
  for (const namespace of namespaces) namespace.remove();
  // FRR keeps its sockets in a place of its own.
  for (const namespace of namespaces) rmSync(join('/run/frr', frrName(namespace)), { recursive: true, force: true });
  const files = existsSync(DIRECTORY);
  rmSync(DIRECTORY, { recursive: true, force: true });
  return files || processes + namespaces.length > 0;
}

/** The last lines of all agents' and the manager's logs that warn of something. */
export function warnings(): string[] {
  return loggedLines(/\|(WARN|ERR|EMER)\||"level":"?(warn|error|40|50)/);
}

/** What programs of nodes have said before they gave up by themselves, and of what they were told and cannot read. */
export function breakdowns(): string[] {
  return loggedLines(/\|EMER\||error parsing (match|actions)|"level":"?(fatal|60)/);
}

/** The last lines of each log that say something of a kind. */
function loggedLines(kind: RegExp): string[] {
  if (!existsSync(DIRECTORY)) return [];
  return readdirSync(DIRECTORY).flatMap((name) =>
    ['agent.log', 'manager.log', 'ovn/ovn-controller.log', 'ovn/ovn-northd.log', 'ovs/ovs-vswitchd.log'].flatMap((file) => {
      const path = join(DIRECTORY, name, file);
      const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
      const lines = text.split('\n').filter((line) => kind.test(line));
      return lines.slice(-12).map((line) => `${name}/${file}: ${line}`);
    }),
  );
}
