import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { BalancerCounters_Balancer, CountForwarder, ForwarderCounters } from '../../agents/session.pb.js';
import { intentOf } from '../../realization/intent-of.js';
import { type DnsForwarder, type ResourceId, ResourceKind, type SecretReference } from '../../realization/resources.pb.js';
import { configurationOf as dnsConfigurationOf } from '../dnsmasq/configuration.js';
import { Dnsmasq } from '../dnsmasq/dnsmasq.js';
import { relayConfigurationOf } from '../dnsmasq/relay.js';
import { type Configuration, configurationOf, type MemberOf } from '../haproxy/configuration.js';
import { Haproxy, type MemberState } from '../haproxy/haproxy.js';
import { balancerCounters } from '../haproxy/statistics.js';
import { certificateFile } from '../haproxy/tls-files.js';
import { limitLogs } from '../program-log.js';
import { secretName } from '../secret-requests.js';
import { memberName } from './member-watch.js';
import { hashOf, INTEGRATION_BRIDGE, OWN_PORT } from './names.js';
import { plugIn, unplug } from './open-vswitch.js';
import type { OvsdbReplica } from './ovsdb-replica.js';
import { legCable, plugLegs, unplugOtherLegs } from './relay-legs.js';
import { alone, familyOf, SITE_LINK, type Site } from './site.js';
import { certificatesOf } from './site-certificates.js';
import { SiteNamespace } from './site-namespace.js';
import { problemsOf, type SiteProblem } from './site-problem.js';

export interface SitesOptions {
  /** Where the configurations are, a folder for each site. */
  readonly folder: string;
  readonly openVSwitch: () => OvsdbReplica;
  readonly secret: (reference: SecretReference) => Promise<string>;
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
   * Brings the machine to these sites, each whatever becomes of the others.
   * @param complete whether there are to be no others: not before the node has said all that it holds
   * @returns what a program or the machine says against it; what was there before is still there
   */
  async apply(sites: readonly Site[], complete: boolean): Promise<readonly SiteProblem[]> {
    this.blind.clear();
    const problems: SiteProblem[] = [];
    for (const site of sites) problems.push(...this.unbearable(site, await this.bring(site)));
    if (!complete) return problems;
    const wanted = new Set(sites.map(({ attachment }) => attachment));
    const unwanted = this.names().filter((name) => !wanted.has(name));
    const left = await problemsOf(
      unwanted,
      (name) => this.remove(name),
      (name) => ({ site: name, suspects: [] }),
    );
    const unplugged = await problemsOf(
      [sites.flatMap(({ legs }) => legs)],
      (legs) => unplugOtherLegs(this.options.openVSwitch(), legs),
      () => ({ site: 'relays that are gone', suspects: [] }),
    );
    return [...problems, ...left, ...unplugged];
  }

  /** Keeps what programs log from filling the disk. */
  limitLogs(): Promise<void> {
    return limitLogs(this.options.folder);
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

  private async bring(site: Site): Promise<SiteProblem[]> {
    const { router } = site;
    const unreachable = await problemsOf(
      [site],
      () => this.plug(site),
      () => ({ site: router, suspects: residentsOf(site) }),
    );
    if (unreachable.length > 0) return unreachable;
    const forwarders = await this.bringForwarders(site);
    const suspects = this.changedBalancers(site);
    const haproxy = await problemsOf(
      [site],
      () => this.bringHaproxy(site),
      () => ({ site: router, suspects }),
    );
    const relay = await problemsOf(
      [site],
      () => this.bringRelay(site),
      () => ({ site: router, suspects: relaysOf(site) }),
    );
    return [...forwarders, ...relay, ...haproxy];
  }

  private async plug(site: Site): Promise<void> {
    if (!new SiteNamespace(site.attachment).present || this.laid.get(site.attachment) !== layoutOf(site)) await this.connect(site);
    const ovs = this.options.openVSwitch();
    await plugIn(ovs, INTEGRATION_BRIDGE, cableOf(site.attachment), { 'iface-id': site.attachment, [OWN_PORT]: 'site' });
    await plugLegs(ovs, site.legs);
  }

  private async bringForwarders({ router, attachment, forwarders }: Site): Promise<SiteProblem[]> {
    const wanted = new Set([...forwarders.keys()].map(forwarderFolder));
    const unwanted = this.forwarderFolders(attachment).filter((name) => !wanted.has(name));
    const left = await problemsOf(
      unwanted,
      (name) => this.stopForwarder(attachment, name),
      () => ({ site: router, suspects: [] }),
    );
    const brought = await problemsOf(
      forwarders,
      ([key, forwarder]) => this.bringForwarder(attachment, key, forwarder),
      ([key]) => ({ site: router, suspects: [{ kind: ResourceKind.DNS_FORWARDER, key }] }),
    );
    return [...left, ...brought];
  }

  private async bringForwarder(attachment: string, key: string, forwarder: DnsForwarder): Promise<void> {
    const dnsmasq = this.dnsmasqOf(attachment, forwarderFolder(key));
    await dnsmasq.apply(dnsConfigurationOf(forwarder, dnsmasq.log));
  }

  private async bringRelay({ attachment, legs }: Site): Promise<void> {
    const dnsmasq = this.dnsmasqOf(attachment, RELAY);
    if (legs.length === 0) {
      await dnsmasq.stop();
      rmSync(join(this.options.folder, attachment, RELAY), { recursive: true, force: true });
      return;
    }
    const relays = legs.flatMap((leg) => leg.relays);
    await dnsmasq.apply(relayConfigurationOf(relays, ROUTER_SIDE, dnsmasq.log));
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
  private unbearable(site: Site, problems: readonly SiteProblem[]): readonly SiteProblem[] {
    if (residentsOf(site).length > 0) return problems;
    const [problem] = problems;
    if (problem) this.blind.set(site.router, problem.reason);
    return [];
  }

  /** Balancers that HAProxy has not read as they are now. */
  private changedBalancers({ attachment, balancers }: Site): ResourceId[] {
    const present = this.present.get(attachment);
    const read = present?.text === undefined ? undefined : present.balancers;
    const changed = [...balancers].filter(([key, balancer]) => JSON.stringify(read?.get(key)) !== JSON.stringify(balancer));
    return changed.map(([key]) => ({ kind: ResourceKind.LAYER7_BALANCER, key }));
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

/** One dnsmasq relays for all of them. */
function relaysOf({ legs }: Site): ResourceId[] {
  return legs.map(({ key }) => ({ kind: ResourceKind.DHCP_RELAY, key }));
}

/** What a site is there for, beside the watches. */
function residentsOf(site: Site): ResourceId[] {
  const { balancers, forwarders } = site;
  return [
    ...relaysOf(site),
    ...[...balancers.keys()].map((key) => ({ kind: ResourceKind.LAYER7_BALANCER, key })),
    ...[...forwarders.keys()].map((key) => ({ kind: ResourceKind.DNS_FORWARDER, key })),
  ];
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
