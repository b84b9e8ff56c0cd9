import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Counters_RuleCounter } from '../../agents/session.pb.js';
import { INTEGRATION_BRIDGE } from './names.js';
import type { OvsdbReplica } from './ovsdb-replica.js';
import { logicalFlowQueries, type RuleFlow, ruleFlows, type SwitchFlow, switchFlows } from './rule-flows.js';
import { RuleTally } from './rule-tally.js';

export interface RuleHitsOptions {
  readonly northbound: () => OvsdbReplica;
  readonly southbound: () => OvsdbReplica;
  /** Whether the databases can be asked. */
  readonly reachable: () => boolean;
  /** A text that is another one whenever OVN may have made other flows of the rules. */
  readonly configuration: () => string;
  /** Keys of the rules that there are. */
  readonly rules: () => ReadonlySet<string>;
  /** Called when a rule was met since the last look. */
  readonly grown: () => void;
  readonly environment: NodeJS.ProcessEnv;
}

/** How often it is looked how much rules have counted, in milliseconds. */
const INTERVAL = 10_000;
/** A look takes no more than one of so many parts of the time: with 500 rules on five ports it costs 0.3 s of all processors together. */
const PARTS = 20;

/** Of a node with many ports and rules the flows are tens of megabytes of text. */
const LONGEST_DUMP = 512 * 1024 * 1024;
/** Logical flows are asked for again after so many looks, whether or not anything has changed. */
const LOOKS = 6;

/**
 * How often rules were met, as the flows of Open vSwitch have counted. A packet is counted where it leaves its sender's port and where
 * it enters its receiver's, by the rule that decides there, as NSX-T counts it.
 */
export class RuleHits {
  private readonly tally = new RuleTally();
  private flows: ReadonlyMap<string, RuleFlow> = new Map();
  private readFor: string | undefined;
  private looksLeft = 0;
  /** No flow of a rule has been met for some looks. */
  private idle = true;
  /** How far a table of Open vSwitch is from the table of a pipeline that it stands for: a constant of each release of OVN. */
  private readonly offsets = new Map<string, number>();

  private clock: NodeJS.Timeout;
  private looking: Promise<void> | undefined;
  private closed = false;

  constructor(private readonly options: RuleHitsOptions) {
    this.clock = setTimeout(() => this.tick(), INTERVAL);
  }

  counters(): Counters_RuleCounter[] {
    return this.tally.counters();
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.clock);
    await this.looking;
  }

  private tick(): void {
    const began = performance.now();
    this.looking = this.look()
      // The switch or a database is gone: what was counted until then stands, and the next look is soon enough.
      .catch(() => undefined)
      .finally(() => {
        if (!this.closed) this.clock = setTimeout(() => this.tick(), Math.max(INTERVAL, (performance.now() - began) * PARTS));
      });
  }

  /** @throws Error when a database or the switch does not answer */
  private async look(): Promise<void> {
    if (!this.options.reachable()) return;
    if (await this.readFlows()) await this.place();
    const seen: SwitchFlow[] = [];
    for (const table of this.tables()) for (const flow of switchFlows(await this.dump(`table=${table}`))) if (this.flows.has(flow.cookie)) seen.push(flow);
    this.idle &&= seen.length === 0;
    if (this.tally.take(seen, this.flows, this.options.rules())) this.options.grown();
  }

  /** @returns whether they were read anew */
  private async readFlows(): Promise<boolean> {
    const configuration = this.options.configuration();
    this.looksLeft -= 1;
    if (configuration === this.readFor && this.looksLeft > 0) return false;
    if (this.looksLeft <= 0) {
      // Rather look everywhere now and then than for ever in the tables of another release.
      if (this.idle) this.offsets.clear();
      this.idle = true;
      this.looksLeft = LOOKS;
    }
    const answers = await this.options.southbound().transact(logicalFlowQueries());
    this.flows = ruleFlows(
      this.options.northbound(),
      answers.flatMap(({ rows }) => rows ?? []),
    );
    this.readFor = configuration;
    return true;
  }

  /** Finds out in which tables of Open vSwitch the flows of rules are, where that is not known yet. */
  private async place(): Promise<void> {
    if ([...this.flows.values()].every(({ pipeline }) => this.offsets.has(pipeline))) return;
    for (const { cookie, table } of switchFlows(await this.dump(), true)) {
      const flow = this.flows.get(cookie);
      if (flow) this.offsets.set(flow.pipeline, table - flow.table);
    }
  }

  private tables(): Set<number> {
    const tables = new Set<number>();
    for (const { pipeline, table } of this.flows.values()) {
      const offset = this.offsets.get(pipeline);
      if (offset !== undefined) tables.add(offset + table);
    }
    return tables;
  }

  private async dump(...filter: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)('ovs-ofctl', ['dump-flows', INTEGRATION_BRIDGE, ...filter], {
      env: this.options.environment,
      timeout: 30_000,
      maxBuffer: LONGEST_DUMP,
    });
    return stdout;
  }
}
