import type { InventoryReport as KnownReport, Workload, WorkloadInterface } from '../realization/contract.js';
import { inventoryDigest } from './inventory-digest.js';
import type { NodeIdentity } from './pki/node-identity.js';
import type { Interface, InventoryReport } from './session.pb.js';

/** What one node last reported. */
export interface NodeInventory {
  readonly identity: NodeIdentity;
  readonly machines: ReadonlyMap<string, Workload>;
  readonly interfaces: ReadonlyMap<string, WorkloadInterface>;
  readonly tunnelAddresses: readonly string[];
}

/** A machine or an interface as the store keeps it. */
export interface InventoryChange {
  readonly type: 'VirtualMachine' | 'VirtualNetworkInterface';
  readonly node: string;
  readonly externalId: string;
  /** Undefined: this node no longer reports it. */
  readonly body: Workload | WorkloadInterface | undefined;
}

interface Page extends NodeInventory {
  readonly machines: Map<string, Workload>;
  readonly interfaces: Map<string, WorkloadInterface>;
  tunnelAddresses: readonly string[];
}

/** Machines and interfaces by node, as the nodes report them: what realization and the store are told is derived from here. */
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
    return page ? inventoryDigest(page.machines.values(), page.interfaces.values(), page.tunnelAddresses) : '';
  }

  /** Takes over what the store holds of a node. */
  load(inventory: NodeInventory): KnownReport {
    const page: Page = { ...inventory, machines: new Map(inventory.machines), interfaces: new Map(inventory.interfaces) };
    this.pages.set(inventory.identity.nodeId, page);
    return knownReport(page, {
      complete: true,
      machines: [...page.machines.values()],
      interfaces: [...page.interfaces.values()],
      goneMachines: [],
      goneInterfaces: [],
    });
  }

  /**
   * Writes down a report.
   * @returns what realization is told (the difference, also where the node reported everything), and what the store keeps
   */
  take(identity: NodeIdentity, report: InventoryReport, now: number): { readonly known: KnownReport; readonly changes: InventoryChange[] } {
    const page = this.page(identity);
    const goneMachines = missing(page.machines, report.full ? report.machines.map(({ externalId }) => externalId) : undefined, report.machinesGone);
    const goneInterfaces = missing(page.interfaces, report.full ? report.interfaces.map(({ externalId }) => externalId) : undefined, report.interfacesGone);
    const interfaces = report.interfaces.map((entry): WorkloadInterface => ({ ...entry, since: sinceOf(page.interfaces.get(entry.externalId), entry, now) }));
    for (const id of goneMachines) page.machines.delete(id);
    for (const id of goneInterfaces) page.interfaces.delete(id);
    for (const machine of report.machines) page.machines.set(machine.externalId, machine);
    for (const entry of interfaces) page.interfaces.set(entry.externalId, entry);
    page.tunnelAddresses = report.tunnelAddresses;
    const node = identity.nodeId;
    return {
      known: knownReport(page, { complete: false, machines: report.machines, interfaces, goneMachines, goneInterfaces }),
      changes: [
        ...departures(node, goneMachines, goneInterfaces),
        ...report.machines.map((body): InventoryChange => ({ type: 'VirtualMachine', node, externalId: body.externalId, body })),
        ...interfaces.map((body): InventoryChange => ({ type: 'VirtualNetworkInterface', node, externalId: body.externalId, body })),
      ],
    };
  }

  /** A node that is gone for good takes its inventory with it. */
  forget(node: string): InventoryChange[] {
    const page = this.pages.get(node);
    this.pages.delete(node);
    return page ? departures(node, [...page.machines.keys()], [...page.interfaces.keys()]) : [];
  }

  private page(identity: NodeIdentity): Page {
    let page = this.pages.get(identity.nodeId);
    if (!page) {
      page = { identity, machines: new Map(), interfaces: new Map(), tunnelAddresses: [] };
      this.pages.set(identity.nodeId, page);
    }
    return page;
  }
}

function missing(known: ReadonlyMap<string, unknown>, present: readonly string[] | undefined, named: readonly string[]): string[] {
  if (!present) return named.filter((id) => known.has(id));
  const there = new Set(present);
  return [...known.keys()].filter((id) => !there.has(id));
}

function departures(node: string, machines: readonly string[], interfaces: readonly string[]): InventoryChange[] {
  return [
    ...machines.map((externalId): InventoryChange => ({ type: 'VirtualMachine', node, externalId, body: undefined })),
    ...interfaces.map((externalId): InventoryChange => ({ type: 'VirtualNetworkInterface', node, externalId, body: undefined })),
  ];
}

/** An interface that is plugged into something else has only now come there. */
function sinceOf(before: WorkloadInterface | undefined, reported: Interface, now: number): number {
  return before && before.attachmentId === reported.attachmentId ? before.since : now;
}

function knownReport(page: Page, difference: Pick<KnownReport, 'complete' | 'machines' | 'interfaces' | 'goneMachines' | 'goneInterfaces'>): KnownReport {
  return { ...difference, node: page.identity.nodeId, fabricPath: page.identity.path, tunnelAddresses: page.tunnelAddresses };
}
