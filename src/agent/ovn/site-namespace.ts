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
  /** Kernel settings of the end inside, as `sysctl` takes them. */
  readonly settings?: readonly string[];
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
   * Makes it with its cables, or makes it whole: a cable that an agent left half-made is laid anew, one that is not wanted goes.
   * @param settings kernel settings of a new one, as `sysctl` takes them
   * @throws Error with what the machine says against it
   */
  async make(cables: readonly Cable[], settings: readonly string[] = []): Promise<void> {
    if (this.present) await this.removeOthers(cables);
    else await this.add(settings);
    for (const cable of cables) {
      if (await isUp(cable.outside)) continue;
      await this.lay(cable);
      // Switched on last, so that it is known to be whole.
      await run('ip', ['link', 'set', cable.outside, 'up']);
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

  /** What says nothing else comes from this address. @param gateway that everything else is reached through, as its cable says */
  async comeFrom(address: string, gateway: string, device: string): Promise<void> {
    await this.ip('route', 'replace', 'default', 'via', gateway, 'dev', device, 'src', address);
  }

  /** Runs `ip` inside. */
  ip(...args: readonly string[]): Promise<{ readonly stdout: string }> {
    return run('ip', ['-n', this.name, ...args]);
  }

  /** Takes its cables with it. */
  async remove(): Promise<void> {
    if (this.present) await run('ip', ['netns', 'delete', this.name]);
  }

  private async add(settings: readonly string[]): Promise<void> {
    await run('ip', ['netns', 'add', this.name]);
    try {
      await this.ip('link', 'set', 'lo', 'up');
      await this.set(settings);
    } catch (error) {
      await this.remove();
      throw error;
    }
  }

  private async set(settings: readonly string[]): Promise<void> {
    if (settings.length > 0) await run('ip', ['netns', 'exec', this.name, 'sysctl', '-qw', ...settings]);
  }

  private async removeOthers(cables: readonly Cable[]): Promise<void> {
    const { stdout } = await this.ip('-json', 'link', 'show', 'type', 'veth');
    const wanted = new Set(cables.map(({ inside }) => inside));
    const present = stdout.trim() === '' ? [] : (JSON.parse(stdout) as { readonly ifname?: string }[]);
    for (const { ifname } of present) if (ifname !== undefined && !wanted.has(ifname)) await this.ip('link', 'delete', ifname);
  }

  private async lay({ outside, inside, mac, addresses, gateways, settings = [] }: Cable): Promise<void> {
    await run('ip', ['link', 'delete', outside]).catch(() => undefined);
    await run('ip', ['link', 'add', outside, 'type', 'veth', 'peer', 'name', inside, 'netns', this.name]);
    // A switch in userspace forwards what it is given: checksums have to be there.
    await run('ip', ['netns', 'exec', this.name, 'ethtool', '-K', inside, 'tx', 'off']);
    await this.set(settings);
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

async function isUp(device: string): Promise<boolean> {
  const { stdout } = await run('ip', ['-json', 'link', 'show', 'dev', device]).catch(() => ({ stdout: '[]' }));
  const [link] = JSON.parse(stdout) as { readonly flags: readonly string[] }[];
  return link?.flags.includes('UP') ?? false;
}
