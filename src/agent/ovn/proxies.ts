import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { EngineHealth_BalancerMemberHealth } from '../../agents/session.pb.js';
import type { Layer7Balancer, SecretReference, TlsSettings_Certificate } from '../../realization/resources.pb.js';
import { type Configuration, configurationOf } from '../haproxy/configuration.js';
import { Haproxy } from '../haproxy/haproxy.js';
import { certificateFile } from '../haproxy/tls-files.js';
import { OWN_PORT, plugIn, unplug } from './open-vswitch.js';
import type { OvsdbReplica } from './ovsdb-replica.js';
import { LINK_PREFIX, type ProxySite, ROUTER_END, SITE_END } from './proxy-site.js';
import { SiteNamespace } from './site-namespace.js';

/** The bridge that ovn-controller makes for the ports of the zone. */
const BRIDGE = 'br-int';

export interface ProxiesOptions {
  /** Where the configurations are, a folder for each site. */
  readonly folder: string;
  readonly openVSwitch: () => OvsdbReplica;
  readonly secret: (reference: SecretReference) => Promise<string>;
}

/** The sites of layer-7 balancers on this machine: a network namespace each, with a HAProxy in it. They go on without the agent. */
export class Proxies {
  private readonly present = new Map<string, Pick<Configuration, 'members' | 'text'> & { readonly haproxy: Haproxy }>();

  constructor(private readonly options: ProxiesOptions) {}

  /**
   * Brings the machine to these sites.
   * @param complete whether there are to be no others: not before the node has said all that it holds
   * @throws Error with what HAProxy or the machine says against it; what was there before is still there
   */
  async apply(sites: readonly ProxySite[], complete: boolean): Promise<void> {
    for (const site of sites) await this.bring(site);
    if (!complete) return;
    const wanted = new Set(sites.map(({ attachment }) => attachment));
    for (const name of this.names()) if (!wanted.has(name)) await this.remove(name);
  }

  private async bring(site: ProxySite): Promise<void> {
    const haproxy = this.haproxyOf(site.attachment);
    const texts = await this.secretsOf(site, haproxy.tlsFolder);
    const configuration = configurationOf(site.balancers, {
      tlsFolder: haproxy.tlsFolder,
      adminSocket: haproxy.adminSocket,
      addressSets: site.addressSets,
      secrets: (reference) => texts.get(secretText(reference)),
    });
    const { text, members } = configuration;
    const runs = new SiteNamespace(site.attachment).present && haproxy.pid !== undefined;
    if (!runs || this.present.get(site.attachment)?.text !== text) {
      await this.connect(site);
      await haproxy.apply(configuration);
    }
    await plugIn(this.options.openVSwitch(), BRIDGE, cableOf(site.attachment), { 'iface-id': site.attachment, [OWN_PORT]: 'proxy' });
    this.present.set(site.attachment, { haproxy, members, text });
  }

  /** How many members answer, and those that do not. */
  async members(): Promise<{ readonly up: number; readonly down: readonly EngineHealth_BalancerMemberHealth[] }> {
    let up = 0;
    const down: EngineHealth_BalancerMemberHealth[] = [];
    for (const { haproxy, members } of this.present.values()) {
      for (const [server, state] of await haproxy.members().catch(() => new Map<string, string>())) {
        const found = members.get(server);
        if (!found) continue;
        const { balancer, pool, member } = found;
        if (state === 'DOWN') down.push({ balancer, pool, address: member.address, port: member.port, detail: 'its monitor gets no answer that is good' });
        else up += 1;
      }
    }
    return { up, down };
  }

  private haproxyOf(name: string): Haproxy {
    mkdirSync(this.options.folder, { recursive: true, mode: 0o700 });
    return new Haproxy({ folder: join(this.options.folder, name), launcher: new SiteNamespace(name).launcher });
  }

  /** Sites that were made, also by an agent that ran before. */
  private names(): string[] {
    return existsSync(this.options.folder) ? readdirSync(this.options.folder) : [];
  }

  /** Secrets of certificates whose files are not there yet: the others work without the manager too. */
  private async secretsOf({ balancers }: ProxySite, folder: string): Promise<ReadonlyMap<string, string>> {
    const texts = new Map<string, string>();
    for (const certificate of [...balancers.values()].flatMap(certificatesOf)) {
      if (existsSync(certificateFile(folder, certificate))) continue;
      const { privateKey, passphrase } = certificate;
      for (const reference of [privateKey, passphrase]) if (reference) texts.set(secretText(reference), await this.options.secret(reference));
    }
    return texts;
  }

  /** Makes the namespace and its cable to the switch, and gives it the addresses of its balancers. */
  private async connect({ attachment, mac, addresses }: ProxySite): Promise<void> {
    const namespace = new SiteNamespace(attachment);
    await namespace.make([{ outside: cableOf(attachment), inside: 'eth0', mac, addresses: [`${SITE_END}/${LINK_PREFIX}`], gateway: ROUTER_END }]);
    await namespace.setAddresses(
      'lo',
      addresses.map((address) => `${address}/32`),
    );
  }

  private async remove(name: string): Promise<void> {
    await this.haproxyOf(name).stop();
    await unplug(this.options.openVSwitch(), BRIDGE, cableOf(name));
    await new SiteNamespace(name).remove();
    this.present.delete(name);
    rmSync(join(this.options.folder, basename(name)), { recursive: true, force: true });
  }
}

function certificatesOf({ clientTls, serverTls, pool, sorryPool, rulePools }: Layer7Balancer): TlsSettings_Certificate[] {
  const checks = [pool, sorryPool, ...rulePools].flatMap((one) => one?.monitors.map(({ tls }) => tls) ?? []);
  return [clientTls, serverTls, ...checks].flatMap((tls) => tls?.certificates ?? []);
}

/** The name of an interface has 15 characters at most. */
function cableOf(attachment: string): string {
  return `hp${attachment.slice(-12)}`;
}

function secretText({ path, field, version }: SecretReference): string {
  return `${path} ${field} ${version}`;
}
