import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { BalancerCounters_Balancer, CountForwarder, ForwarderCounters } from '../../agents/session.pb.js';
import { intentOf } from '../../realization/intent-of.js';
import {
  type DnsForwarder,
  type Layer7Balancer,
  type ResourceId,
  ResourceKind,
  type SecretReference,
  type TlsSettings_Certificate,
} from '../../realization/resources.pb.js';
import { configurationOf as dnsConfigurationOf } from '../dnsmasq/configuration.js';
import { Dnsmasq } from '../dnsmasq/dnsmasq.js';
import { relayConfigurationOf } from '../dnsmasq/relay.js';
import { type Configuration, configurationOf, type MemberOf } from '../haproxy/configuration.js';
import { Haproxy, type MemberState } from '../haproxy/haproxy.js';
import { balancerCounters } from '../haproxy/statistics.js';
import { certificateFile } from '../haproxy/tls-files.js';
import { secretName } from '../secret-requests.js';
import { memberName } from './member-watch.js';
import { hashOf, INTEGRATION_BRIDGE, OWN_PORT } from './names.js';
import { plugIn, unplug } from './open-vswitch.js';
import type { OvsdbReplica } from './ovsdb-replica.js';
import { legCable, plugLegs, unplugOtherLegs } from './relay-legs.js';
import { alone, familyOf, SITE_LINK, type Site } from './site.js';
import { SiteNamespace } from './site-namespace.js';

export interface SitesOptions {
  /** Where the configurations are, a folder for each site. */
  readonly folder: string;
  readonly openVSwitch: () => OvsdbReplica;
  readonly secret: (reference: SecretReference) => Promise<string>;
}

/** Why a site is not as it should be, and the resource that it is for. */
export class SiteProblem extends Error {
  constructor(
    readonly culprit: ResourceId,
    message: string,
  ) {
    super(message);
  }
}

/** What monitors say of a member. */
export interface Finding extends MemberOf {
  readonly alive: boolean;
}

interface Present {
  readonly haproxy: Haproxy;
  readonly members: Configuration['members'];
  readonly balancers: Site['balancers'];
  /** Configuration that is in force; undefined where only HAProxy knows: an agent before this one has made it, or a change failed. */
  text: string | undefined;
  /** What HAProxy said last: it holds while HAProxy does not answer. */
  states: ReadonlyMap<string, MemberState>;
}

/** The sites of this machine: a network namespace each, with the programs of a router in it. They go on without the agent. */
export class Sites {
  private readonly present = new Map<string, Present>();
  /** Cables and addresses that sites were given. */
  private readonly laid = new Map<string, string>();
  /** Sites that only watch and cannot, and why. */
  private readonly blind = new Map<string, string>();

  constructor(private readonly options: SitesOptions) {}

  /**
   * Brings the machine to these sites.
   * @param complete whether there are to be no others: not before the node has said all that it holds
   * @throws Error with what a program or the machine says against it; what was there before is still there
   */
  async apply(sites: readonly Site[], complete: boolean): Promise<void> {
    this.blind.clear();
    for (const site of sites) await this.bring(site).catch((error: unknown) => this.failed(site, error));
    if (!complete) return;
    const wanted = new Set(sites.map(({ attachment }) => attachment));
    for (const name of this.names()) if (!wanted.has(name)) await this.remove(name);
    await unplugOtherLegs(
      this.options.openVSwitch(),
      sites.flatMap(({ legs }) => legs),
    );
  }

  /** What is not watched although it should be. */
  get troubles(): readonly string[] {
    return [...this.blind].map(([router, reason]) => `${router}: members of balancers are not watched: ${reason}`);
  }

  /** Finds sites again that went on while there was no agent. @returns whether there were any */
  recall(sites: readonly Site[]): boolean {
    const running = sites.filter(({ attachment }) => !this.present.has(attachment) && this.haproxyOf(attachment).pid !== undefined);
    for (const site of running) {
      const haproxy = this.haproxyOf(site.attachment);
      const { members } = this.configuration(site, haproxy, new Map());
      this.present.set(site.attachment, { haproxy, members, balancers: site.balancers, text: undefined, states: new Map() });
    }
    return running.length > 0;
  }

  /** What monitors found, by `memberName`. A member with several monitors lives by all of them. */
  async findings(): Promise<ReadonlyMap<string, Finding>> {
    const findings = new Map<string, Finding>();
    for (const site of [...this.present.values()]) {
      const states = await site.haproxy.members().catch(() => undefined);
      if (states && states.size > 0) site.states = states;
      for (const [server, state] of site.states) {
        const found = site.members.get(server);
        if (!found) continue;
        const name = memberName(found.balancer, found.pool, found.member);
        findings.set(name, { ...found, alive: state !== 'DOWN' && (findings.get(name)?.alive ?? true) });
      }
    }
    return findings;
  }

  /** What balancers of layer 7 have counted. @throws Error where HAProxy does not answer */
  async counters(wanted: (balancer: string) => boolean): Promise<BalancerCounters_Balancer[]> {
    const counters: BalancerCounters_Balancer[] = [];
    for (const { haproxy, balancers } of [...this.present.values()]) {
      const own = [...balancers].filter(([key]) => wanted(key));
      const tallies = own.length === 0 ? new Map() : await haproxy.tallies();
      for (const [key, balancer] of own) counters.push(balancerCounters(key, balancer, tallies));
    }
    return counters;
  }

  /** How a forwarder of one of these sites does; undefined where none of them has it. @throws Error where it does not say what it has counted */
  async forwarderCounters(sites: readonly Site[], { forwarder: path, stateOnly }: CountForwarder): Promise<ForwarderCounters | undefined> {
    for (const { attachment, forwarders } of sites) {
      const [key, forwarder] = [...forwarders].find(([one]) => intentOf(one) === path) ?? [];
      if (key === undefined || !forwarder) continue;
      const dnsmasq = this.dnsmasqOf(attachment, forwarderFolder(key));
      const running = dnsmasq.pid !== undefined;
      const upstream = new Set(forwarder.zones.flatMap(({ servers }) => servers));
      return { running, servers: [], ...(running && !stateOnly ? await dnsmasq.tally(upstream.size) : {}) };
    }
    return undefined;
  }

  private async bring(site: Site): Promise<void> {
    if (!new SiteNamespace(site.attachment).present || this.laid.get(site.attachment) !== layoutOf(site)) await this.connect(site);
    const ovs = this.options.openVSwitch();
    await plugIn(ovs, INTEGRATION_BRIDGE, cableOf(site.attachment), { 'iface-id': site.attachment, [OWN_PORT]: 'site' });
    await plugLegs(ovs, site.legs);
    await this.bringForwarders(site);
    await this.bringRelay(site);
    await this.bringHaproxy(site);
  }

  private async bringForwarders({ attachment, forwarders }: Site): Promise<void> {
    const wanted = new Set([...forwarders.keys()].map(forwarderFolder));
    for (const name of this.forwarderFolders(attachment)) if (!wanted.has(name)) await this.stopForwarder(attachment, name);
    for (const [key, forwarder] of forwarders) await this.bringForwarder(attachment, key, forwarder);
  }

  private async bringForwarder(attachment: string, key: string, forwarder: DnsForwarder): Promise<void> {
    const dnsmasq = this.dnsmasqOf(attachment, forwarderFolder(key));
    try {
      await dnsmasq.apply(dnsConfigurationOf(forwarder, dnsmasq.log));
    } catch (error) {
      throw new SiteProblem({ kind: ResourceKind.DNS_FORWARDER, key }, error instanceof Error ? error.message : String(error));
    }
  }

  private async bringRelay({ attachment, legs }: Site): Promise<void> {
    const dnsmasq = this.dnsmasqOf(attachment, RELAY);
    const [first] = legs;
    if (!first) {
      await dnsmasq.stop();
      rmSync(join(this.options.folder, attachment, RELAY), { recursive: true, force: true });
      return;
    }
    try {
      const relays = legs.flatMap((leg) => leg.relays);
      await dnsmasq.apply(relayConfigurationOf(relays, ROUTER_SIDE, dnsmasq.log));
    } catch (error) {
      throw new SiteProblem({ kind: ResourceKind.DHCP_RELAY, key: first.key }, error instanceof Error ? error.message : String(error));
    }
  }

  private async bringHaproxy(site: Site): Promise<void> {
    const haproxy = this.haproxyOf(site.attachment);
    if (site.balancers.size + site.watches.length === 0) {
      await haproxy.stop();
      this.present.delete(site.attachment);
      return;
    }
    const configuration = this.configuration(site, haproxy, await this.secretsOf(site, haproxy.filesFolder));
    const { text, members } = configuration;
    const present = this.present.get(site.attachment);
    if (haproxy.pid === undefined || present?.text !== text) {
      if (present) present.text = undefined;
      await haproxy.apply(configuration);
    }
    this.present.set(site.attachment, { haproxy, members, balancers: site.balancers, text, states: present?.states ?? new Map() });
  }

  /** Where all that is missing is a look at members, they are taken for alive, and whoever shares the transaction is not held up. */
  private failed({ router, balancers, forwarders, legs }: Site, error: unknown): void {
    if (balancers.size + forwarders.size + legs.length > 0) throw error;
    this.blind.set(router, error instanceof Error ? error.message : String(error));
  }

  private configuration({ balancers, watches, addressSets }: Site, haproxy: Haproxy, secrets: ReadonlyMap<string, string>): Configuration {
    const { filesFolder, adminSocket, stateFile } = haproxy;
    return configurationOf(
      { balancers, watches },
      { filesFolder, adminSocket, stateFile, addressSets, secrets: (reference) => secrets.get(secretName(reference)) },
    );
  }

  private haproxyOf(name: string): Haproxy {
    mkdirSync(this.options.folder, { recursive: true, mode: 0o700 });
    return new Haproxy({ folder: join(this.options.folder, name), launcher: new SiteNamespace(name).launcher });
  }

  private dnsmasqOf(attachment: string, name: string): Dnsmasq {
    return new Dnsmasq({ folder: join(this.options.folder, attachment, name), launcher: new SiteNamespace(attachment).launcher });
  }

  private forwarderFolders(attachment: string): string[] {
    const folder = join(this.options.folder, attachment);
    return existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith(FORWARDER)) : [];
  }

  private async stopForwarder(attachment: string, name: string): Promise<void> {
    await this.dnsmasqOf(attachment, name).stop();
    rmSync(join(this.options.folder, attachment, name), { recursive: true });
  }

  /** Sites that were made, also by an agent that ran before. */
  private names(): string[] {
    return existsSync(this.options.folder) ? readdirSync(this.options.folder) : [];
  }

  /** Secrets of certificates whose files are not there yet: the others work without the manager too. */
  private async secretsOf(site: Site, folder: string): Promise<ReadonlyMap<string, string>> {
    const texts = new Map<string, string>();
    for (const certificate of certificatesOf(site)) {
      if (existsSync(certificateFile(folder, certificate))) continue;
      const { privateKey, passphrase } = certificate;
      for (const reference of [privateKey, passphrase]) if (reference) texts.set(secretName(reference), await this.options.secret(reference));
    }
    return texts;
  }

  /** Makes the namespace and its cables to the switches, and gives it its addresses. */
  private async connect(site: Site): Promise<void> {
    const { attachment, mac, addresses } = site;
    const namespace = new SiteNamespace(attachment);
    const ends = Object.values(SITE_LINK);
    const legs = site.legs.map(legCable);
    await namespace.make([
      {
        outside: cableOf(attachment),
        inside: ROUTER_SIDE,
        mac,
        addresses: ends.map(({ site, prefix }) => `${site}/${prefix}`),
        gateways: ends.map(({ router }) => router),
      },
      ...legs,
    ]);
    await namespace.setAddresses('lo', addresses.map(alone));
    for (const leg of legs) await namespace.setAddresses(leg.inside, leg.addresses);
    // Servers answer DHCPv6 to where it comes from, which dnsmasq leaves to the kernel.
    const known = site.legs.flatMap(({ relays }) => relays).find(({ gateway }) => familyOf(gateway) === 6);
    if (known) await namespace.comeFrom(known.gateway, SITE_LINK[6].router, ROUTER_SIDE);
    this.laid.set(attachment, layoutOf(site));
  }

  private async remove(name: string): Promise<void> {
    await this.haproxyOf(name).stop();
    for (const forwarder of this.forwarderFolders(name)) await this.stopForwarder(name, forwarder);
    await this.dnsmasqOf(name, RELAY).stop();
    await unplug(this.options.openVSwitch(), cableOf(name));
    await new SiteNamespace(name).remove();
    this.present.delete(name);
    this.laid.delete(name);
    rmSync(join(this.options.folder, basename(name)), { recursive: true, force: true });
  }
}

function certificatesOf({ balancers, watches }: Site): TlsSettings_Certificate[] {
  const checks = watches.flatMap(({ pool }) => pool.monitors.map(({ tls }) => tls));
  return [...[...balancers.values()].flatMap(settingsOf), ...checks].flatMap((tls) => tls?.certificates ?? []);
}

function settingsOf({ clientTls, serverTls, pool, sorryPool, rulePools }: Layer7Balancer): (Layer7Balancer['clientTls'] | undefined)[] {
  return [clientTls, serverTls, ...[pool, sorryPool, ...rulePools].flatMap((one) => one?.monitors.map(({ tls }) => tls) ?? [])];
}

const FORWARDER = 'dns-';

function forwarderFolder(key: string): string {
  return FORWARDER + hashOf(key, 12);
}

/** Folder of the relay. */
const RELAY = 'relay';
/** The interface of a site that leads to its router. */
const ROUTER_SIDE = 'eth0';

/** The name of an interface has 15 characters at most. */
function cableOf(attachment: string): string {
  return `hs${attachment.slice(-12)}`;
}

function layoutOf({ addresses, legs }: Site): string {
  return JSON.stringify([addresses, legs]);
}
