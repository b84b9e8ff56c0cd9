import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { examineMachine } from '../../../src/agent/ovn/machine.js';

afterEach(() => vi.unstubAllEnvs());

/** A machine that has these commands and no others; they say that they are of this version. */
function machineWith(version: string, ...commands: readonly string[]): string {
  const directory = mkdtempSync(join(tmpdir(), 'heddle-machine-'));
  for (const command of commands) {
    writeFileSync(join(directory, command), `#!/bin/sh\necho "${command} ${version}"\n`);
    chmodSync(join(directory, command), 0o755);
  }
  vi.stubEnv('PATH', directory);
  return directory;
}

it.each([
  ['a package', '23.3.1', ['ovs-vswitchd', 'ovn-northd'], 'ovn-controller is missing: install the package ovn-host'],
  ['a release that is new enough', '22.12.0', ['ovs-vswitchd', 'ovn-northd', 'ovn-controller'], 'OVN 22.12.0 is too old: 23.03 or newer is needed'],
  [
    'a service that runs',
    '23.3.1',
    ['ovs-vswitchd', 'ovn-northd', 'ovn-controller'],
    /^Open vSwitch does not run on this machine, there is no .*db.sock: start the service openvswitch-switch$/,
  ],
])('a machine that lacks %s is told which, in one line', async (_, version, commands, message) => {
  const directory = machineWith(version, ...commands);
  await expect(examineMachine({ OVS_RUNDIR: directory, OVN_RUNDIR: directory })).rejects.toThrow(message);
});
