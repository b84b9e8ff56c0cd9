import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where `ip netns` keeps its names. */
const NAMESPACES = '/run/netns';

/** A pair of interfaces that leads out of a namespace. */
export interface Cable {
  /** Name of the end on the machine, to be plugged into a bridge; 15 characters at most. */
  readonly outside: string;
  readonly inside: string;
  readonly mac: string;
  /** Addresses of the end inside, with prefix. */
  readonly addresses: readonly string[];
  /** Where everything else is reached through it, of each family at most one. */
  readonly gateways: readonly string[];
}

/** A network namespace in which the agent runs programs of its own, which go on without it. */
export class SiteNamespace {
  constructor(readonly name: string) {}

  get present(): boolean {
    return existsSync(join(NAMESPACES, this.name));
  }

  /** What a command is put behind to run inside. */
  get launcher(): readonly string[] {
    return ['ip', 'netns', 'exec', this.name];
  }

  /**
   * Makes it with its cables, whole or not at all: one that an agent left half-made is made anew.
   * @throws Error with what the machine says against it
   */
  async make(cables: readonly Cable[]): Promise<void> {
    if (this.present) {
      if (await isWhole(cables)) return;
      await this.remove();
    }
    await run('ip', ['netns', 'add', this.name]);
    try {
      await this.ip('link', 'set', 'lo', 'up');
      for (const cable of cables) await this.lay(cable);
      for (const { outside } of cables) await run('ip', ['link', 'set', outside, 'up']);
    } catch (error) {
      await this.remove();
      throw error;
    }
  }

  /** Brings an interface to these addresses, written with prefix, beside those that the kernel gave it. */
  async setAddresses(device: string, addresses: readonly string[]): Promise<void> {
    const { stdout } = await this.ip('-json', 'address', 'show', 'dev', device);
    const [{ addr_info: infos }] = JSON.parse(stdout) as [{ readonly addr_info: readonly AddressInfo[] }];
    const held = infos.filter(({ scope }) => scope === 'global').map(({ local, prefixlen }) => `${local}/${prefixlen}`);
    for (const address of addresses) if (!held.includes(address)) await this.ip('address', 'add', address, 'dev', device);
    for (const address of held) if (!addresses.includes(address)) await this.ip('address', 'delete', address, 'dev', device);
  }

  /** Runs `ip` inside. */
  ip(...args: readonly string[]): Promise<{ readonly stdout: string }> {
    return run('ip', ['-n', this.name, ...args]);
  }

  /** Takes its cables with it. */
  async remove(): Promise<void> {
    if (this.present) await run('ip', ['netns', 'delete', this.name]);
  }

  private async lay({ outside, inside, mac, addresses, gateways }: Cable): Promise<void> {
    await run('ip', ['link', 'add', outside, 'type', 'veth', 'peer', 'name', inside, 'netns', this.name]);
    // A switch in userspace forwards what it is given: checksums have to be there.
    await run('ip', ['netns', 'exec', this.name, 'ethtool', '-K', inside, 'tx', 'off']);
    await this.ip('link', 'set', inside, 'address', mac, 'up');
    // Nobody else is on the link: an address of IPv6 can be used at once.
    for (const address of addresses) await this.ip('address', 'add', address, 'dev', inside, ...(address.includes(':') ? ['nodad'] : []));
    for (const gateway of gateways) await this.ip('route', 'add', 'default', 'via', gateway);
  }
}

interface AddressInfo {
  readonly local: string;
  readonly prefixlen: number;
  readonly scope: string;
}

/** The ends outside are switched on last. */
async function isWhole(cables: readonly Cable[]): Promise<boolean> {
  for (const { outside } of cables) {
    const { stdout } = await run('ip', ['-json', 'link', 'show', 'dev', outside]).catch(() => ({ stdout: '[]' }));
    const [link] = JSON.parse(stdout) as { readonly flags: readonly string[] }[];
    if (!link?.flags.includes('UP')) return false;
  }
  return true;
}
