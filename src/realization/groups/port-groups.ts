import { MultiMap } from '../multimap.js';
import { bundles } from '../output.js';
import type { Body, Resource, ResourceTable } from '../resource-table.js';
import { ResourceKind } from '../resources.pb.js';
import type { NodeRecord, Span } from '../span.js';

/** Scope of rules that are applied to every workload. */
export const EVERYWHERE = 'dfw';

const HEAD: Body = { $case: 'portGroup', value: { ports: [] } };

/** Where the ports of a scope are asked for: `watch` before the first rule uses it, `unwatch` after the last. */
export interface ScopedPorts {
  watch(scope: string): void;
  unwatch(scope: string): void;
  portsOf(scope: string): Iterable<string>;
  isExcluded(port: string): boolean;
}

/**
 * Where rules are applied, node by node: for each scope that rules name, the ports of that scope which live on the node and are
 * not excluded from the firewall. A node wants the rules of a scope as long as it has such a port, so a rule reaches exactly the
 * nodes where it has something to do.
 */
export class PortGroups {
  /** How many rules use a scope. */
  private readonly uses = new Map<string, number>();
  private readonly homes = new Map<string, NodeRecord>();
  /** Scopes in use that a port is in, wherever it lives. */
  private readonly scopesByPort = new MultiMap<string, string>();
  /** Port groups by scope, one a node. */
  private readonly groups = new MultiMap<string, Resource>();

  constructor(
    private readonly table: ResourceTable,
    private readonly span: Span,
    private readonly ports: ScopedPorts,
    private readonly event: () => number,
  ) {}

  use(scope: string): void {
    const count = (this.uses.get(scope) ?? 0) + 1;
    this.uses.set(scope, count);
    if (count > 1) return;
    this.ports.watch(scope);
    for (const port of this.ports.portsOf(scope)) this.enter(scope, port);
  }

  release(scope: string): void {
    const count = this.uses.get(scope) ?? 0;
    if (count > 1) {
      this.uses.set(scope, count - 1);
      return;
    }
    for (const port of [...this.ports.portsOf(scope)]) this.leave(scope, port);
    this.uses.delete(scope);
    this.ports.unwatch(scope);
  }

  joined(scope: string, port: string): void {
    if (this.uses.has(scope)) this.enter(scope, port);
  }

  left(scope: string, port: string): void {
    if (this.uses.has(scope)) this.leave(scope, port);
  }

  /** The port lives on another node now, or on none. */
  moved(port: string, node: NodeRecord | undefined): void {
    if (this.homes.get(port) === node) return;
    const scopes = [...this.scopesByPort.get(port)];
    for (const scope of scopes) this.take(scope, port);
    if (node) this.homes.set(port, node);
    else this.homes.delete(port);
    for (const scope of scopes) this.put(scope, port);
  }

  /** The port was excluded from the firewall, or is so no longer. */
  exclusionChanged(port: string): void {
    for (const scope of this.scopesByPort.get(port)) {
      if (this.ports.isExcluded(port)) this.take(scope, port);
      else this.put(scope, port);
    }
  }

  /** Port groups that a scope became, one a node. */
  resourcesOf(scope: string): Iterable<Resource> {
    return this.groups.get(scope);
  }

  private enter(scope: string, port: string): void {
    if (this.scopesByPort.has(port, scope)) return;
    this.scopesByPort.add(port, scope);
    this.put(scope, port);
  }

  private leave(scope: string, port: string): void {
    if (this.scopesByPort.delete(port, scope)) this.take(scope, port);
  }

  private put(scope: string, port: string): void {
    const node = this.homes.get(port);
    if (!node || this.ports.isExcluded(port)) return;
    const resource = this.table.find(ResourceKind.PORT_GROUP, scope, node.id);
    // One that lost its last port in this event is still in the table, and is begun anew.
    if (resource?.body) {
      this.table.element(resource, port, true);
      resource.stakes.set(scope, this.event());
      return;
    }
    const bundle = bundles.ports(scope, node.id);
    const contribution = { kind: ResourceKind.PORT_GROUP, key: scope, bundle, body: HEAD, elements: [[port, true as const] as const], node: node.id };
    this.groups.add(scope, this.table.contribute(scope, contribution, this.event()));
    this.span.want(node, bundle);
    this.span.want(node, bundles.applied(scope));
  }

  private take(scope: string, port: string): void {
    const node = this.homes.get(port);
    const resource = node && this.table.find(ResourceKind.PORT_GROUP, scope, node.id);
    if (!node || !resource?.elements?.has(port)) return;
    this.table.element(resource, port, undefined);
    resource.stakes.set(scope, this.event());
    if (resource.elements.size > 0) return;
    const bundle = bundles.ports(scope, node.id);
    this.table.withdraw(scope, { kind: ResourceKind.PORT_GROUP, key: scope, bundle, body: HEAD, node: node.id }, this.event());
    this.span.unwant(node, bundle);
    this.span.unwant(node, bundles.applied(scope));
    this.groups.delete(scope, resource);
  }
}
