import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Where the databases of this machine's Open vSwitch and OVN listen. */
export interface MachineSockets {
  readonly openVSwitch: string;
  readonly northbound: string;
  readonly southbound: string;
}

/** The machine cannot be a transport node; the message is one line that says what it lacks. */
export class MachineUnfit extends Error {}

/** What has to be installed, and the package of Debian and Ubuntu that brings it. */
const COMMANDS: readonly (readonly [command: string, packageName: string])[] = [
  ['ovs-vswitchd', 'openvswitch-switch'],
  ['ovn-northd', 'ovn-central'],
  ['ovn-controller', 'ovn-host'],
];

/** What was measured to work: the first release with what the zone is written with. */
const OLDEST = [23, 3];

/**
 * Looks whether this machine can be a transport node.
 * @returns its sockets, and the version of OVN
 * @throws MachineUnfit
 */
export async function examineMachine(environment: NodeJS.ProcessEnv): Promise<{ readonly sockets: MachineSockets; readonly version: string }> {
  let version = '';
  for (const [command, packageName] of COMMANDS) version = await versionOf(command, packageName);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < (OLDEST[0] as number) || (major === OLDEST[0] && minor < (OLDEST[1] as number)))
    throw new MachineUnfit(`OVN ${version} is too old: ${OLDEST[0]}.0${OLDEST[1]} or newer is needed`);
  const ovs = switchDirectory(environment);
  const ovn = environment.OVN_RUNDIR ?? '/var/run/ovn';
  const sockets = { openVSwitch: join(ovs, 'db.sock'), northbound: join(ovn, 'ovnnb_db.sock'), southbound: join(ovn, 'ovnsb_db.sock') };
  checkSocket(sockets.openVSwitch, 'Open vSwitch', 'openvswitch-switch');
  checkSocket(sockets.northbound, "OVN's northbound database", 'ovn-central');
  checkSocket(sockets.southbound, "OVN's southbound database", 'ovn-central');
  return { sockets, version };
}

/** Where the sockets of Open vSwitch are. */
export function switchDirectory(environment: NodeJS.ProcessEnv): string {
  return environment.OVS_RUNDIR ?? '/var/run/openvswitch';
}

async function versionOf(command: string, packageName: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(command, ['--version'], { timeout: 10_000 });
    return /(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? '';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new MachineUnfit(`${command} is missing: install the package ${packageName}`);
    throw new MachineUnfit(`${command} does not run: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
  }
}

function checkSocket(path: string, what: string, service: string): void {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    const denied = (error as NodeJS.ErrnoException).code === 'EACCES';
    throw new MachineUnfit(
      denied ? `${path} may not be used: run the agent as root` : `${what} does not run on this machine, there is no ${path}: start the service ${service}`,
    );
  }
}
