import type { DeadMember, InventoryReport, Workload, WorkloadInterface } from './contract.js';
import { MultiMap } from './multimap.js';

/** What one node has reported so far. */
export interface NodeFacts {
  readonly node: string;
  readonly fabricPath: string;
  readonly tunnelAddresses: readonly string[];
}

/** Where the differences between reports go. */
export interface InventoryListener {
  nodeChanged(node: string, fabricPath: string): void;
  interfaceChanged(node: string, before: WorkloadInterface | undefined, now: WorkloadInterface | undefined): void;
  machineChanged(externalId: string): void;
  /** Another set of its members is dead than before. */
  deadMembersChanged(balancer: string): void;
}

interface NodeInventory {
  facts: NodeFacts;
  readonly interfaces: Map<string, WorkloadInterface>;
  readonly machines: Map<string, MachineReport>;
  readonly deadMembers: Map<string, DeadMember>;
}

interface MachineReport {
  readonly node: string;
  readonly machine: Workload;
}

/** All nodes' reports, taken apart into single changes, so that a whole report that repeats what is known costs a comparison. */
export class Inventory {
  private readonly nodes = new Map<string, NodeInventory>();
  private readonly nodeByFabricPath = new Map<string, string>();
  /** Machines by external id, then by the node that reports them: for a moment a machine that moves is on two. */
  private readonly machines = new MultiMap<string, MachineReport>();
  /** How many nodes report an interface, by external id. */
  private readonly interfaces = new Map<string, number>();

  /** By balancer, as any node reports them. */
  private readonly deadMembers = new MultiMap<string, DeadMember>();

  constructor(private readonly listener: InventoryListener) {}

  report(report: InventoryReport): void {
    const node = this.nodes.get(report.node) ?? newNode();
    this.nodes.set(report.node, node);
    this.setFacts(node, report);
    const interfaces = new Map(report.interfaces.map((item) => [item.externalId, item]));
    const goneInterfaces = report.complete ? [...node.interfaces.keys()].filter((id) => !interfaces.has(id)) : report.goneInterfaces;
    for (const id of goneInterfaces) this.setInterface(node, id, undefined);
    for (const [id, item] of interfaces) this.setInterface(node, id, item);
    const machines = new Map(report.machines.map((item) => [item.externalId, item]));
    const goneMachines = report.complete ? [...node.machines.keys()].filter((id) => !machines.has(id)) : report.goneMachines;
    for (const id of goneMachines) this.setMachine(node, id, undefined);
    for (const [id, item] of machines) this.setMachine(node, id, item);
    const deadMembers = new Map(report.deadMembers.map((item) => [item.externalId, item]));
    const revived = report.complete ? [...node.deadMembers.keys()].filter((id) => !deadMembers.has(id)) : report.goneDeadMembers;
    for (const id of revived) this.setDeadMember(node, id, undefined);
    for (const [id, item] of deadMembers) this.setDeadMember(node, id, item);
  }

  forget(nodeId: string): void {
    const node = this.nodes.get(nodeId);
    if (!node) return;
    for (const id of [...node.interfaces.keys()]) this.setInterface(node, id, undefined);
    for (const id of [...node.machines.keys()]) this.setMachine(node, id, undefined);
    for (const id of [...node.deadMembers.keys()]) this.setDeadMember(node, id, undefined);
    this.nodes.delete(nodeId);
    this.nodeByFabricPath.delete(node.facts.fabricPath);
    this.listener.nodeChanged(nodeId, node.facts.fabricPath);
  }

  /** The node that was enrolled as a HostTransportNode or PolicyEdgeNode. */
  nodeAt(fabricPath: string): NodeFacts | undefined {
    const node = this.nodeByFabricPath.get(fabricPath);
    return node === undefined ? undefined : this.nodes.get(node)?.facts;
  }

  node(id: string): NodeFacts | undefined {
    return this.nodes.get(id)?.facts;
  }

  /** A machine as reported; of several nodes that report it, the first by name. */
  machine(externalId: string): Workload | undefined {
    const [first] = [...this.machines.get(externalId)].sort((a, b) => (a.node < b.node ? -1 : 1));
    return first?.machine;
  }

  /** Whether any node reports the interface. */
  hasInterface(externalId: string): boolean {
    return this.interfaces.has(externalId);
  }

  /** Members of a balancer that a node found dead, as keys: see `memberKey`. */
  deadMembersOf(balancer: string): ReadonlySet<string> {
    return new Set([...this.deadMembers.get(balancer)].map(memberKey));
  }

  private setFacts(node: NodeInventory, { node: id, fabricPath, tunnelAddresses }: InventoryReport): void {
    const before = node.facts;
    if (before.fabricPath === fabricPath && before.node === id && before.tunnelAddresses.join() === tunnelAddresses.join()) return;
    node.facts = { node: id, fabricPath, tunnelAddresses: [...tunnelAddresses] };
    if (before.fabricPath !== fabricPath && this.nodeByFabricPath.get(before.fabricPath) === id) this.nodeByFabricPath.delete(before.fabricPath);
    this.nodeByFabricPath.set(fabricPath, id);
    if (before.fabricPath !== fabricPath && before.fabricPath !== '') this.listener.nodeChanged(id, before.fabricPath);
    this.listener.nodeChanged(id, fabricPath);
  }

  private setInterface(node: NodeInventory, id: string, now: WorkloadInterface | undefined): void {
    const before = node.interfaces.get(id);
    if (sameInterface(before, now)) return;
    if (now) node.interfaces.set(id, now);
    else node.interfaces.delete(id);
    const reports = (this.interfaces.get(id) ?? 0) + Number(now !== undefined) - Number(before !== undefined);
    if (reports > 0) this.interfaces.set(id, reports);
    else this.interfaces.delete(id);
    this.listener.interfaceChanged(node.facts.node, before, now);
  }

  private setMachine(node: NodeInventory, id: string, now: Workload | undefined): void {
    const before = node.machines.get(id);
    if (before ? now !== undefined && sameMachine(before.machine, now) : !now) return;
    if (before) this.machines.delete(id, before);
    node.machines.delete(id);
    if (now) {
      const report = { node: node.facts.node, machine: now };
      node.machines.set(id, report);
      this.machines.add(id, report);
    }
    this.listener.machineChanged(id);
  }

  private setDeadMember(node: NodeInventory, id: string, now: DeadMember | undefined): void {
    const before = node.deadMembers.get(id);
    if (before === undefined ? now === undefined : now !== undefined) return;
    // Each node's own, also where several nodes report one object.
    const item: DeadMember = before ?? { ...(now as DeadMember) };
    if (now) {
      node.deadMembers.set(id, item);
      this.deadMembers.add(item.balancer, item);
    } else {
      node.deadMembers.delete(id);
      this.deadMembers.delete(item.balancer, item);
    }
    this.listener.deadMembersChanged(item.balancer);
  }
}

function newNode(): NodeInventory {
  return { facts: { node: '', fabricPath: '', tunnelAddresses: [] }, interfaces: new Map(), machines: new Map(), deadMembers: new Map() };
}

/** Tells a member of a balancer from all its others. */
export function memberKey({ pool, address, port }: Pick<DeadMember, 'pool' | 'address' | 'port'>): string {
  return `${pool} ${address} ${port}`;
}

function sameInterface(a: WorkloadInterface | undefined, b: WorkloadInterface | undefined): boolean {
  if (!a || !b) return a === b;
  return a.attachmentId === b.attachmentId && a.machine === b.machine && a.mac === b.mac && a.since === b.since && a.addresses.join() === b.addresses.join();
}

function sameMachine(a: Workload, b: Workload): boolean {
  return (
    a.displayName === b.displayName &&
    a.computerName === b.computerName &&
    a.osName === b.osName &&
    a.poweredOn === b.poweredOn &&
    a.externalId === b.externalId
  );
}
