import type { PolicyObject } from '../model/policy-object.js';
import type { Commit } from '../policy/ports.js';
import type { ResourceChange, ResourceKind, ResourceVersion } from './resources.pb.js';

/**
 * What the thread that runs realization asks of the calculation, and what it is answered. Everything here is synchronous and
 * does no I/O: the caller brings commits, reports and acks in the order in which they happened, and carries the deltas away.
 */
export interface Realization {
  /** Takes the whole state at start, in one cold computation. No node is connected yet, so there are no deltas. Called once. */
  load(start: StartState): void;

  /** A committed change set. The deltas of one commit are atomic: a node applies its delta as a whole. */
  commit(commit: Commit): readonly NodeDelta[];
  /** What a node says is on it. */
  report(report: InventoryReport): readonly NodeDelta[];
  /** The node was deleted, or is known to be gone for good: its interfaces and machines leave with it. */
  forget(node: string): readonly NodeDelta[];

  /**
   * A session began. `true`: the digest is that of the node's resources, all but the refused ones are taken as applied, and
   * deltas follow; what the engine is still at is to be sent again with `resend`. `false`: the node gets nothing until `resume`
   * was called with what it holds.
   * @param digest `SetHash` over everything the node was told and keeps on disk, whether its engine runs it or not
   * @param refused what the node keeps but its engine does not run
   */
  connected(node: string, digest: string, refused: readonly Refusal[]): boolean;
  /** The difference between what a node holds and what it should hold; an empty list of `held` gives a snapshot. Deltas follow. */
  resume(node: string, held: Iterable<ResourceVersion>, refused: readonly Refusal[]): NodeDelta;
  disconnected(node: string): void;

  /** The node's engine runs these versions. Versions that were superseded meanwhile count for nothing. */
  acked(node: string, resources: Iterable<ResourceVersion>): void;
  /** The node's engine refused these versions and keeps what it had. */
  nacked(node: string, refusals: Iterable<Refusal>): void;
  /** Whole resources, for a node that missed the base of an element change or whose queue was dropped. */
  resend(node: string, resources: Iterable<{ readonly kind: ResourceKind; readonly key: string }>): NodeDelta;

  /** Everything a node should hold, in the order to apply. */
  snapshot(node: string): NodeDelta;
  digest(node: string): string;

  /** Changes of realized state since the last call, at most one for a path: to be stored as one batch. */
  drainTransitions(): readonly RealizedTransition[];
  /** Undefined: no such intent. */
  realizedState(path: string): RealizedState | undefined;
  /** Nodes that are told something on behalf of the intent. */
  spanOf(path: string): readonly string[];
  /** All intents that have alarms other than about nodes that are not connected, by path. */
  alarmed(): readonly RealizedState[];
  /** What a group resolves to, sorted; undefined: no such group. Machines and interfaces by external id, the rest by path or address. */
  members(groupPath: string, kind: MemberKind): readonly string[] | undefined;
  /** Paths of the groups that a member is in, directly or through nesting, sorted. */
  groupsOf(kind: MemberKind, member: string): readonly string[];
  counters(): Counters;
}

export interface StartState {
  /** Number of the last commit that the state includes. */
  readonly sequence: number;
  readonly objects: Iterable<PolicyObject>;
  readonly claims: Iterable<Commit['claims'][number]>;
  /** Which secret fields have a value, and its version; none where left out. */
  readonly secrets?: Iterable<Commit['secrets'][number]>;
  /** What nodes last reported, as stored. */
  readonly reports: Iterable<InventoryReport>;
  /** Realized state as stored: it stands until the nodes concerned have been heard. */
  readonly realized: Iterable<RealizedTransition>;
}

/** A node's inventory, whole or as a difference. */
export interface InventoryReport {
  readonly node: string;
  /** Policy path of the HostTransportNode or PolicyEdgeNode that the node was enrolled as. */
  readonly fabricPath: string;
  /** Underlay addresses that tunnels end at, in order of preference. */
  readonly tunnelAddresses: readonly string[];
  /** `true`: what is not listed is gone. */
  readonly complete: boolean;
  readonly interfaces: readonly WorkloadInterface[];
  readonly machines: readonly Workload[];
  /** Members of balancers on every host that the node watches and found dead. */
  readonly deadMembers: readonly DeadMember[];
  /** External ids of what is gone, where the report is a difference. */
  readonly goneInterfaces: readonly string[];
  readonly goneMachines: readonly string[];
  readonly goneDeadMembers: readonly string[];
}

export interface WorkloadInterface {
  readonly externalId: string;
  /** What a segment port names as `attachment.id`. */
  readonly attachmentId: string;
  /** External id of the machine that owns it; empty for a container's. */
  readonly machine: string;
  readonly mac: string;
  /** Addresses seen on the interface. */
  readonly addresses: readonly string[];
  /** When this node first reported it, in milliseconds since 1970: of two nodes that report one attachment the older keeps it. */
  readonly since: number;
}

/** A member of a layer-4 balancer that gives its monitors no good answer. */
export interface DeadMember {
  readonly externalId: string;
  /** Key of the balancer, and of the pool in it. */
  readonly balancer: string;
  readonly pool: string;
  /** As the pool lists it; the port is 0 where it lists none. */
  readonly address: string;
  readonly port: number;
}

export interface Workload {
  readonly externalId: string;
  readonly displayName: string;
  readonly computerName: string;
  readonly osName: string;
  readonly poweredOn: boolean;
}

/** What one node is sent because of one event. Changes are in the order to apply. */
export interface NodeDelta {
  readonly node: string;
  /** Number of the last commit that it includes. */
  readonly sequence: number;
  /** Shared between nodes where their content is, so that it can be serialised once: see `encodedChange`. */
  readonly changes: readonly ResourceChange[];
  /** Digest of the node once it is applied. */
  readonly digest: string;
}

export interface Refusal {
  readonly kind: ResourceKind;
  readonly key: string;
  readonly version: string;
  /** What the engine said, for people. */
  readonly reason: string;
}

export type MemberKind = 'VirtualMachine' | 'VirtualNetworkInterface' | 'Segment' | 'SegmentPort' | 'IPAddress' | 'MACAddress' | 'Group';

export type State = 'UNREALIZED' | 'REALIZED' | 'ERROR';
export type ConsolidatedStatus = 'SUCCESS' | 'IN_PROGRESS' | 'ERROR' | 'UNKNOWN';

export interface Alarm {
  /** What kind of trouble: a word such as ENGINE_REFUSED, NODE_DISCONNECTED, ATTACHMENT_CLAIMED_TWICE. */
  readonly code: AlarmCode;
  /** Node that it is about; absent where it is about the intent itself. */
  readonly node?: string;
  /** Resource that it is about, where it is about one. */
  readonly resource?: string;
  /** What is wrong and what to do, for people. */
  readonly reason: string;
}

export type AlarmCode =
  | 'ENGINE_REFUSED'
  | 'NODE_DISCONNECTED'
  | 'ATTACHMENT_CLAIMED_TWICE'
  | 'OUTSIDE_TRANSPORT_ZONE'
  | 'TRANSPORT_ZONE_MISSING'
  | 'ALLOCATION_MISSING'
  | 'ADDRESS_MISSING'
  | 'EDGE_CLUSTER_MISSING'
  | 'REFERENCE_MISSING'
  | 'NOT_SUPPORTED'
  | 'NOT_COMPUTED';

/** The state of one intent on the fabric. */
export interface RealizedState {
  readonly path: string;
  /** UNREALIZED until known; REALIZED once every connected node of the span runs this version; ERROR with alarms. */
  readonly state: State;
  /** Counts nodes that are not connected too: IN_PROGRESS while some are behind, UNKNOWN while none can be heard. */
  readonly consolidated: ConsolidatedStatus;
  readonly entities: readonly RealizedEntity[];
  readonly alarms: readonly Alarm[];
  readonly nodes: readonly NodeState[];
}

export interface NodeState {
  readonly node: string;
  readonly state: 'REALIZED' | 'PENDING' | 'ERROR' | 'DISCONNECTED';
}

/** What an intent became, under the name that clients ask for. */
export interface RealizedEntity {
  /** RealizedLogicalSwitch, RealizedLogicalRouter, ... */
  readonly entityType: string;
  /** Unique within the intent, fit for a path. */
  readonly id: string;
  readonly state: State;
  readonly attributes: readonly RealizedAttribute[];
}

/** Attribute of a realized port: addresses that DHCP gives it. */
export const DHCP_ADDRESSES = 'DhcpAddresses';

/** Something that clients read of an entity: IpAddresses, MacAddress, allocation_ip, TransportNode, DhcpAddresses. */
export interface RealizedAttribute {
  readonly key: string;
  readonly values: readonly string[];
}

/** A change of realized state. Alarms about nodes that are not connected are not in it: they come and go with sessions. */
export interface RealizedTransition {
  readonly path: string;
  /** Number of the last commit that it includes. */
  readonly sequence: number;
  /** Undefined: the intent is gone. */
  readonly state: State | undefined;
  readonly alarms: readonly Alarm[];
}

export interface Counters {
  /** Computations of everything after the first: stays 0. */
  readonly fullRecomputes: number;
  readonly intents: number;
  readonly resources: number;
  readonly nodes: number;
  /** Resources sent and not yet acked, over all connected nodes. */
  readonly unacked: number;
}
