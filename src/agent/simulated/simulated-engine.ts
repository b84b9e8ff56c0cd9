import type { Command, CommandAnswer, Counters, EngineHealth, SetMisbehaviour_Misbehaviour as Misbehaviour } from '../../agents/session.pb.js';
import { type NodeResource, ResourceKind } from '../../realization/resources.pb.js';
import { secretsOf } from '../../realization/secret-references.js';
import type { Engine, EngineChange, EngineInventory, EngineObserver, EngineVerdict } from '../engine.js';
import { ForwardingModel } from './forwarding-model.js';
import type { SimulatedWorkloads } from './workloads.js';

export interface SimulatedEngineOptions {
  readonly nodeId: string;
  readonly workloads: SimulatedWorkloads;
  readonly tunnelAddresses: readonly string[];
}

/**
 * An engine that forwards nothing and knows what it would forward: resources go into a model in memory that answers what would
 * become of a packet. It refuses what a real engine would (a user without what it uses), and what it is told to.
 */
export class SimulatedEngine implements Engine {
  readonly name = 'simulated';
  readonly version = '1';
  private readonly model: ForwardingModel;
  private observer: EngineObserver | undefined;
  /** Versions of secrets that it was given, by object and field. */
  private readonly secrets = new Map<string, string>();
  private misbehaviours: readonly Misbehaviour[] = [];
  private readonly delays = new Set<NodeJS.Timeout>();

  constructor(private readonly options: SimulatedEngineOptions) {
    this.model = new ForwardingModel(options.nodeId);
  }

  observe(observer: EngineObserver): void {
    this.observer = observer;
  }

  async apply(transaction: readonly EngineChange[]): Promise<EngineVerdict> {
    for (const { id } of transaction) {
      const refusal = this.misbehaviourFor(id, ({ refuseWith }) => refuseWith !== '');
      if (refusal) return { applied: false, reason: refusal.refuseWith, ...(refusal.silent ? {} : { culprit: id }) };
    }
    for (const { id, resource } of transaction) {
      const missing = resource && (await this.missingSecret(resource));
      if (missing) return { applied: false, reason: missing, culprit: id };
    }
    const problem = this.model.apply(transaction);
    if (problem) return { applied: false, reason: problem.reason, culprit: problem.culprit };
    this.observer?.figuresChanged();
    const pending = transaction.filter((change) => this.confirmLater(change));
    return { applied: true, pending: pending.map(({ id }) => id) };
  }

  /** It has nothing from an earlier run. */
  async takeOver(): Promise<void> {}

  inventory(): EngineInventory {
    const { workloads, tunnelAddresses } = this.options;
    return { machines: workloads.machines, interfaces: workloads.interfaces, deadMembers: [], tunnelAddresses };
  }

  health(): EngineHealth {
    return this.model.health();
  }

  counters(): Counters {
    return this.model.counters();
  }

  command(command: NonNullable<Command['command']>): CommandAnswer['answer'] {
    switch (command.$case) {
      case 'plug':
        if (!command.value.workload) throw new Error('there is no workload to plug');
        this.options.workloads.plug(command.value.workload);
        this.observer?.inventoryChanged();
        return undefined;
      case 'unplug': {
        const workload = this.options.workloads.unplug(command.value.machine);
        this.observer?.inventoryChanged();
        return { $case: 'workload', value: workload };
      }
      case 'misbehave':
        this.misbehaviours = command.value.rules;
        return undefined;
      case 'trace':
        this.observer?.figuresChanged();
        return { $case: 'trace', value: this.model.trace(command.value) };
      case 'bgpRoutes': {
        const value = this.model.bgpRoutes(command.value);
        return value && { $case: 'bgpRoutes', value };
      }
      // It balances nothing, so it has counted nothing.
      case 'balancers':
        return undefined;
      case 'addresses': {
        const value = this.model.addresses(command.value.logicalSwitch);
        return value && { $case: 'addresses', value };
      }
      case 'forwarder':
        return this.model.runsForwarder(command.value.forwarder) ? { $case: 'forwarder', value: { running: true, servers: [] } } : undefined;
    }
  }

  async close(): Promise<void> {
    for (const timer of this.delays) clearTimeout(timer);
  }

  /** Asks for the secrets of a resource as a real engine would, and forgets them. Answers why one is not to be had. */
  private async missingSecret(resource: NodeResource): Promise<string | undefined> {
    for (const reference of secretsOf(resource)) {
      const name = `${reference.path} ${reference.field}`;
      if (this.secrets.get(name) === reference.version) continue;
      try {
        await this.observer?.secret(reference);
        this.secrets.set(name, reference.version);
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    }
    return undefined;
  }

  /** Whether a change is in force only after a while; the observer is told when it is. */
  private confirmLater({ id, resource }: EngineChange): boolean {
    const delay = this.misbehaviourFor(id, ({ delayMilliseconds }) => delayMilliseconds > 0);
    if (!delay) return false;
    const timer = setTimeout(() => {
      this.delays.delete(timer);
      this.observer?.settled(id, resource?.version ?? '');
    }, delay.delayMilliseconds);
    this.delays.add(timer);
    return true;
  }

  private misbehaviourFor({ kind, key }: EngineChange['id'], applies: (rule: Misbehaviour) => boolean): Misbehaviour | undefined {
    return this.misbehaviours.find(
      (rule) => applies(rule) && (rule.kind === ResourceKind.RESOURCE_KIND_UNSPECIFIED || rule.kind === kind) && key.includes(rule.keyContains),
    );
  }
}
