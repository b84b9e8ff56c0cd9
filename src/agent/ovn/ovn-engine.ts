import { join } from 'node:path';
import type { Command, CommandAnswer, Counters, EngineHealth, EngineHealth_BalancerMemberHealth } from '../../agents/session.pb.js';
import type { ResourceId, SecretReference } from '../../realization/resources.pb.js';
import type { Engine, EngineChange, EngineInventory, EngineObserver, EngineVerdict } from '../engine.js';
import { idText } from '../held-state.js';
import { ResourceBook } from '../resource-book.js';
import { BgpSpeakers } from './bgp-speakers.js';
import { layCables, takeUpCables } from './cables.js';
import { learnedAddresses } from './learned-addresses.js';
import { examineMachine, type MachineSockets, MachineUnfit } from './machine.js';
import { configureController, OPEN_VSWITCH_TABLES, pluggedIn, portTraffic, tunnelledAddresses } from './open-vswitch.js';
import { type OvsdbOperation, OvsdbRefusal } from './ovsdb-client.js';
import { OvsdbReplica } from './ovsdb-replica.js';
import { differenceOf } from './row-difference.js';
import { RuleHits } from './rule-hits.js';
import { type Finding, SiteProblem, Sites } from './sites.js';
import { bindings, newPeers, SOUTHBOUND_TABLES } from './southbound.js';
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
  /** Configuration number whose confirmation settles it; undefined while the databases cannot be reached. */
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
  private mending: NodeJS.Timeout | undefined;
  private readonly clock: NodeJS.Timeout;
  private readonly sites: Sites;
  private readonly speakers: BgpSpeakers;
  private findings: ReadonlyMap<string, Finding> = new Map();
  private looking = false;
  private readonly memberClock: NodeJS.Timeout;
  private readonly hits: RuleHits;
  private inventoryText = '';
  private closed = false;
  private readonly since = Date.now();

  private constructor(
    private readonly options: OvnEngineOptions,
    readonly version: string,
    private readonly databases: Databases,
  ) {
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
    this.memberClock = setInterval(() => this.lookAtMembers(), MEMBER_INTERVAL);
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

  apply(transaction: readonly EngineChange[]): Promise<EngineVerdict> {
    return this.alone(async () => {
      const takeBack = this.book.apply(transaction);
      if (typeof takeBack !== 'function') return { applied: false, ...takeBack };
      const ids = new Set(transaction.map(({ id }) => idText(id)));
      const before = this.zone;
      this.zone = this.compute();
      // What monitors found while there was no agent counts before anything is written.
      if (this.sites.recall(this.zone.sites) && (await this.look())) this.zone = this.compute();
      const problem = this.zone.problems.find(({ resource }) => ids.has(idText(resource)));
      const refused = (reason: string, culprit?: ResourceId): EngineVerdict => {
        takeBack();
        this.zone = before;
        return { applied: false, reason, ...(culprit ? { culprit } : {}) };
      };
      if (problem) return refused(problem.reason, problem.resource);
      for (const id of ids) this.pending.delete(id);
      let number: number | undefined;
      try {
        number = await this.write();
      } catch (error) {
        if (error instanceof OvsdbRefusal) return refused(error.message);
      }
      try {
        await this.sites.apply(this.zone.sites, this.holds !== undefined);
        await this.speakers.apply(this.zone.speakers, this.holds !== undefined);
      } catch (error) {
        const culprit = error instanceof SiteProblem && ids.has(idText(error.culprit)) ? error.culprit : undefined;
        const verdict = refused(error instanceof Error ? error.message : String(error), culprit);
        this.mendSoon();
        return verdict;
      }
      if (number !== undefined && (await this.databases.confirmed(number, PATIENCE))) return { applied: true, pending: [] };
      for (const { id, resource } of transaction) this.pending.set(idText(id), { id, version: resource?.version ?? '', number });
      return { applied: true, pending: transaction.map(({ id }) => id) };
    });
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
    const there = tunnelledAddresses(this.databases.switch);
    const down = [...this.zone.peers].filter(([, address]) => !there.has(address));
    return {
      healthy: missing === undefined,
      detail: [...(missing ? [missing] : []), ...this.zone.limits, ...this.sites.troubles].join('; '),
      bgpSessions: [...this.speakers.sessions],
      tunnelsUp: this.zone.peers.size - down.length,
      tunnelsDown: down.map(([endpoint, address]) => ({ endpoint, detail: `there is no tunnel to ${address}` })),
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

  command(command: NonNullable<Command['command']>): CommandAnswer['answer'] {
    throw new Error(`the engine of this node forwards real packets: ${command.$case} is for simulated nodes`);
  }

  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.clock);
    clearInterval(this.memberClock);
    clearTimeout(this.mending);
    this.speakers.close();
    this.databases.close();
    await this.tail;
    await this.hits.close();
  }

  private compute(): Zone {
    const lives = new Map([...this.findings].map(([name, { alive }]) => [name, alive]));
    return zoneOf([...this.book.all()], this.options.nodeId, new Date(), lives, this.speakers.learned);
  }

  /**
   * Brings the databases to the zone.
   * @returns number of the configuration to wait for
   * @throws OvsdbRefusal when a database does not take it; nothing was changed then
   * @throws Error when a database is gone
   */
  private async write(): Promise<number> {
    const { databases, zone } = this;
    const { southbound } = databases;
    const peers = newPeers(southbound, zone, this.options.nodeId);
    if (peers.length > 0) await southbound.transact(peers);
    // A cable is there before the ports that it joins, so that changing to it takes no longer than OVN does.
    const laid = layCables(databases.switch, zone.cables);
    if (laid.length > 0) await databases.switch.transact(laid);
    const difference = this.difference();
    let number = databases.number;
    if (difference.length > 0) {
      number = await databases.commit(difference);
      // A port can be bound once northd has made it.
      await databases.translated(number, PATIENCE);
    }
    const beyond = bindings(southbound, zone);
    if (beyond.length > 0) await southbound.transact(beyond);
    const unused = this.holds ? takeUpCables(databases.switch, zone.cables) : [];
    if (unused.length > 0) await databases.switch.transact(unused);
    return peers.length + beyond.length + laid.length > 0 ? databases.commit([]) : number;
  }

  /** Looks at what monitors found. @returns whether it is not what it was */
  private async look(): Promise<boolean> {
    const before = this.findings;
    this.findings = await this.sites.findings();
    return before.size !== this.findings.size || [...this.findings].some(([name, { alive }]) => before.get(name)?.alive !== alive);
  }

  /** A member that died is left out of its balancers, and one that lives again is taken back. */
  private lookAtMembers(): void {
    if (this.looking) return;
    this.looking = true;
    void this.alone(async () => {
      this.looking = false;
      if (this.closed || !(await this.look())) return;
      this.zone = this.compute();
      this.mendSoon();
    });
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
    const confirmed = this.databases.confirmedNumber;
    for (const [text, { id, version, number }] of this.pending) {
      if (number === undefined || number > confirmed) continue;
      this.pending.delete(text);
      this.observer?.settled(id, version);
    }
    this.mendSoon();
  }

  /** The time of a rule may have come or gone, and what the node no longer holds may have to go. */
  private tick(): void {
    void this.alone(async () => {
      this.zone = this.compute();
    });
    this.mendSoon();
  }

  /** What was learned from others is different. */
  private lookAgain(): void {
    void this.alone(async () => {
      this.zone = this.compute();
    });
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
  private mend(): Promise<void> {
    return this.alone(async () => {
      if (this.closed || this.databases.unreachable) return;
      const text = JSON.stringify(this.inventory());
      if (text !== this.inventoryText) this.observer?.inventoryChanged();
      this.inventoryText = text;
      this.observer?.figuresChanged();
      try {
        const number = await this.write();
        for (const entry of this.pending.values()) entry.number ??= number;
        await this.sites.apply(this.zone.sites, this.holds !== undefined);
        await this.speakers.apply(this.zone.speakers, this.holds !== undefined);
      } catch {
        // Gone again, or refused as it was before: the next change brings the next attempt.
      }
    });
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

/** The three databases of a node, and the numbers by which OVN says how far it is. */
class Databases {
  changed: () => void = () => undefined;
  private readonly waiting = new Set<() => void>();
  northbound!: OvsdbReplica;
  southbound!: OvsdbReplica;
  switch!: OvsdbReplica;

  private constructor(private readonly node: string) {}

  static async open({ openVSwitch, northbound, southbound }: MachineSockets, node: string): Promise<Databases> {
    const databases = new Databases(node);
    const open = (path: string, database: string, tables: readonly string[]): Promise<OvsdbReplica> =>
      OvsdbReplica.open({ path, database, tables, changed: () => databases.notify() });
    try {
      databases.northbound = await open(northbound, 'OVN_Northbound', ['NB_Global', ...ZONE_TABLES]);
      databases.southbound = await open(southbound, 'OVN_Southbound', SOUTHBOUND_TABLES);
      databases.switch = await open(openVSwitch, 'Open_vSwitch', OPEN_VSWITCH_TABLES);
    } catch (error) {
      databases.close();
      throw new MachineUnfit(`a database of this machine cannot be reached: ${error instanceof Error ? error.message : String(error)}`);
    }
    return databases;
  }

  /** Number of the configuration that was written last. */
  get number(): number {
    return Number(this.northbound.only('NB_Global')?.nb_cfg ?? 0);
  }

  /**
   * Number of the configuration that this node's ovn-controller has confirmed; -1 where there was none yet. The northbound
   * database has a number too, which says that all is well while there is no controller at all.
   */
  get confirmedNumber(): number {
    const own = [...this.southbound.rows('Chassis_Private').values()].find(({ name }) => name === this.node);
    return Number(own?.nb_cfg ?? -1);
  }

  get unreachable(): boolean {
    return !(this.northbound.connected && this.southbound.connected && this.switch.connected);
  }

  /** What is not there; undefined: all is well. */
  missing(): string | undefined {
    if (!this.switch.connected) return 'the database of Open vSwitch is gone';
    if (!this.northbound.connected || !this.southbound.connected) return 'a database of OVN is gone';
    return undefined;
  }

  /** Writes to the northbound database under the next number. */
  async commit(operations: readonly OvsdbOperation[]): Promise<number> {
    const results = await this.northbound.transact([
      ...operations,
      { op: 'mutate', table: 'NB_Global', where: [], mutations: [['nb_cfg', '+=', 1]] },
      { op: 'select', table: 'NB_Global', where: [], columns: ['nb_cfg'] },
    ]);
    return Number(results.at(operations.length + 1)?.rows?.[0]?.nb_cfg ?? 0);
  }

  /** Waits until northd has translated a configuration. */
  translated(number: number, patience: number): Promise<boolean> {
    return this.until(() => Number(this.northbound.only('NB_Global')?.sb_cfg ?? 0) >= number, patience);
  }

  /** Waits until ovn-controller has confirmed a configuration. */
  confirmed(number: number, patience: number): Promise<boolean> {
    return this.until(() => this.confirmedNumber >= number, patience);
  }

  close(): void {
    for (const replica of [this.northbound, this.southbound, this.switch] as (OvsdbReplica | undefined)[]) replica?.close();
    this.notify();
  }

  private notify(): void {
    for (const look of this.waiting) look();
    this.changed();
  }

  private until(condition: () => boolean, patience: number): Promise<boolean> {
    if (condition()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (met: boolean): void => {
        clearTimeout(timer);
        this.waiting.delete(look);
        resolve(met);
      };
      const look = (): void => {
        if (condition()) end(true);
        else if (this.unreachable) end(false);
      };
      const timer = setTimeout(() => end(false), patience);
      this.waiting.add(look);
    });
  }
}
