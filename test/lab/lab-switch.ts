import { mkdirSync } from 'node:fs';
import type { Namespace } from './namespace.js';

/** A service that the lab runs as a distribution would, with its files in one directory. */
export function startDaemon(
  namespace: Namespace,
  environment: Readonly<Record<string, string>>,
  files: string,
  command: string,
  ...args: readonly string[]
): void {
  const common = ['--detach', '--no-chdir', `--pidfile=${files}.pid`, `--log-file=${files}.log`, '-vconsole:off'];
  namespace.runWith({ env: environment, timeout: 20_000 }, command, ...args, ...common);
}

/** An Open vSwitch in a namespace, with the datapath in userspace: the kernel of the machine need not have one. */
export class LabSwitch {
  readonly environment: Readonly<Record<string, string>>;

  constructor(
    private readonly namespace: Namespace,
    private readonly directory: string,
  ) {
    mkdirSync(directory, { recursive: true });
    this.environment = { OVS_RUNDIR: directory, OVS_LOGDIR: directory, OVS_DBDIR: directory };
  }

  createDatabase(): void {
    this.namespace.run('ovsdb-tool', 'create', `${this.directory}/conf.db`, '/usr/share/openvswitch/vswitch.ovsschema');
  }

  startDatabaseServer(): void {
    const { directory } = this;
    const args = [`${directory}/conf.db`, `--remote=punix:${directory}/db.sock`, `--unixctl=${directory}/ovsdb-server.ctl`];
    startDaemon(this.namespace, this.environment, `${directory}/ovsdb-server`, 'ovsdb-server', ...args);
    this.vsctl('--no-wait', 'init');
  }

  startSwitch(): void {
    const { directory } = this;
    // Watched as on a real machine: started again when it fails by itself, but not when it is killed.
    const args = [`unix:${directory}/db.sock`, `--unixctl=${directory}/ovs-vswitchd.ctl`, '--monitor'];
    startDaemon(this.namespace, this.environment, `${directory}/ovs-vswitchd`, 'ovs-vswitchd', ...args);
  }

  /** A bridge with the end of a cable in it. */
  addBridge(name: string, device: string): void {
    this.vsctl('add-br', name, '--', 'set', 'Bridge', name, 'datapath_type=netdev', '--', 'add-port', name, device);
  }

  appctl(...args: readonly string[]): string {
    const target = `${this.directory}/ovs-vswitchd.ctl`;
    return this.namespace.runWith({ env: this.environment, timeout: 20_000 }, 'ovs-appctl', '-t', target, ...args);
  }

  vsctl(...args: readonly string[]): string {
    return this.namespace.runWith({ env: this.environment, timeout: 20_000 }, 'ovs-vsctl', '--timeout=15', ...args);
  }
}
