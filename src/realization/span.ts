import { SetHash } from './digest.js';
import type { Resource } from './resource-table.js';
import { decrease, increase, SmallMap } from './small-map.js';

/**
 * Which node is told what. Resources are told in bundles: a bundle goes to a node whole or not at all. A node wants bundles for
 * reasons of its own (a port is plugged in there, it is an edge of a gateway), and a bundle uses others (a rule set its address
 * sets), which come along. Reasons are counted, so that a change costs as many steps as there are nodes and bundles that it
 * moves, and taking a reason away is as exact as giving it.
 *
 * Counting works because uses have no cycles. Marking from the roots, as a garbage collector does, would allow cycles and cost a
 * walk over everything for every port that is unplugged.
 */
export class Span {
  private readonly bundles = new Map<string, Bundle>();

  constructor(private readonly listener: SpanListener) {}

  bundle(name: string): Bundle {
    let bundle = this.bundles.get(name);
    if (!bundle) {
      bundle = new Bundle(name);
      this.bundles.set(name, bundle);
    }
    return bundle;
  }

  find(name: string): Bundle | undefined {
    return this.bundles.get(name);
  }

  /** One more reason of the node's own. */
  want(node: NodeRecord, name: string): void {
    this.increase(node, this.bundle(name));
  }

  unwant(node: NodeRecord, name: string): void {
    this.decrease(node, this.bundle(name));
  }

  /** One more reason why whoever is told `user` is told `used` too. */
  link(user: string, used: string): void {
    const from = this.bundle(user);
    const to = this.bundle(used);
    to.users += 1;
    if (increase(from.uses, to) === 1) for (const node of from.nodes.keys()) this.increase(node, to);
  }

  unlink(user: string, used: string): void {
    const from = this.bundle(user);
    const to = this.bundle(used);
    to.users -= 1;
    if (decrease(from.uses, to) > 0) return;
    for (const node of from.nodes.keys()) this.decrease(node, to);
    this.collect(from);
    this.collect(to);
  }

  /** Forgets a bundle that nothing is in and nobody names any longer. */
  collect(bundle: Bundle): void {
    if (bundle.isEmpty() && this.bundles.get(bundle.name) === bundle) this.bundles.delete(bundle.name);
  }

  private increase(node: NodeRecord, bundle: Bundle): void {
    if (increase(bundle.nodes, node) > 1) return;
    node.bundles.add(bundle);
    this.listener.gained(node, bundle);
    for (const used of bundle.uses.keys()) this.increase(node, used);
  }

  private decrease(node: NodeRecord, bundle: Bundle): void {
    if (decrease(bundle.nodes, node) > 0) return;
    node.bundles.delete(bundle);
    this.listener.lost(node, bundle);
    for (const used of bundle.uses.keys()) this.decrease(node, used);
    this.collect(bundle);
  }
}

export interface SpanListener {
  gained(node: NodeRecord, bundle: Bundle): void;
  lost(node: NodeRecord, bundle: Bundle): void;
}

export class Bundle {
  /** Nodes that are told it, with the number of reasons why. */
  readonly nodes = new SmallMap<NodeRecord, number>();
  readonly uses = new SmallMap<Bundle, number>();
  /** How many links lead here. */
  users = 0;
  /** A lone resource is held without a set: most bundles have one. */
  private only: Resource | undefined;
  private many: Set<Resource> | undefined;

  constructor(readonly name: string) {}

  get resources(): Iterable<Resource> {
    return this.many ?? (this.only ? [this.only] : []);
  }

  add(resource: Resource): void {
    if (this.many) this.many.add(resource);
    else if (!this.only) this.only = resource;
    else {
      this.many = new Set([this.only, resource]);
      this.only = undefined;
    }
  }

  remove(resource: Resource): void {
    if (this.only === resource) this.only = undefined;
    this.many?.delete(resource);
  }

  isEmpty(): boolean {
    return !this.only && !this.many?.size && this.nodes.size + this.uses.size + this.users === 0;
  }
}

/** What the calculation keeps about a node. */
export class NodeRecord {
  readonly bundles = new Set<Bundle>();
  readonly digest = new SetHash();
  /** Whether deltas are sent to it: a session is open and in sync. */
  connected = false;
  /** Resources that were sent and not yet acked. */
  readonly unacked = new Set<Resource>();
  /** Resources that its engine refuses. */
  readonly refused = new Set<Resource>();

  constructor(readonly id: string) {}
}
