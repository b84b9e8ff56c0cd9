import type { DeadMember, InventoryReport as KnownReport, Workload, WorkloadInterface } from '../realization/contract.js';
import { inventoryDigest } from './inventory-digest.js';
import type { NodeIdentity } from './pki/node-identity.js';
import type { Interface, InventoryReport } from './session.pb.js';

/** What one node last reported. */
export interface NodeInventory {
  readonly identity: NodeIdentity;
  readonly machines: ReadonlyMap<string, Workload>;
  readonly interfaces: ReadonlyMap<string, WorkloadInterface>;
  readonly deadMembers: ReadonlyMap<string, DeadMember>;
  readonly tunnelAddresses: readonly string[];
}

/** Something that a node reports, as the store keeps it. */
export interface InventoryChange {
  readonly type: 'VirtualMachine' | 'VirtualNetworkInterface' | 'DeadMember';
  readonly node: string;
  readonly externalId: string;
  /** Undefined: this node no longer reports it. */
  readonly body: Workload | WorkloadInterface | DeadMember | undefined;
}

interface Page extends NodeInventory {
  readonly machines: Map<string, Workload>;
  readonly interfaces: Map<string, WorkloadInterface>;
  readonly deadMembers: Map<string, DeadMember>;
  tunnelAddresses: readonly string[];
}

/** What each node reports: what realization and the store are told is derived from here. */
export class InventoryBook {
  private readonly pages = new Map<string, Page>();

  of(node: string): NodeInventory | undefined {
    return this.pages.get(node);
  }

  all(): IterableIterator<NodeInventory> {
    return this.pages.values();
  }

  /** Node on which a machine is; where several report it, any of them. */
  nodeOf(machine: string): string | undefined {
    for (const [node, page] of this.pages) if (page.machines.has(machine)) return node;
    return undefined;
  }

  digest(node: string): string {
    const page = this.pages.get(node);
    if (!page) return '';
    const { machines, interfaces, deadMembers, tunnelAddresses } = page;
    return inventoryDigest({ machines: machines.values(), interfaces: interfaces.values(), deadMembers: deadMembers.values(), tunnelAddresses });
  }

  /** Takes over what the store holds of a node. */
  load(inventory: NodeInventory): KnownReport {
    const page: Page = {
      ...inventory,
      machines: new Map(inventory.machines),
      interfaces: new Map(inventory.interfaces),
      deadMembers: new Map(inventory.deadMembers),
    };
    this.pages.set(inventory.identity.nodeId, page);
    return knownReport(page, {
      complete: true,
      machines: [...page.machines.values()],
      interfaces: [...page.interfaces.values()],
      deadMembers: [...page.deadMembers.values()],
      goneMachines: [],
      goneInterfaces: [],
      goneDeadMembers: [],
    });
  }

  /**
   * Writes down a report.
   * @returns what realization is told (the difference, also where the node reported everything), and what the store keeps
   */
  take(identity: NodeIdentity, report: InventoryReport, now: number): { readonly known: KnownReport; readonly changes: InventoryChange[] } {
    const page = this.page(identity);
    const goneMachines = missing(page.machines, report.full, report.machines, report.machinesGone);
    const goneInterfaces = missing(page.interfaces, report.full, report.interfaces, report.interfacesGone);
    const goneDeadMembers = missing(page.deadMembers, report.full, report.deadMembers, report.deadMembersGone);
    const interfaces = report.interfaces.map((entry): WorkloadInterface => ({ ...entry, since: sinceOf(page.interfaces.get(entry.externalId), entry, now) }));
    for (const id of goneMachines) page.machines.delete(id);
    for (const id of goneInterfaces) page.interfaces.delete(id);
    for (const id of goneDeadMembers) page.deadMembers.delete(id);
    for (const machine of report.machines) page.machines.set(machine.externalId, machine);
    for (const entry of interfaces) page.interfaces.set(entry.externalId, entry);
    for (const member of report.deadMembers) page.deadMembers.set(member.externalId, member);
    page.tunnelAddresses = report.tunnelAddresses;
    const node = identity.nodeId;
    return {
      known: knownReport(page, {
        complete: false,
        machines: report.machines,
        interfaces,
        deadMembers: report.deadMembers,
        goneMachines,
        goneInterfaces,
        goneDeadMembers,
      }),
      changes: [
        ...departures(node, goneMachines, goneInterfaces, goneDeadMembers),
        ...report.machines.map((body): InventoryChange => ({ type: 'VirtualMachine', node, externalId: body.externalId, body })),
        ...interfaces.map((body): InventoryChange => ({ type: 'VirtualNetworkInterface', node, externalId: body.externalId, body })),
        ...report.deadMembers.map((body): InventoryChange => ({ type: 'DeadMember', node, externalId: body.externalId, body })),
      ],
    };
  }

  /** A node that is gone for good takes its inventory with it. */
  forget(node: string): InventoryChange[] {
    const page = this.pages.get(node);
    this.pages.delete(node);
    return page ? departures(node, [...page.machines.keys()], [...page.interfaces.keys()], [...page.deadMembers.keys()]) : [];
  }

  private page(identity: NodeIdentity): Page {
    let page = this.pages.get(identity.nodeId);
    if (!page) {
      page = { identity, machines: new Map(), interfaces: new Map(), deadMembers: new Map(), tunnelAddresses: [] };
      this.pages.set(identity.nodeId, page);
    }
    return page;
  }
}

/** What is known and no longer there: all that a whole report does not list, or what a difference names. */
function missing(known: ReadonlyMap<string, unknown>, full: boolean, present: readonly { readonly externalId: string }[], named: readonly string[]): string[] {
  if (!full) return named.filter((id) => known.has(id));
  const there = new Set(present.map(({ externalId }) => externalId));
  return [...known.keys()].filter((id) => !there.has(id));
}

function departures(node: string, machines: readonly string[], interfaces: readonly string[], deadMembers: readonly string[]): InventoryChange[] {
  return [
    ...machines.map((externalId): InventoryChange => ({ type: 'VirtualMachine', node, externalId, body: undefined })),
    ...interfaces.map((externalId): InventoryChange => ({ type: 'VirtualNetworkInterface', node, externalId, body: undefined })),
    ...deadMembers.map((externalId): InventoryChange => ({ type: 'DeadMember', node, externalId, body: undefined })),
  ];
}

/** An interface that is plugged into something else has only now come there. */
function sinceOf(before: WorkloadInterface | undefined, reported: Interface, now: number): number {
  return before && before.attachmentId === reported.attachmentId ? before.since : now;
}

function knownReport(page: Page, difference: Omit<KnownReport, 'node' | 'fabricPath' | 'tunnelAddresses'>): KnownReport {
  return { ...difference, node: page.identity.nodeId, fabricPath: page.identity.path, tunnelAddresses: page.tunnelAddresses };
}
