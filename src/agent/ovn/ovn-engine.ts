import { join } from 'node:path';
import type { Command, CommandAnswer, Counters, EngineHealth, EngineHealth_BalancerMemberHealth, EngineHealth_Tunnel } from '../../agents/session.pb.js';
import type { ResourceId, SecretReference } from '../../realization/resources.pb.js';
import type { Engine, EngineChange, EngineInventory, EngineObserver, EngineVerdict } from '../engine.js';
import { idText } from '../held-state.js';
import { ResourceBook } from '../resource-book.js';
import { BgpSpeakers } from './bgp-speakers.js';
import { layCables, takeUpCables } from './cables.js';
import { Databases } from './databases.js';
import { faultyDatapathAvoided } from './datapath-fault.js';
import { learnedAddresses } from './learned-addresses.js';
import { Liveness, type WatchedTunnel } from './liveness.js';
import { examineMachine, MachineUnfit } from './machine.js';
import { nodeWatchTimers } from './node-watch-rows.js';
import { configureController, isForeign, pluggedIn, portTraffic, type Tunnel, tunnels } from './open-vswitch.js';
import { type OvsdbOperation, OvsdbRefusal } from './ovsdb-client.js';
import { prioritiesIn } from './priorities.js';
import { answerTo } from './questions.js';
import { differenceOf } from './row-difference.js';
import { RuleHits } from './rule-hits.js';
import { problemsOf, refusalFor, type SiteProblem } from './site-problem.js';
import { type Finding, Sites } from './sites.js';
import { bindings, newPeers } from './southbound.js';
import { ZONE_TABLES, type Zone, zoneOf } from './zone.js';

export interface OvnEngineOptions {
  /** Where the engine keeps what it runs from. */
  readonly directory: string;
  readonly nodeId: string;
  /** Underlay addresses at which tunnels end. OVN uses the first. */
  readonly tunnelAddresses: readonly string[];
  /** Bridges to physical networks, by the policy path of the transport zone. */
  readonly bridges: ReadonlyMap<string, string>;
  readonly environment: NodeJS.ProcessEnv;
}

/** A transaction is reported as pending when OVN has not confirmed it after so many milliseconds. */
const PATIENCE = 5_000;
/** What others change in the databases is looked at together, after so many milliseconds. */
const MENDING_DELAY = 200;
/** Rules with a schedule are looked at as often as the clock of schedules moves, in milliseconds. */
const SCHEDULE_INTERVAL = 60_000;
/** How often it is looked at what monitors of balancers found, in milliseconds. */
const MEMBER_INTERVAL = 1_000;

interface Pending {
  readonly id: ResourceId;
  readonly version: string;
  /** Configuration number whose confirmation settles it; undefined while it is not known, because a database or northd is behind. */
  number: number | undefined;
}

/**
 * Drives this machine's Open vSwitch and OVN, which is a zone of its own: what is wanted of it is computed from all resources,
 * compared with what its databases hold, and only the differences are written. What was told is in force once ovn-controller has
 * confirmed the number of the configuration. Whatever changes the databases behind the agent's back is put right again.
 */
export class OvnEngine implements Engine {
  readonly name = 'ovn';
  private readonly book = new ResourceBook();
  private readonly pending = new Map<string, Pending>();
  private observer: EngineObserver | undefined;
  private zone: Zone;
  /** Whether the node holds a resource; undefined before it has said all that it holds. */
  private holds: ((id: string) => boolean) | undefined;
  /** What was compared last and was the same. */
  private same: { readonly zone: Zone; readonly holds: OvnEngine['holds']; readonly changes: number } | undefined;
  private tail: Promise<unknown> = Promise.resolve();
  /** The change of programs that is under way, and the one that waits for it: whoever wants one meanwhile is served by that. */
  private programs: Promise<unknown> = Promise.resolve();
  private programsNext: Promise<readonly SiteProblem[]> | undefined;
  /** What sites lack that no transaction was refused for. */
  private lacking: readonly SiteProblem[] = [];
  private mending: NodeJS.Timeout | undefined;
  private readonly clock: NodeJS.Timeout;
  private readonly sites: Sites;
  private readonly speakers: BgpSpeakers;
  private findings: ReadonlyMap<string, Finding> = new Map();
  private looking = false;
  private readonly memberClock: NodeJS.Timeout;
  private readonly hits: RuleHits;
  private readonly liveness: Liveness;
  private dead: ReadonlySet<string> = new Set();
  private livesClock: NodeJS.Timeout | undefined;
  private inventoryText = '';
  private closed = false;
  private readonly since = Date.now();

  private constructor(
    private readonly options: OvnEngineOptions,
    readonly version: string,
    private readonly databases: Databases,
  ) {
    this.liveness = new Liveness(options.nodeId);
    const openVSwitch = () => databases.switch;
    const secret = (reference: SecretReference) =>
      this.observer ? this.observer.secret(reference) : Promise.reject(new Error('nobody can be asked for secrets yet'));
    this.sites = new Sites({ folder: join(options.directory, 'sites'), openVSwitch, secret });
    this.speakers = new BgpSpeakers({
      folder: join(options.directory, 'bgp'),
      zones: [...options.bridges.keys()],
      environment: options.environment,
      openVSwitch,
      secret,
      learned: () => this.lookAgain(),
      sessionsChanged: () => this.observer?.figuresChanged(),
      disturbed: () => this.mendSoon(),
    });
    this.zone = this.compute();
    this.clock = setInterval(() => this.tick(), SCHEDULE_INTERVAL);
    this.memberClock = setInterval(() => void this.lookAtMembers(), MEMBER_INTERVAL);
    this.hits = new RuleHits({
      northbound: () => databases.northbound,
      southbound: () => databases.southbound,
      reachable: () => !databases.unreachable,
      configuration: () => `${databases.northbound.changesOf(['ACL'])} ${databases.confirmedNumber}`,
      rules: () => new Set([...this.book.all()].flatMap(({ body }) => (body?.$case === 'firewallRuleSet' ? body.value.rules.map(({ key }) => key) : []))),
      grown: () => this.observer?.figuresChanged(),
      environment: options.environment,
    });
    databases.changed = () => this.changed();
  }

  /** @throws MachineUnfit when this machine lacks what a transport node needs */
  static async open(options: OvnEngineOptions): Promise<OvnEngine> {
    const [tunnelAddress] = options.tunnelAddresses;
    if (tunnelAddress === undefined) throw new MachineUnfit('an OVN node needs an address at which its tunnels end: give --tunnel-address');
    const { sockets, version } = await examineMachine(options.environment);
    const databases = await Databases.open(sockets, options.nodeId);
    try {
      if (isForeign(databases.northbound, databases.switch, options.nodeId))
        throw new MachineUnfit('the OVN of this machine has networks of somebody else: the agent needs an OVN of its own and leaves this one alone');
      await configureController(databases.switch, { nodeId: options.nodeId, southbound: sockets.southbound, tunnelAddress, bridges: options.bridges });
    } catch (error) {
      databases.close();
      throw error;
    }
    const engine = new OvnEngine(options, version, databases);
    await engine.speakers.find();
    return engine;
  }

  observe(observer: EngineObserver): void {
    this.observer = observer;
  }

  async apply(transaction: readonly EngineChange[]): Promise<EngineVerdict> {
    const taken = await this.alone(() => this.take(transaction));
    if ('applied' in taken) return taken;
    const known = this.lacking;
    // Programs and OVN take seconds, and so long nobody is to wait: an edge may die, and its routers come here.
    const problems = await this.bringPrograms();
    const refusal = refusalFor(problems, new Set(transaction.map(({ id }) => idText(id))), known);
    this.lack(refusal ? known : problems);
    if (refusal) {
      await this.alone(async () => {
        taken.takeBack();
        this.zone = this.compute();
      });
      this.mendSoon();
      return { applied: false, ...refusal };
    }
    const { number } = taken;
    if (number !== undefined && (await this.databases.confirmed(number, PATIENCE))) return { applied: true, pending: [] };
    for (const { id, resource } of transaction) this.pending.set(idText(id), { id, version: resource?.version ?? '', number });
    return { applied: true, pending: transaction.map(({ id }) => id) };
  }

  takeOver(holds: (id: string) => boolean): Promise<void> {
    this.holds = holds;
    return this.mend();
  }

  inventory(): EngineInventory {
    const { machines, interfaces } = pluggedIn(this.databases.switch);
    const learned = learnedAddresses(this.databases.southbound, this.zone.neighbours);
    const known = interfaces.map((one) => ({ ...one, addresses: [...new Set([...one.addresses, ...(learned.get(one.attachmentId) ?? [])])] }));
    const deadMembers = [...this.findings].flatMap(([externalId, { balancer, pool, member, shared, alive }]) =>
      shared && !alive ? [{ externalId, balancer, pool, address: member.address, port: member.port }] : [],
    );
    return { machines, interfaces: known, deadMembers, tunnelAddresses: this.options.tunnelAddresses };
  }

  health(): EngineHealth {
    const missing = this.databases.missing();
    const down = this.tunnelsDown();
    return {
      healthy: missing === undefined,
      detail: [
        ...(missing ? [missing] : []),
        ...this.zone.problems.map(({ resource, reason }) => `${resource.key} is not in force: ${reason}`),
        ...this.zone.limits,
        ...this.sites.troubles,
        ...this.lacking.map(({ site, reason }) => `${site}: ${reason}`),
      ].join('; '),
      bgpSessions: [...this.speakers.sessions],
      tunnelsUp: this.zone.peers.size - down.length,
      tunnelsDown: down,
      membersUp: [...this.findings.values()].filter(({ alive }) => alive).length,
      membersDown: [...this.findings.values()].filter(({ alive }) => !alive).map(downOf),
    };
  }

  counters(): Counters {
    const traffic = portTraffic(this.databases.switch);
    const ports = [...this.book.all()].flatMap(({ key, body }) => {
      const figures = body?.$case === 'switchPort' ? traffic.get(body.value.attachmentId) : undefined;
      return figures ? [{ port: key, ...figures }] : [];
    });
    return { since: this.since, rules: this.hits.counters(), ports };
  }

  command(command: NonNullable<Command['command']>): Promise<CommandAnswer['answer']> {
    const { speakers, sites, book, zone, databases } = this;
    const { environment, nodeId: node } = this.options;
    return answerTo(command, { speakers, sites, laid: zone.sites, book, southbound: () => databases.southbound, environment, node });
  }

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.clock);
    clearInterval(this.memberClock);
    clearTimeout(this.mending);
    this.speakers.close();
    clearTimeout(this.livesClock);
    this.databases.close();
    await this.tail;
    await this.programs;
    await this.hits.close();
  }

  /**
   * Takes a transaction into the book and the databases.
   * @returns why not, or the number of the configuration to wait for, undefined while it is not known, and how to take it back
   */
  private async take(transaction: readonly EngineChange[]): Promise<EngineVerdict | { readonly number: number | undefined; readonly takeBack: () => void }> {
    const takeBack = this.book.apply(transaction);
    if (typeof takeBack !== 'function') return { applied: false, ...takeBack };
    const ids = new Set(transaction.map(({ id }) => idText(id)));
    const before = this.zone;
    try {
      this.zone = this.compute();
    } catch (error) {
      takeBack();
      return { applied: false, reason: `the agent cannot work it out, which is a fault of its own: ${error instanceof Error ? error.message : String(error)}` };
    }
    // What monitors found while there was no agent counts before anything is written.
    if (this.sites.recall(this.zone.sites) && this.takeIn(await this.sites.findings())) this.zone = this.compute();
    const refused = (reason: string, culprit?: ResourceId): EngineVerdict => {
      takeBack();
      this.zone = before;
      return { applied: false, reason, ...(culprit ? { culprit } : {}) };
    };
    const problem = this.zone.problems.find(({ resource }) => ids.has(idText(resource)));
    if (problem) return refused(problem.reason, problem.resource);
    // What is in force and said to be so stays in force.
    const known = new Set(before.problems.map(({ resource }) => idText(resource)));
    const victim = this.zone.problems.find(({ resource }) => !known.has(idText(resource)));
    if (victim) return refused(`it would put ${victim.resource.key} out of force: ${victim.reason}`);
    for (const id of ids) this.pending.delete(id);
    try {
      return { number: await this.write(), takeBack };
    } catch (error) {
      return error instanceof OvsdbRefusal ? refused(error.message) : { number: undefined, takeBack };
    }
  }

  private compute(): Zone {
    const lives = new Map([...this.findings].map(([name, { alive }]) => [name, alive]));
    const placed = prioritiesIn(this.databases.northbound);
    const zone = (): Zone => zoneOf([...this.book.all()], this.options.nodeId, new Date(), lives, this.speakers.learned, this.dead, placed);
    const computed = zone();
    return this.lookAtLives(computed) ? zone() : computed;
  }

  /**
   * Brings the databases to the zone.
   * @returns number of the configuration to wait for; undefined while northd is behind, and ports of other nodes cannot be bound yet
   * @throws OvsdbRefusal when a database does not take it; nothing was changed then
   * @throws Error when a database is gone
   */
  private async write(): Promise<number | undefined> {
    const { databases, zone } = this;
    const { southbound } = databases;
    const peers = newPeers(southbound, zone, this.options.nodeId);
    if (peers.length > 0) await southbound.transact(peers);
    // A cable is there before the ports that it joins, so that changing to it takes no longer than OVN does.
    const laid = layCables(databases.switch, zone.cables);
    const first = [...faultyDatapathAvoided(databases.switch), ...laid];
    if (first.length > 0) await databases.switch.transact(first);
    const difference = [...this.difference(), ...nodeWatchTimers(databases.northbound)];
    const written = difference.length > 0;
    const number = written ? await databases.commit(difference) : databases.number;
    // A port can be bound once northd has made it.
    const translated = await databases.translated(number, written ? PATIENCE : 0);
    const beyond = bindings(southbound, zone);
    if (beyond.length > 0) await southbound.transact(beyond);
    const unused = this.holds ? takeUpCables(databases.switch, zone.cables) : [];
    if (unused.length > 0) await databases.switch.transact(unused);
    const last = peers.length + beyond.length + laid.length > 0 ? await databases.commit([]) : number;
    return translated ? last : undefined;
  }

  /** Takes in what monitors found. @returns whether it is not what it was */
  private takeIn(findings: ReadonlyMap<string, Finding>): boolean {
    const before = this.findings;
    this.findings = findings;
    return before.size !== findings.size || [...findings].some(([name, { alive }]) => before.get(name)?.alive !== alive);
  }

  /** A member that died is left out of its balancers, and one that lives again is taken back. */
  private async lookAtMembers(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      const findings = await this.sites.findings();
      await this.alone(async () => {
        if (this.closed || !this.takeIn(findings)) return;
        this.zone = this.compute();
        this.mendSoon();
      });
    } finally {
      this.looking = false;
    }
  }

  /** Looked for only where something may differ: most of what OVN writes to its databases is about how far it is. */
  private difference(): OvsdbOperation[] {
    const { northbound } = this.databases;
    const compared = { zone: this.zone, holds: this.holds, changes: northbound.changesOf(ZONE_TABLES) };
    const { same } = this;
    if (same?.zone === compared.zone && same.holds === compared.holds && same.changes === compared.changes) return [];
    const keeps = (owner: string): boolean => !this.book.has(owner) && (this.holds?.(owner) ?? true);
    const difference = differenceOf({ tables: ZONE_TABLES, wanted: this.zone.rows, present: northbound, keeps });
    this.same = difference.length === 0 ? compared : undefined;
    return difference;
  }

  private changed(): void {
    this.settle();
    if (this.lookAtLives(this.zone)) void this.recompute().then(() => this.mend());
    else this.mendSoon();
  }

  /** Tells of what OVN has confirmed. */
  private settle(): void {
    const confirmed = this.databases.confirmedNumber;
    for (const [text, { id, version, number }] of this.pending) {
      if (number === undefined || number > confirmed) continue;
      this.pending.delete(text);
      this.observer?.settled(id, version);
    }
  }

  /** @returns whether others are dead than before: what they did is then done elsewhere at once */
  private lookAtLives(zone: Zone): boolean {
    clearTimeout(this.livesClock);
    if (this.closed || !this.databases.switch.connected) return false;
    const { dead, again } = this.liveness.look(this.watchedTunnels(zone), performance.now());
    if (again !== undefined) this.livesClock = setTimeout(() => this.changed(), again);
    const same = dead.size === this.dead.size && [...dead].every((node) => this.dead.has(node));
    this.dead = dead;
    return !same;
  }

  private watchedTunnels({ peers, nodeWatch: watch }: Zone): Map<string, WatchedTunnel> {
    const there = watch.nodes.size > 0 ? tunnels(this.databases.switch) : new Map<string, Tunnel>();
    const watched = new Map<string, WatchedTunnel>();
    for (const node of watch.nodes) {
      const bfd = there.get(peers.get(node) ?? '')?.bfd;
      if (bfd) watched.set(node, { ...bfd, fellow: watch.fellows.has(node) });
    }
    return watched;
  }

  private tunnelsDown(): EngineHealth_Tunnel[] {
    const there = tunnels(this.databases.switch);
    return [...this.zone.peers].flatMap(([endpoint, address]) => {
      const tunnel = there.get(address);
      if (!tunnel) return { endpoint, detail: `there is no tunnel to ${address}` };
      // The other end need not ask back: who never answered says nothing.
      return tunnel.bfd?.answered && !tunnel.bfd.up ? { endpoint, detail: `BFD: ${tunnel.bfd.detail}` } : [];
    });
  }

  private recompute(): Promise<void> {
    return this.alone(async () => {
      this.zone = this.compute();
    });
  }

  /** The time of a rule may have come or gone, and what the node no longer holds may have to go. */
  private tick(): void {
    void this.recompute();
    this.mendSoon();
    void this.sites.limitLogs().catch(() => undefined);
  }

  /** What was learned from others is different. */
  private lookAgain(): void {
    void this.recompute();
    void this.mend();
  }

  private mendSoon(): void {
    if (this.closed) return;
    this.mending ??= setTimeout(() => {
      this.mending = undefined;
      void this.mend();
    }, MENDING_DELAY);
  }

  /** Puts right what is not as it should be: a database that came back, a row that someone changed, a rule whose time has come. */
  private async mend(): Promise<void> {
    const written = await this.alone(() => this.mendRows());
    // Behind the rows, not before the next ones: programs take seconds to change.
    if (written) this.lack(await this.bringPrograms());
  }

  /** @returns whether the databases are as they should be */
  private async mendRows(): Promise<boolean> {
    if (this.closed || this.databases.unreachable) return false;
    const text = JSON.stringify(this.inventory());
    if (text !== this.inventoryText) this.observer?.inventoryChanged();
    this.inventoryText = text;
    this.observer?.figuresChanged();
    try {
      const number = await this.write();
      for (const entry of this.pending.values()) entry.number ??= number;
      this.settle();
      return true;
    } catch {
      // Gone again, or refused as it was before: the next change brings the next attempt.
      return false;
    }
  }

  /** Brings the programs of sites to the zone as it is when their turn comes. @returns what is said against it */
  private bringPrograms(): Promise<readonly SiteProblem[]> {
    if (this.programsNext !== undefined) return this.programsNext;
    const next = this.programs.then(async () => {
      this.programsNext = undefined;
      if (this.closed) return [];
      const problems: SiteProblem[] = [];
      const complete = this.holds !== undefined;
      const parts = [
        async () => problems.push(...(await this.sites.apply(this.zone.sites, complete))),
        async () => problems.push(...(await this.speakers.apply(this.zone.speakers, complete))),
      ];
      const beyond = await problemsOf(
        parts,
        async (part) => void (await part()),
        () => ({ site: 'this node', suspects: [] }),
      );
      return [...problems, ...beyond];
    });
    this.programsNext = next;
    this.programs = next;
    return next;
  }

  private lack(problems: readonly SiteProblem[]): void {
    const differ = JSON.stringify(problems) !== JSON.stringify(this.lacking);
    this.lacking = problems;
    if (differ) this.observer?.figuresChanged();
  }

  private alone<T>(run: () => Promise<T>): Promise<T> {
    const done = this.tail.then(run, run);
    this.tail = done.catch(() => undefined);
    return done;
  }
}

function downOf({ balancer, pool, member }: Finding): EngineHealth_BalancerMemberHealth {
  return { balancer, pool, address: member.address, port: member.port, detail: 'its monitor gets no answer that is good' };
}
