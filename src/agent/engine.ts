import type { Command, CommandAnswer, Counters, DeadMember, EngineHealth, Interface, Machine } from '../agents/session.pb.js';
import type { ElementsChange, NodeResource, ResourceId, SecretReference } from '../realization/resources.pb.js';

/** One resource that the engine is to have in a new version, or no more. */
export interface EngineChange {
  readonly id: ResourceId;
  /** Undefined: take it away. */
  readonly resource: NodeResource | undefined;
  /** Present where the version that the engine has differs from the new one by these elements only. */
  readonly elements?: ElementsChange;
}

export type EngineVerdict =
  /** All of it is in force, except what the engine is still at: it tells the observer when that is. */
  | { readonly applied: true; readonly pending: readonly ResourceId[] }
  /** Nothing of it was applied. The engine says which change it was, where it knows. */
  | { readonly applied: false; readonly reason: string; readonly culprit?: ResourceId };

/** What an engine has on it, as the manager is told. */
export interface EngineInventory {
  readonly machines: readonly Machine[];
  readonly interfaces: readonly Interface[];
  /** Members of balancers on every host that are here, and that their monitors found dead. */
  readonly deadMembers: readonly DeadMember[];
  /** Underlay addresses at which tunnels to this node end. */
  readonly tunnelAddresses: readonly string[];
}

/** Where an engine says what happens by itself. */
export interface EngineObserver {
  /** A pending resource is in force, or was refused after all. */
  settled(id: ResourceId, version: string, refusal?: string): void;
  /** The inventory is not what it was. */
  inventoryChanged(): void;
  /** Health or counters are not what they were; may be called as often as it is so. */
  figuresChanged(): void;
  /**
   * A secret that a resource refers to. To be asked for while a resource is applied, and kept in memory or in what the engine runs
   * from, nowhere else.
   * @throws Error when it is not to be had now: the resource is then refused, and tried again once the manager is there
   */
  secret(reference: SecretReference): Promise<string>;
}

/**
 * What forwards packets on a node, behind the few verbs that the agent needs. An engine takes a transaction whole or not at all;
 * finding out what to leave aside when it does not is the agent's work, the same for every engine.
 */
export interface Engine {
  readonly name: string;
  readonly version: string;
  /** Called once, before anything else. */
  observe(observer: EngineObserver): void;
  /**
   * Brings the engine to the resources given, in order: what is used comes before its user and goes after it. Never called again
   * before it has answered. A rejection counts as a refusal: nothing of the transaction may have been applied then.
   */
  apply(transaction: readonly EngineChange[]): Promise<EngineVerdict>;
  /**
   * Called once, when all that the node held at its start was applied or refused: what the engine has from an earlier run and the
   * node does not hold is to go. What it holds and the engine refused stays as it was.
   * @param holds asked at any time from then on, with ids as `idText` writes them
   */
  takeOver(holds: (id: string) => boolean): Promise<void>;
  inventory(): EngineInventory;
  health(): EngineHealth;
  counters(): Counters;
  /** Answers a command; throws with a message for the manager where it cannot, or does not know it. */
  command(command: NonNullable<Command['command']>): CommandAnswer['answer'] | Promise<CommandAnswer['answer']>;
  /** Stops observing. What the engine forwards it goes on forwarding. */
  close(): Promise<void>;
}
