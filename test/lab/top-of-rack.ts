import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Frr } from '../../src/agent/frr/frr.js';
import { LabSwitch } from './lab-switch.js';
import { Namespace } from './namespace.js';

/** The name of a namespace's FRR among those of the machine, which has no dots. */
export function frrName(namespace: Namespace): string {
  return namespace.full.replaceAll('.', '-');
}

/** The router of the physical network: it has an address on each VLAN, and an address behind it that stands for the world outside. */
export class TopOfRack {
  static readonly OUTSIDE = '192.0.2.53';
  readonly namespace: Namespace;
  private readonly switch: LabSwitch;
  private readonly frr: Frr;

  constructor(fabric: Namespace, directory: string) {
    this.namespace = Namespace.create('tor');
    this.namespace.connect('eth0', fabric, 'tor-p');
    fabric.run('ip', 'link', 'set', 'tor-p', 'master', 'physical');
    this.switch = new LabSwitch(this.namespace, directory);
    this.frr = new Frr({ name: this.routerName, folder: join(directory, 'frr'), launcher: this.namespace.launcher });
    this.switch.createDatabase();
    this.switch.startDatabaseServer();
    this.switch.startSwitch();
    this.switch.addBridge('br-trunk', 'eth0');
    this.namespace.run('sysctl', '-qw', 'net.ipv4.ip_forward=1');
    this.namespace.run('ip', 'address', 'add', `${TopOfRack.OUTSIDE}/32`, 'dev', 'lo');
  }

  /** @param address with prefix */
  addVlan(vlan: number, address: string): void {
    const device = `vlan${vlan}`;
    this.switch.vsctl('add-port', 'br-trunk', device, `tag=${vlan}`, '--', 'set', 'Interface', device, 'type=internal');
    this.namespace.run('ip', 'address', 'add', address, 'dev', device);
    this.namespace.run('ip', 'link', 'set', device, 'up');
  }

  /** @param address with prefix */
  addAddress(device: string, address: string): void {
    this.namespace.run('ip', 'address', 'add', address, 'dev', device);
  }

  addRoute(network: string, nextHop: string): void {
    this.namespace.run('ip', 'route', 'add', network, 'via', nextHop);
  }

  private get routerName(): string {
    return frrName(this.namespace);
  }

  /** Has it speak BGP. @param configuration in the words of FRR */
  speak(configuration: string): Promise<void> {
    return this.frr.apply(configuration, []);
  }

  /** Has BFD answer, or not answer, from one of its addresses. */
  answer(own: string, device: string, others: readonly string[], answers: boolean): void {
    const peers = others.map((other) => `${answers ? '' : 'no '}peer ${other} local-address ${own} interface ${device}`);
    const commands = [
      'configure terminal',
      'bfd',
      ...peers.flatMap((peer) => (answers ? [peer, 'receive-interval 300', 'transmit-interval 300', 'exit'] : [peer])),
    ];
    execFileSync('vtysh', ['-N', this.routerName, ...commands.flatMap((command) => ['-c', command])], { stdio: 'ignore', timeout: 5_000 });
  }

  /** What a program of its FRR answers to a question that it answers in JSON. */
  ask(program: 'bgpd' | 'zebra', question: string): Record<string, unknown> {
    const args = ['-N', this.routerName, '-d', program, '-c', question];
    const text = execFileSync('vtysh', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 5_000 });
    return JSON.parse(text) as Record<string, unknown>;
  }

  /** Stops a program of its FRR for a while, as if it hung. */
  freeze(program: 'bgpd' | 'bfdd', signal: 'SIGSTOP' | 'SIGCONT'): void {
    process.kill(Number(readFileSync(`/run/frr/${this.routerName}/${program}.pid`, 'utf8')), signal);
  }

  /** A route by way of the first of some next hops that answers. */
  addLivingRoute(network: string, nextHops: readonly string[]): void {
    const tries = nextHops.map((hop) => `ping -n -c 1 -W 0.4 ${hop} >/dev/null && via=${hop}`).join(' || ');
    const script = `while :; do via=; ${tries}; [ -z "$via" ] || [ "$via" = "$now" ] || ip route replace ${network} via $via && now=$via; sleep 0.2; done`;
    this.namespace.spawn('sh', ['-c', script], { stdio: 'ignore' });
  }

  pings(address: string): boolean {
    return this.namespace.status(3_000, 'ping', '-n', '-c', '1', '-W', '1', address) === 0;
  }
}
