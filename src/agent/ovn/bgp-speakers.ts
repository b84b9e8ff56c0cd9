import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { BgpRoutes, EngineHealth_BgpSession, ListBgpRoutes } from '../../agents/session.pb.js';
import { ResourceKind, type SecretReference } from '../../realization/resources.pb.js';
import { configurationOf } from '../frr/configuration.js';
import { Frr } from '../frr/frr.js';
import { secretName } from '../secret-requests.js';
import { bgpFlows } from './bgp-flows.js';
import type { BgpSite } from './bgp-site.js';
import { BridgeWatch } from './bridge-watch.js';
import type { LearnedRoute, LearnedRoutes } from './learned-routes.js';
import { switchDirectory } from './machine.js';
import { OWN_PORT } from './names.js';
import { plugIn, unplug } from './open-vswitch.js';
import type { OvsdbReplica } from './ovsdb-replica.js';
import { asSet, entryOf } from './ovsdb-values.js';
import { physicalBridge } from './physical-bridges.js';
import { learnedRoutes, RouteFollower } from './route-follower.js';
import { SiteNamespace } from './site-namespace.js';
import { problemsOf, type SiteProblem } from './site-problem.js';

export interface BgpSpeakersOptions {
  /** Where the configurations are, a folder for each site. */
  readonly folder: string;
  /** Transport zones with a bridge of ours. */
  readonly zones: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly openVSwitch: () => OvsdbReplica;
  readonly secret: (reference: SecretReference) => Promise<string>;
  /** What was learned is not what it was. */
  readonly learned: () => void;
  readonly sessionsChanged: () => void;
  /** Something is to be brought in order again: `apply` does. */
  readonly disturbed: () => void;
}

/** In a namespace where BGP is spoken nobody answers for addresses, which OVN's router port does, and nothing is taken from others' advertisements. */
const SILENT = ['net.ipv4.conf.all.arp_ignore=8', 'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.default.rp_filter=0'].concat(
  ['accept_dad', 'accept_ra', 'autoconf', 'router_solicitations'].map((name) => `net.ipv6.conf.default.${name}=0`),
);
/** What says in `external_ids` of an interface that it is a cable to a site. */
const OWNED = 'bgp';
/** A port of no VLAN that anything is in: what the bridge forwards by itself does not come to it. */
const NO_VLAN = 4095;
/** How often sessions are looked at, in milliseconds. */
const LOOK_INTERVAL = 2_000;
/** How long a port may take to get its number, in milliseconds, and how often that is looked at. */
const PATIENCE = 5_000;
const LOOK_EVERY = 20;

/** The sites at which BGP is spoken on this machine: a network namespace each, with an FRR in it. They go on without the agent. */
export class BgpSpeakers {
  private readonly present = new Map<string, { readonly site: BgpSite; readonly frr: Frr; readonly state: string }>();
  private readonly followers = new Map<string, RouteFollower>();
  private readonly routes = new Map<string, readonly LearnedRoute[]>();
  private readonly watches: readonly BridgeWatch[];
  /** Flows as they were written last, by bridge. */
  private readonly flows = new Map<string, string>();
  private readonly clock: NodeJS.Timeout;
  private looking = false;
  private seen: readonly EngineHealth_BgpSession[] = [];

  constructor(private readonly options: BgpSpeakersOptions) {
    this.watches = options.zones.map((zone) => {
      const { name } = physicalBridge(zone);
      return new BridgeWatch(join(switchDirectory(options.environment), `${name}.mgmt`), () => {
        this.flows.delete(name);
        options.disturbed();
      });
    });
    this.clock = setInterval(() => void this.look(), LOOK_INTERVAL);
  }

  /** Sessions of all sites, as they were a moment ago. One that FRR says nothing of does not stand. */
  get sessions(): readonly EngineHealth_BgpSession[] {
    return this.seen;
  }

  /** Finds the sites that an agent left which ran before, and what was learned there: it stays in force. */
  async find(): Promise<void> {
    for (const name of this.names()) {
      const routes = await learnedRoutes(name).catch(() => undefined);
      if (!routes) continue;
      this.routes.set(name, routes);
      this.follow(name);
    }
  }

  get learned(): LearnedRoutes {
    return this.routes;
  }

  /**
   * Brings the machine to these sites, each whatever becomes of the others.
   * @param complete whether there are to be no others: not before the node has said all that it holds
   * @returns what FRR says against a site; what was there before is still there
   * @throws Error with what the switch says against ports and flows
   */
  async apply(sites: readonly BgpSite[], complete: boolean): Promise<readonly SiteProblem[]> {
    const problems = await problemsOf(
      sites,
      (site) => this.bring(site),
      ({ key }) => ({ site: key, suspects: [{ kind: ResourceKind.BGP_INSTANCE, key }] }),
    );
    const wanted = new Set(sites.map(({ name }) => name));
    if (complete) {
      for (const name of this.names()) if (!wanted.has(name)) await this.remove(name);
      await this.unplugOthers(new Set(sites.flatMap(({ uplinks }) => uplinks.map(({ outside }) => outside))));
    }
    await this.steer(sites, complete);
    return problems;
  }

  /** Routes of a neighbour; undefined where no site here has a session with it. @throws Error where FRR does not answer */
  async routesOf({ neighbor: key, advertised, offset, limit }: ListBgpRoutes): Promise<BgpRoutes | undefined> {
    for (const { site, frr } of this.present.values()) {
      const peer = site.peers.find(({ neighbor }) => neighbor.key === key);
      if (!peer) continue;
      const { sourceAddress, routes } = await frr.routes(peer.neighbor.address, advertised);
      return { sourceAddress, routes: routes.slice(offset, offset + limit), total: routes.length };
    }
    return undefined;
  }

  close(): void {
    clearInterval(this.clock);
    for (const follower of this.followers.values()) follower.close();
    for (const watch of this.watches) watch.close();
  }

  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    await this.lookAtSessions().finally(() => {
      this.looking = false;
    });
  }

  private async lookAtSessions(): Promise<void> {
    const sessions: EngineHealth_BgpSession[] = [];
    for (const { site, frr } of this.present.values()) {
      // A program that ended is started again.
      if (!frr.runs) this.options.disturbed();
      const found = await frr.sessions().catch(() => new Map<string, never>());
      for (const { neighbor } of site.peers) sessions.push({ ...NO_SESSION, ...found.get(neighbor.address), instance: site.key, neighbor: neighbor.key });
    }
    const differ = JSON.stringify(sessions.map(lasting)) !== JSON.stringify(this.seen.map(lasting));
    this.seen = sessions;
    if (differ) this.options.sessionsChanged();
  }

  private async bring(site: BgpSite): Promise<void> {
    if (!Frr.installed) throw new Error('BGP needs FRR, which this machine lacks: install the package frr');
    const namespace = new SiteNamespace(site.name);
    const frr = this.frrOf(site.name);
    const passwords = await this.passwordsOf(site);
    const secret = (reference: SecretReference): string | undefined => passwords.get(secretName(reference));
    const text = configurationOf(site.instance, { neighbors: site.peers, routes: site.routes, secret });
    const state = JSON.stringify([site.uplinks, site.loopbacks, text]);
    const known = this.present.get(site.name);
    if (known?.state !== state || !frr.runs || !namespace.present) {
      // Programs stay in a namespace that has lost its name.
      if (!namespace.present) await frr.stop();
      await namespace.make(
        site.uplinks.map(({ outside, inside, mac, networks }) => ({ outside, inside, mac, addresses: networks, gateways: [] })),
        SILENT,
      );
      for (const { inside, networks } of site.uplinks) await namespace.setAddresses(inside, networks);
      await namespace.setAddresses('lo', site.loopbacks.map(alone));
      await frr.apply(text, [...passwords.values()]);
    }
    this.present.set(site.name, { site, frr, state });
    for (const { zone, outside } of site.uplinks)
      await plugIn(this.options.openVSwitch(), physicalBridge(zone).name, outside, { [OWN_PORT]: OWNED }, { trunks: NO_VLAN });
    this.follow(site.name);
  }

  private async unplugOthers(wanted: ReadonlySet<string>): Promise<void> {
    const ovs = this.options.openVSwitch();
    const ours = [...ovs.rows('Interface').values()].filter((row) => entryOf(row.external_ids, OWN_PORT) === OWNED).map(({ name }) => String(name));
    for (const name of ours) if (!wanted.has(name)) await unplug(ovs, name);
  }

  /** Writes the flows of all bridges, once the ports that they name are there. Before all sites are known, flows are only added. */
  private async steer(sites: readonly BgpSite[], complete: boolean): Promise<void> {
    const ports = sites.flatMap(({ uplinks }) => uplinks.map(({ outside }) => outside));
    for (const until = Date.now() + PATIENCE; ports.some((port) => this.numberOf(port) === undefined) && Date.now() < until; ) await wait(LOOK_EVERY);
    for (const zone of this.options.zones) {
      const { name, outside } = physicalBridge(zone);
      const text = bgpFlows(sites, zone, outside, (port) => this.numberOf(port)).join('\n');
      if (this.flows.get(name) === `${complete} ${text}`) continue;
      await this.write(name, complete ? 'replace-flows' : 'add-flows', text);
      this.flows.set(name, `${complete} ${text}`);
    }
  }

  /** Flows that are there already are left alone. */
  private write(bridge: string, command: 'replace-flows' | 'add-flows', flows: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = execFile('ovs-ofctl', ['--bundle', command, bridge, '-'], { timeout: PATIENCE, env: this.options.environment }, (error, _stdout, stderr) =>
        error ? reject(new Error(`the flows of ${bridge} are not taken: ${stderr.trim() || error.message}`)) : resolve(),
      );
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(`${flows}\n`);
    });
  }

  private numberOf(port: string): number | undefined {
    for (const { name, ofport } of this.options.openVSwitch().rows('Interface').values()) {
      const number = Number(asSet(ofport)[0] ?? -1);
      if (name === port) return number > 0 ? number : undefined;
    }
    return undefined;
  }

  private follow(name: string): void {
    if (this.followers.has(name)) return;
    const follower = new RouteFollower(name, (routes) => {
      if (JSON.stringify(this.routes.get(name) ?? []) === JSON.stringify(routes)) return;
      this.routes.set(name, routes);
      this.options.learned();
    });
    this.followers.set(name, follower);
  }

  private frrOf(name: string): Frr {
    mkdirSync(this.options.folder, { recursive: true, mode: 0o700 });
    return new Frr({ name, folder: join(this.options.folder, name), launcher: new SiteNamespace(name).launcher });
  }

  /** Sites that were made, also by an agent that ran before. */
  private names(): string[] {
    return existsSync(this.options.folder) ? readdirSync(this.options.folder) : [];
  }

  /** Passwords of neighbours. Each is asked for once and kept in a file that only the agent reads: an agent without a manager needs them too. */
  private async passwordsOf({ name, peers }: BgpSite): Promise<ReadonlyMap<string, string>> {
    const folder = join(this.options.folder, name, 'passwords');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const texts = new Map<string, string>();
    const files = new Set<string>();
    for (const { neighbor } of peers) {
      if (!neighbor.password) continue;
      const id = secretName(neighbor.password);
      const file = createHash('sha256').update(id).digest('hex');
      files.add(file);
      if (!existsSync(join(folder, file))) {
        writeFileSync(join(folder, `${file}.new`), await this.options.secret(neighbor.password), { mode: 0o600 });
        renameSync(join(folder, `${file}.new`), join(folder, file));
      }
      texts.set(id, readFileSync(join(folder, file), 'utf8'));
    }
    for (const file of readdirSync(folder)) if (!files.has(file)) rmSync(join(folder, file));
    return texts;
  }

  private async remove(name: string): Promise<void> {
    this.followers.get(name)?.close();
    this.followers.delete(name);
    await this.frrOf(name).stop();
    await new SiteNamespace(name).remove();
    this.present.delete(name);
    this.routes.delete(name);
    rmSync(join(this.options.folder, basename(name)), { recursive: true, force: true });
  }
}

const NO_SESSION: EngineHealth_BgpSession = {
  instance: '',
  neighbor: '',
  state: 'IDLE',
  establishedSeconds: 0,
  prefixesReceived: 0,
  prefixesSent: 0,
  sourceAddress: '',
  peerRouterId: '',
  establishments: 0,
  drops: 0,
  messagesSent: 0,
  messagesReceived: 0,
};

/** What of a session is worth telling at once when it changes. */
function lasting({ instance, neighbor, state, prefixesReceived, prefixesSent, drops }: EngineHealth_BgpSession): readonly unknown[] {
  return [instance, neighbor, state, prefixesReceived, prefixesSent, drops];
}

/** An address that is on no link, whatever its prefix says. */
function alone(network: string): string {
  return `${network.slice(0, network.indexOf('/'))}/${network.includes(':') ? 128 : 32}`;
}
