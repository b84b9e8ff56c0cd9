import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DIRECTORY, type Namespace } from './namespace.js';
import type { Workload } from './workload.js';

/** Gives addresses away behind an interface: ranges in dnsmasq's words. @returns its process */
export function serveDhcp(namespace: Namespace, device: string, ranges: readonly string[], ...more: readonly string[]): number {
  const files = join(DIRECTORY, `dhcp-${namespace.name}-${device}`);
  const lines = [
    'port=0',
    'no-ping',
    'bind-interfaces',
    `interface=${device}`,
    `dhcp-leasefile=${files}.leases`,
    ...ranges.map((range) => `dhcp-range=${range}`),
    ...more,
  ];
  rmSync(`${files}.leases`, { force: true });
  writeFileSync(`${files}.conf`, `${lines.join('\n')}\n`);
  namespace.run('dnsmasq', '-C', `${files}.conf`, `--pid-file=${files}.pid`);
  return Number(readFileSync(`${files}.pid`, 'utf8'));
}

/** A workload's DHCP client, which puts what it is told into force. */
export class DhcpClient {
  private process: ChildProcess | undefined;

  constructor(private readonly workload: Workload) {
    const script = [
      '#!/bin/sh',
      '[ "$1" = deconfig ] && ip -4 address flush dev "$interface"',
      'case "$1" in bound | renew) ;; *) exit 0 ;; esac',
      'ip address replace "$ip/$mask" dev "$interface"',
      'ip route replace default via "$router"',
      `echo "$1 $ip $router" > ${this.file}`,
    ];
    writeFileSync(this.script, `${script.join('\n')}\n`, { mode: 0o755 });
  }

  /** What it was told last: `bound` or `renew`, the address, the router. */
  get told(): string {
    return existsSync(this.file) ? readFileSync(this.file, 'utf8').trim() : '';
  }

  get address(): string {
    return this.told.split(' ')[1] ?? '';
  }

  /** Asks for an address as if it had none. @returns whether it got one */
  asks(): boolean {
    this.forget();
    return this.workload.namespace.status(10_000, 'busybox', 'udhcpc', '-i', 'eth0', '-n', '-q', '-t', '3', '-T', '1', '-s', this.script) === 0;
  }

  /** Stays, asks for an address and keeps it. */
  start(): void {
    this.forget();
    this.process = this.workload.namespace.spawn('busybox', ['udhcpc', '-f', '-i', 'eth0', '-t', '3', '-T', '1', '-s', this.script], { stdio: 'ignore' });
  }

  /** Has a client that stays renew its address now. */
  renew(): void {
    this.forget();
    this.process?.kill('SIGUSR1');
  }

  stop(): void {
    this.process?.kill('SIGKILL');
    this.process = undefined;
  }

  private forget(): void {
    rmSync(this.file, { force: true });
  }

  private get file(): string {
    return join(DIRECTORY, `lease-${this.workload.plan.name}`);
  }

  private get script(): string {
    return `${this.file}.sh`;
  }
}
