import type { MemberKind, Counters as RealizationCounters, RealizedState, WorkloadInterface } from '../realization/contract.js';
import type { NodeQuestion, TraceStart } from './fabric-operations.js';
import type { Figures } from './figures.js';
import type { NodeInventory } from './inventory-book.js';
import type { NodeAnswer } from './node-answer.js';
import type { NodeTunnels } from './node-tunnels.js';
import type { PacketTrace } from './packet-tracing.js';
import type { NodeFacts } from './realization-host.js';
import type { Counters, Packet, SetMisbehaviour_Misbehaviour, Workload } from './session.pb.js';

/**
 * What the API's thread may ask of the thread that runs realization and holds the streams. Questions about intent name the commit
 * that the answer must include, so that a client which has just written sees what became of it.
 */
export interface FabricCalls {
  realizedState(path: string, sequence: number): Promise<RealizedState | undefined>;
  alarmed(sequence: number): Promise<readonly RealizedState[]>;
  members(group: string, kind: MemberKind, sequence: number): Promise<readonly string[] | undefined>;
  groupsOf(kind: MemberKind, member: string, sequence: number): Promise<readonly string[]>;
  spanOf(path: string, sequence: number): Promise<readonly string[]>;

  nodes(): readonly NodeFacts[];
  realizationCounters(): RealizationCounters;
  engineCounters(): readonly { readonly node: string; readonly counters: Counters }[];
  /** What all nodes have counted of the rules and ports at a policy path and below it. */
  figures(path: string): Figures;
  /** Where the tunnels of a node begin and end. */
  tunnels(node: string): NodeTunnels;
  /** The interface that a node reports with an attachment. */
  interfaceAt(node: string, attachment: string): WorkloadInterface | undefined;
  /** Asks all nodes that were told something of some intent. Takes no longer than a few seconds. */
  ask(paths: readonly string[], question: NodeQuestion, sequence: number): Promise<readonly NodeAnswer[]>;
  inventoryOf(node: string): NodeInventory | undefined;

  plug(node: string, workload: Workload): Promise<void>;
  unplug(machine: string): Promise<{ readonly node: string; readonly workload: Workload }>;
  move(machine: string, to: string): Promise<{ readonly from: string; readonly workload: Workload }>;
  misbehave(node: string, rules: readonly SetMisbehaviour_Misbehaviour[]): Promise<void>;
  trace(from: TraceStart, packet: Packet): Promise<PacketTrace>;

  /** Certificates were revoked in the store: streams of theirs are cut. */
  revokedAnew(): void;
  /** New connections of agents are shown another certificate. */
  replaceCertificate(certificate: { readonly certificate: string; readonly privateKey: string }): void;
  stop(): Promise<void>;
}

/** Nest injection token of these calls. */
export const FABRIC_CALLS = Symbol('heddle:fabric-calls');
