import { same } from './cells.js';
import type { NodeDelta } from './contract.js';
import type { Lanes } from './digest.js';
import type { Element, Resource, ResourceListener } from './resource-table.js';
import { type FirewallRule, type ResourceChange, ResourceKind } from './resources.pb.js';
import type { Bundle, NodeRecord, SpanListener } from './span.js';

/** A resource as it was when the event began, and which of its elements were touched since. */
interface Touched {
  readonly version: string;
  readonly lanes: Lanes | undefined;
  readonly bodyLanes: Lanes | undefined;
  /** Element before the event, by key. */
  readonly elements: Map<string, Element | undefined>;
}

/** What happens to one resource on one node. */
export interface Delivery {
  readonly resource: Resource;
  readonly change: ResourceChange;
  readonly before: Lanes | undefined;
  readonly after: Lanes | undefined;
  /** The node need not be told, because it is given another resource under the same name. */
  readonly covered?: boolean;
}

/**
 * Gathers what one event changes, whatever the kind, and turns it into one delta a node. Only what the event left different at
 * its end counts: a bundle that a node lost and got back, or a member that left and returned, costs nothing on the wire.
 */
export class Outbox implements SpanListener, ResourceListener {
  private readonly touched = new Map<Resource, Touched>();
  /** Nodes whose bundles changed, with what they had when the event began. */
  private readonly moved = new Map<Bundle, Map<NodeRecord, boolean>>();
  /** Resources that took the place of others. */
  private readonly successors = new Map<Resource, Resource>();
  /** At start nobody is told anything, and there is nothing to compare with. */
  open = false;

  gained(node: NodeRecord, bundle: Bundle): void {
    this.noteMove(node, bundle, false);
  }

  lost(node: NodeRecord, bundle: Bundle): void {
    this.noteMove(node, bundle, true);
  }

  touching(resource: Resource): void {
    if (this.open) this.note(resource);
  }

  changingElement(resource: Resource, key: string): void {
    if (!this.open) return;
    const { elements } = this.note(resource);
    if (!elements.has(key)) elements.set(key, resource.elements!.get(key));
  }

  replaced(before: Resource, now: Resource): void {
    this.successors.set(before, now);
  }

  /** Ends the event: answers what every node is to be told, connected or not, and which resources are gone. */
  flush(): { deliveries: Map<NodeRecord, Delivery[]>; gone: Resource[] } {
    const deliveries = new Map<NodeRecord, Delivery[]>();
    const gone: Resource[] = [];
    for (const [resource, before] of this.touched) {
      resource.seal();
      if (resource.isGone()) gone.push(resource);
      if (before.version === resource.version) continue;
      const delivery = deliveryOf(resource, before);
      const movers = this.moved.get(resource.bundle);
      for (const node of resource.bundle.nodes.keys()) if (movers?.get(node) !== false) push(deliveries, node, delivery);
    }
    for (const [bundle, nodes] of this.moved) {
      for (const [node, had] of nodes) {
        if (had === bundle.nodes.has(node)) continue;
        if (had) this.takeAway(node, bundle, deliveries);
        else this.giveAll(node, bundle, deliveries);
      }
    }
    this.touched.clear();
    this.moved.clear();
    for (const [before, now] of this.successors) for (const list of deliveries.values()) cover(list, before, now);
    this.successors.clear();
    for (const list of deliveries.values()) list.sort(inOrder);
    return { deliveries, gone };
  }

  private giveAll(node: NodeRecord, bundle: Bundle, deliveries: Map<NodeRecord, Delivery[]>): void {
    for (const resource of bundle.resources) {
      if (resource.version !== '') push(deliveries, node, { resource, change: resource.put(), before: undefined, after: resource.lanes });
    }
  }

  private takeAway(node: NodeRecord, bundle: Bundle, deliveries: Map<NodeRecord, Delivery[]>): void {
    for (const resource of bundle.resources) {
      const before = this.touched.get(resource);
      const lanes = before ? before.lanes : resource.lanes;
      if (lanes) push(deliveries, node, { resource, change: removal(resource), before: lanes, after: undefined });
    }
  }

  private note(resource: Resource): Touched {
    let touched = this.touched.get(resource);
    if (!touched) {
      touched = { version: resource.version, lanes: resource.lanes, bodyLanes: resource.bodyLanes, elements: new Map() };
      this.touched.set(resource, touched);
    }
    return touched;
  }

  private noteMove(node: NodeRecord, bundle: Bundle, had: boolean): void {
    if (!this.open) return;
    const nodes = this.moved.get(bundle) ?? new Map<NodeRecord, boolean>();
    this.moved.set(bundle, nodes);
    if (!nodes.has(node)) nodes.set(node, had);
  }
}

/** Creations and replacements by ascending kind, then removals by descending kind; keys in order, so that a delta depends on state alone. */
function inOrder(a: Delivery, b: Delivery): number {
  const removed = Number(a.after === undefined) - Number(b.after === undefined);
  if (removed !== 0) return removed;
  const kind = a.resource.kind - b.resource.kind;
  if (kind !== 0) return a.after ? kind : -kind;
  return a.resource.key < b.resource.key ? -1 : 1;
}

/** A removal that would take away what the same delta puts. */
function cover(list: Delivery[], before: Resource, now: Resource): void {
  const at = list.findIndex(({ resource, after }) => resource === before && after === undefined);
  const removed = list[at];
  if (removed && list.some(({ resource, after }) => resource === now && after !== undefined)) list[at] = { ...removed, covered: true };
}

function deliveryOf(resource: Resource, before: Touched): Delivery {
  const sides = { resource, before: before.lanes, after: resource.lanes };
  if (resource.version === '') return { ...sides, change: removal(resource) };
  if (!resource.elements || before.version === '' || !same(resource.bodyLanes, before.bodyLanes)) return { ...sides, change: resource.put() };
  return { ...sides, change: elementsChange(resource, before) };
}

function elementsChange(resource: Resource, before: Touched): ResourceChange {
  const added: string[] = [];
  const removed: string[] = [];
  const rules: FirewallRule[] = [];
  for (const [key, old] of before.elements) {
    const now = resource.elements!.get(key);
    if (now === undefined) {
      if (old !== undefined) removed.push(key);
    } else if (now !== true) {
      if (!same(now, old)) rules.push(now);
    } else if (old === undefined) added.push(key);
  }
  return {
    change: {
      $case: 'elements',
      value: {
        kind: resource.kind,
        key: resource.key,
        baseVersion: before.version,
        version: resource.version,
        added: added.sort(),
        removed: removed.sort(),
        rules: rules.sort((a, b) => (a.key < b.key ? -1 : 1)),
      },
    },
  };
}

export function removal(resource: { readonly kind: ResourceKind; readonly key: string }): ResourceChange {
  return { change: { $case: 'remove', value: { kind: resource.kind, key: resource.key } } };
}

function push<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

/** A node's delta from its deliveries. */
export function deltaOf(node: NodeRecord, sequence: number, deliveries: readonly Delivery[]): NodeDelta {
  const changes = deliveries.filter(({ covered }) => !covered).map(({ change }) => change);
  return { node: node.id, sequence, changes, digest: node.digest.toString() };
}
