import type { Refusal } from './contract.js';
import type { Delivery } from './outbox.js';
import type { Resource } from './resource-table.js';
import type { NodeRecord } from './span.js';

/**
 * Who runs what. Kept are only the exceptions: what a connected node has been sent and not acked, and what an engine refuses.
 * Everything else in a connected node's span runs there. A table of every resource on every node would hold tens of millions of
 * rows in the largest network, nearly all of them saying "acked".
 *
 * What is behind on a node carries the number of the first event that the node does not run, so that an edit of one rule of a
 * set does not make its thousand neighbours, which the node runs, look unrealized. A node that was just given a resource runs
 * no event of it: 0.
 */
export class Ledger {
  /** Sent and not yet acked, over all connected nodes. */
  unackedCount = 0;

  /** @param suspect is told resources whose intents may have another state now */
  constructor(private readonly suspect: (resource: Resource) => void) {}

  /** Notes what an event sends to a node, or takes from it. */
  delivered(node: NodeRecord, { resource, before, after }: Delivery, event: number): void {
    this.suspect(resource);
    const refusal = resource.refused?.get(node);
    if (refusal) this.clearRefusal(node, resource);
    if (after === undefined) this.clearUnacked(node, resource);
    else if (node.connected) this.expect(node, resource, refusal?.since ?? (before === undefined ? 0 : event));
  }

  /** From now on an ack is awaited; `since` is the first event that the node does not run. */
  expect(node: NodeRecord, resource: Resource, since: number): void {
    resource.unacked ??= new Map();
    if (resource.unacked.has(node)) return;
    resource.unacked.set(node, since);
    node.unacked.add(resource);
    this.unackedCount += 1;
    this.suspect(resource);
  }

  acked(node: NodeRecord, resource: Resource, version: string): void {
    if (resource.version !== version) return;
    const wasUnacked = this.clearUnacked(node, resource);
    const wasRefused = this.clearRefusal(node, resource);
    if (wasUnacked || wasRefused) this.suspect(resource);
  }

  refused(node: NodeRecord, resource: Resource, { version, reason }: Refusal): void {
    if (resource.version !== version) return;
    const since = resource.unacked?.get(node) ?? resource.refused?.get(node)?.since ?? 0;
    this.clearUnacked(node, resource);
    resource.refused ??= new Map();
    resource.refused.set(node, { reason, since });
    node.refused.add(resource);
    this.suspect(resource);
  }

  /** A session ended: nothing is awaited from the node any longer. What its engine refused is still true. */
  disconnected(node: NodeRecord): void {
    for (const resource of [...node.unacked]) {
      this.clearUnacked(node, resource);
      this.suspect(resource);
    }
  }

  /** A session begins: what was refused before is heard anew. */
  restart(node: NodeRecord): void {
    this.disconnected(node);
    for (const resource of [...node.refused]) {
      this.clearRefusal(node, resource);
      this.suspect(resource);
    }
  }

  private clearUnacked(node: NodeRecord, resource: Resource): boolean {
    if (!resource.unacked?.delete(node)) return false;
    if (resource.unacked.size === 0) resource.unacked = undefined;
    node.unacked.delete(resource);
    this.unackedCount -= 1;
    return true;
  }

  private clearRefusal(node: NodeRecord, resource: Resource): boolean {
    if (!resource.refused?.delete(node)) return false;
    if (resource.refused.size === 0) resource.refused = undefined;
    node.refused.delete(resource);
    return true;
  }
}
