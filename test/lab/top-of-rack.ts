import { LabSwitch } from './lab-switch.js';
import { Namespace } from './namespace.js';

/** The router of the physical network: it has an address on each VLAN, and an address behind it that stands for the world outside. */
export class TopOfRack {
  static readonly OUTSIDE = '192.0.2.53';
  readonly namespace: Namespace;
  private readonly switch: LabSwitch;

  constructor(fabric: Namespace, directory: string) {
    this.namespace = Namespace.create('tor');
    this.namespace.connect('eth0', fabric, 'tor-p');
    fabric.run('ip', 'link', 'set', 'tor-p', 'master', 'physical');
    this.switch = new LabSwitch(this.namespace, directory);
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

  addRoute(network: string, nextHop: string): void {
    this.namespace.run('ip', 'route', 'add', network, 'via', nextHop);
  }

  pings(address: string): boolean {
    return this.namespace.status(3_000, 'ping', '-n', '-c', '1', '-W', '1', address) === 0;
  }
}
