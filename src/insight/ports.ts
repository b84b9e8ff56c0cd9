import type { NodeQuestion } from '../agents/fabric-operations.js';
import type { Figures } from '../agents/figures.js';
import type { NodeAnswer } from '../agents/node-answer.js';
import type { NodeTunnels } from '../agents/node-tunnels.js';
import type { NodeFacts } from '../agents/realization-host.js';
import type { MemberKind, RealizedState, WorkloadInterface } from '../realization/contract.js';

/**
 * Questions to the thread that runs realization. Each is answered from a state that includes at least the commit `sequence`, so
 * that a client which has just written sees what became of it.
 */
export interface RealizationQueries {
  /** Undefined: realization knows no such intent. */
  realizedState(path: string, sequence: number): Promise<RealizedState | undefined>;
  /** All intents below a path, or everywhere, that have alarms. */
  alarmed(sequence: number): Promise<readonly RealizedState[]>;
  members(group: string, kind: MemberKind, sequence: number): Promise<readonly string[] | undefined>;
  /** Paths of the groups a member is in. */
  groupsOf(kind: MemberKind, member: string, sequence: number): Promise<readonly string[]>;
}

/** What nodes last reported of themselves: of one that is not connected it is its last word. */
export interface NodeReports {
  nodes(): Promise<readonly NodeFacts[]>;
  /** What all nodes have counted of the rules and ports at a policy path and below it. */
  figures(path: string): Promise<Figures>;
  /** Where the tunnels of a node begin and end. */
  tunnels(node: string): Promise<NodeTunnels>;
  /** Asks all nodes that were told something of some intent, as of the commit `sequence`. Takes no longer than a few seconds. */
  ask(paths: readonly string[], question: NodeQuestion, sequence: number): Promise<readonly NodeAnswer[]>;
  /** The interface that a node reports with an attachment. */
  interfaceAt(node: string, attachment: string): Promise<WorkloadInterface | undefined>;
}

/** A virtual machine, an interface or a dead member of a balancer as its node last reported it. */
export interface FabricObject {
  readonly externalId: string;
  /** Id of the node that reports it. */
  readonly node: string;
  readonly reportedAt: number;
  /** `Workload`, `WorkloadInterface` or `DeadMember` of the realization contract. */
  readonly body: unknown;
}

/** Reads of what nodes report. */
export interface FabricReader {
  fabricObjects(type: FabricType): readonly FabricObject[];
  fabricObject(type: FabricType, externalId: string): FabricObject | undefined;
}

export type FabricType = 'VirtualMachine' | 'VirtualNetworkInterface' | 'DeadMember';

/** Nest injection tokens. */
export const REALIZATION_QUERIES = Symbol('heddle:realization-queries');
export const NODE_REPORTS = Symbol('heddle:node-reports');
export const FABRIC_READER = Symbol('heddle:fabric-reader');

/** A tag in use. Missing scopes and tags are empty text. */
export interface TagCount {
  readonly scope: string;
  readonly tag: string;
  readonly objects: number;
}

export interface TagReader {
  /** All tags on intent and on workloads, by scope and tag. */
  tagCounts(): readonly TagCount[];
}

export const TAG_READER = Symbol('heddle:tag-reader');
