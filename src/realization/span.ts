import { SetHash } from './digest.js';
import type { Resource } from './resource-table.js';

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
    const count = from.uses.get(to) ?? 0;
    from.uses.set(to, count + 1);
    to.users += 1;
    if (count === 0) for (const node of from.nodes.keys()) this.increase(node, to);
  }

  unlink(user: string, used: string): void {
    const from = this.bundle(user);
    const to = this.bundle(used);
    const count = from.uses.get(to)!;
    to.users -= 1;
    if (count > 1) {
      from.uses.set(to, count - 1);
      return;
    }
    from.uses.delete(to);
    for (const node of from.nodes.keys()) this.decrease(node, to);
    this.collect(from);
    this.collect(to);
  }

  /** Forgets a bundle that nothing is in and nobody names any longer. */
  collect(bundle: Bundle): void {
    if (bundle.resources.size + bundle.nodes.size + bundle.uses.size + bundle.users === 0) this.bundles.delete(bundle.name);
  }

  private increase(node: NodeRecord, bundle: Bundle): void {
    const count = bundle.nodes.get(node) ?? 0;
    bundle.nodes.set(node, count + 1);
    if (count > 0) return;
    node.bundles.add(bundle);
    this.listener.gained(node, bundle);
    for (const used of bundle.uses.keys()) this.increase(node, used);
  }

  private decrease(node: NodeRecord, bundle: Bundle): void {
    const count = bundle.nodes.get(node)!;
    if (count > 1) {
      bundle.nodes.set(node, count - 1);
      return;
    }
    bundle.nodes.delete(node);
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
  readonly nodes = new Map<NodeRecord, number>();
  readonly uses = new Map<Bundle, number>();
  /** How many links lead here. */
  users = 0;
  readonly resources = new Set<Resource>();

  constructor(readonly name: string) {}
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
