import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabSwitch, startDaemon } from './lab-switch.js';
import { killProcesses, madeByAgent, Namespace } from './namespace.js';

const SERVICES = ['ovs/ovsdb-server', 'ovs/ovs-vswitchd', 'ovn/ovnnb_db', 'ovn/ovnsb_db', 'ovn/ovn-northd', 'ovn/ovn-controller'] as const;
export type Service = (typeof SERVICES)[number];

export interface NodePlace {
  readonly name: string;
  /** Namespace with the bridges of the underlay and of the physical network. */
  readonly fabric: Namespace;
  /** Address in the underlay, without prefix. */
  readonly address: string;
  /** Directory of the node's files. */
  readonly directory: string;
}

const HEDDLE = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
/** Ports that are plugged in with one command. */
const AT_ONCE = 100;
/** Room for the headers of tunnels around packets of 1500 bytes. */
const UNDERLAY_MTU = '1700';

/**
 * A machine of the lab: a namespace with an Open vSwitch and an OVN of its own, as a distribution's services would run them, and
 * the agent. Its underlay address is on a bridge of Open vSwitch, which the tunnels of the userspace datapath need.
 */
export class LabNode {
  private agent: ChildProcess | undefined;
  private plugged = 0;

  private readonly switch: LabSwitch;
  private readonly environment: Readonly<Record<string, string>>;

  private constructor(
    readonly place: NodePlace,
    readonly namespace: Namespace,
  ) {
    this.switch = new LabSwitch(namespace, join(place.directory, 'ovs'));
    const ovn = join(place.directory, 'ovn');
    mkdirSync(ovn, { recursive: true });
    this.environment = { ...this.switch.environment, OVN_RUNDIR: ovn, OVN_LOGDIR: ovn, OVN_DBDIR: ovn };
  }

  static start(place: NodePlace): LabNode {
    const node = new LabNode(place, Namespace.named(place.name));
    node.connect();
    node.switch.createDatabase();
    node.createOvnDatabases();
    node.startDatabaseServers();
    node.startSwitch();
    node.switch.addBridge('br-underlay', 'eth0');
    node.switch.addBridge('br-physical', 'eth1');
    node.configureUnderlay();
    node.startNorthd();
    node.startController();
    return node;
  }

  /** Makes the machine with its cables, but starts nothing on it. */
  connect(): void {
    const { namespace } = this;
    const { name, fabric } = this.place;
    Namespace.create(name);
    namespace.connect('eth0', fabric, this.underlayDevice);
    namespace.connect('eth1', fabric, this.physicalDevice);
    fabric.run('ip', 'link', 'set', this.underlayDevice, 'mtu', UNDERLAY_MTU, 'master', 'underlay');
    fabric.run('ip', 'link', 'set', this.physicalDevice, 'master', 'physical');
    namespace.run('ip', 'link', 'set', 'eth0', 'mtu', UNDERLAY_MTU);
  }

  /** Takes the machine away with all that runs on it; what is on its disk stays. */
  powerOff(): void {
    const { fabric, directory } = this.place;
    const namespaces = [this.namespace, ...madeByAgent(directory)];
    // Not by namespace: those that an agent makes are known to nobody outside it.
    killProcesses(`OVS_RUNDIR=${this.environment.OVS_RUNDIR}`);
    for (const device of [this.underlayDevice, this.physicalDevice]) fabric.run('ip', 'link', 'delete', device);
    for (const namespace of namespaces) namespace.remove();
    this.agent = undefined;
  }

  /** Lets nothing pass to an address, while everything else passes; or lets it pass again. */
  block(address: string, blocked: boolean): void {
    this.namespace.run('ip', 'route', blocked ? 'add' : 'delete', 'blackhole', `${address}/32`);
    // A connection would outlast a short cut; not each kernel can end those of others, and without it the cut is a pause.
    if (blocked) this.namespace.status(2_000, 'ss', '-K', 'dst', address);
  }

  /** Pulls the machine's cable to the underlay out, or plugs it in again. */
  switchUnderlay(state: 'up' | 'down'): void {
    this.place.fabric.run('ip', 'link', 'set', this.underlayDevice, state);
  }

  get underlayDevice(): string {
    return `${this.name}-u`;
  }

  private get physicalDevice(): string {
    return `${this.name}-p`;
  }

  get name(): string {
    return this.place.name;
  }

  /** Starts the services that a machine would start when it boots. */
  startServices(): void {
    this.startDatabaseServers();
    this.startSwitch();
    this.configureUnderlay();
    this.startNorthd();
    this.startController();
  }

  startDatabaseServers(): void {
    this.switch.startDatabaseServer();
    this.startOvnDatabases();
  }

  /** OVN begins again with empty databases, as on a new machine. */
  renewOvn(): void {
    for (const service of ['ovn/ovn-controller', 'ovn/ovn-northd', 'ovn/ovnnb_db', 'ovn/ovnsb_db'] as const) this.kill(service);
    for (const which of ['nb', 'sb']) rmSync(`${this.environment.OVN_RUNDIR}/ovn${which}_db.db`);
    this.createOvnDatabases();
    this.startOvnDatabases();
    this.startNorthd();
    this.startController();
  }

  private startOvnDatabases(): void {
    const { OVN_RUNDIR: ovn } = this.environment;
    for (const which of ['nb', 'sb']) {
      const files = `${ovn}/ovn${which}_db`;
      this.daemon(files, 'ovsdb-server', `${files}.db`, `--remote=punix:${files}.sock`, `--unixctl=${files}.ctl`);
    }
  }

  startSwitch(): void {
    this.switch.startSwitch();
  }

  startNorthd(): void {
    const { OVN_RUNDIR: ovn } = this.environment;
    this.daemon(
      `${ovn}/ovn-northd`,
      'ovn-northd',
      `--ovnnb-db=unix:${ovn}/ovnnb_db.sock`,
      `--ovnsb-db=unix:${ovn}/ovnsb_db.sock`,
      `--unixctl=${ovn}/ovn-northd.ctl`,
    );
  }

  startController(): void {
    const { OVS_RUNDIR: ovs, OVN_RUNDIR: ovn } = this.environment;
    this.daemon(`${ovn}/ovn-controller`, 'ovn-controller', `unix:${ovs}/db.sock`);
  }

  /** Ends a service as a crash would. */
  kill(service: Service): void {
    process.kill(Number(readFileSync(join(this.place.directory, `${service}.pid`), 'utf8')), 'SIGKILL');
  }

  /** Ends the programs of the agent that speak BGP, as a crash would. */
  killSpeaker(): void {
    for (const site of readdirSync(join(this.place.directory, 'agent', 'bgp'))) {
      process.kill(Number(readFileSync(`/run/frr/${site}/bgpd.pid`, 'utf8')), 'SIGKILL');
    }
  }

  /** Starts the agent; with a token where it has to enrol first. */
  startAgent(manager: string, bridges: readonly string[], token?: string): void {
    const { directory, address } = this.place;
    const log = openSync(join(directory, 'agent.log'), 'a');
    const args = [
      'agent',
      '--state-dir',
      join(directory, 'agent'),
      '--manager',
      manager,
      '--engine',
      'ovn',
      '--tunnel-address',
      address,
      '--log-level',
      'info',
    ];
    for (const bridge of bridges) args.push('--bridge', bridge);
    if (token !== undefined) args.push('--token', token);
    // Not `ip netns exec`: the namespaces that the agent makes are to be seen by the next one, as on a machine.
    this.agent = spawn('nsenter', [`--net=/run/netns/${this.namespace.full}`, process.execPath, HEDDLE, ...args], {
      stdio: ['ignore', log, log],
      env: { ...process.env, ...this.environment },
    });
  }

  /** Memory that the agent's process has, in bytes. */
  get agentMemory(): number {
    return memoryOf(this.agent?.pid ?? 0);
  }

  /** Memory that all services of Open vSwitch and OVN have together, in bytes. */
  get servicesMemory(): number {
    const pid = (service: Service): number => Number(readFileSync(join(this.place.directory, `${service}.pid`), 'utf8'));
    return SERVICES.reduce((sum, service) => sum + memoryOf(pid(service)), 0);
  }

  /** What the agent keeps of its resources goes; who it is stays. */
  forgetResources(): void {
    rmSync(join(this.place.directory, 'agent', 'journal'), { recursive: true, force: true });
  }

  /** Ends the agent at once, as a crash would. */
  async killAgent(): Promise<void> {
    const { agent } = this;
    if (!agent || agent.exitCode !== null || agent.signalCode !== null) return;
    const ended = new Promise((resolve) => agent.once('exit', resolve));
    agent.kill('SIGKILL');
    await ended;
  }

  /** Plugs the end of a cable into the integration bridge, as a hypervisor does. */
  plug(device: string, attachment: string, mac: string, addresses: readonly string[]): void {
    const keys = { 'iface-id': attachment, 'attached-mac': mac, 'vm-id': attachment.replace(/^vif-/, ''), ip_addresses: addresses.join(',') };
    const settings = Object.entries(keys)
      .filter(([, value]) => value !== '')
      .map(([key, value]) => `external_ids:${key}="${value}"`);
    this.switch.vsctl('add-port', 'br-int', device, '--', 'set', 'Interface', device, ...settings);
  }

  /** Plugs ports of the switch's own into the integration bridge: interfaces that nobody speaks through. */
  plugIdle(attachments: readonly string[]): void {
    for (let at = 0; at < attachments.length; at += AT_ONCE) {
      const commands = attachments.slice(at, at + AT_ONCE).flatMap((attachment) => {
        const device = this.nextDevice();
        return ['--', 'add-port', 'br-int', device, '--', 'set', 'Interface', device, 'type=internal', `external_ids:iface-id="${attachment}"`];
      });
      this.switch.vsctl(...commands.slice(1));
    }
  }

  unplug(device: string): void {
    this.switch.vsctl('--if-exists', 'del-port', 'br-int', device);
  }

  /** Name for the next cable. */
  nextDevice(): string {
    this.plugged += 1;
    return `vm${this.plugged}`;
  }

  nbctl(...args: readonly string[]): string {
    return this.namespace.runWith({ env: this.environment, timeout: 120_000 }, 'ovn-nbctl', `--db=unix:${this.environment.OVN_RUNDIR}/ovnnb_db.sock`, ...args);
  }

  /** How many tunnels are asked over whether the other end lives, and it does. */
  get watchedTunnels(): number {
    return this.switch.vsctl('--bare', '--columns=name', 'find', 'Interface', 'type=geneve', 'bfd_status:state=up').split('\n').filter(Boolean).length;
  }

  /** Interfaces that the agent has plugged in for a purpose of its own. */
  ownInterfaces(purpose: 'cable' | 'site' | 'relay'): number {
    return this.switch.vsctl('--bare', '--columns=name', 'find', 'Interface', `external_ids:heddle-own=${purpose}`).split('\n').filter(Boolean).length;
  }

  /** Namespaces that the agent has made for programs of routers. */
  get sites(): Namespace[] {
    return madeByAgent(this.place.directory, ['sites']);
  }

  /** Makes the switch forget all connections, as a restart would. */
  forgetConnections(): void {
    this.switch.appctl('dpctl/flush-conntrack');
  }

  /** What a service of the node has written to its log. */
  log(name: string): string {
    return readFileSync(join(this.place.directory, name), 'utf8');
  }

  private configureUnderlay(): void {
    this.namespace.run('ip', 'address', 'add', `${this.place.address}/24`, 'dev', 'br-underlay');
    this.namespace.run('ip', 'link', 'set', 'br-underlay', 'mtu', UNDERLAY_MTU, 'up');
  }

  private createOvnDatabases(): void {
    const { OVN_RUNDIR: ovn } = this.environment;
    for (const which of ['nb', 'sb']) this.namespace.run('ovsdb-tool', 'create', `${ovn}/ovn${which}_db.db`, `/usr/share/ovn/ovn-${which}.ovsschema`);
  }

  private daemon(files: string, command: string, ...args: readonly string[]): void {
    startDaemon(this.namespace, this.environment, files, command, ...args);
  }
}

function memoryOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}
