import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

/** What a transport node and the lab need, by a command that each package brings. */
const PACKAGES: readonly (readonly [command: string, packageName: string])[] = [
  ['ovs-vswitchd', 'openvswitch-switch'],
  ['ovn-northd', 'ovn-central'],
  ['ovn-controller', 'ovn-host'],
  ['ethtool', 'ethtool'],
  ['ip', 'iproute2'],
  ['ping', 'iputils-ping'],
  ['tcpdump', 'tcpdump'],
  ['busybox', 'busybox'],
  ['curl', 'curl'],
  ['haproxy', 'haproxy'],
  ['dnsmasq', 'dnsmasq-base'],
  ['vtysh', 'frr'],
];
const POLICY = '/usr/sbin/policy-rc.d';

/** Installs the packages of Debian or Ubuntu that are missing. Their services are not started: the lab runs its own. */
export function installPackages(): void {
  const missing = PACKAGES.filter(([command]) => spawnSync('which', [command], { stdio: 'ignore' }).status !== 0).map(([, name]) => name);
  if (missing.length === 0) return;
  process.stderr.write(`Installing ${missing.join(', ')}...\n`);
  const kept = existsSync(POLICY);
  if (!kept) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    apt('update', '-q');
    apt('install', '-qy', '--no-install-recommends', ...missing);
  } finally {
    if (!kept) rmSync(POLICY);
  }
}

function apt(...args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync('apt-get', args, { encoding: 'utf8', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  if (status !== 0) throw new Error(`apt-get ${args.join(' ')} failed:\n${stdout}${stderr}`);
}
