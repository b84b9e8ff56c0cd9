import type { Commit } from '../../src/policy/ports.js';
import type { InventoryReport, NodeDelta, Realization, RealizedState, RealizedTransition, Refusal, StartState } from '../../src/realization/contract.js';
import { resourceLanes, SetHash } from '../../src/realization/digest.js';
import type { NodeResource, ResourceChange, ResourceVersion } from '../../src/realization/resources.pb.js';

interface Told {
  readonly resources: Map<string, NodeResource>;
  connected: boolean;
}

/** Realization whose outcome a test writes down instead of having it computed: what each node should hold. Keeps what it was told. */
export class ScriptedRealization implements Partial<Realization> {
  private readonly nodes = new Map<string, Told>();
  readonly acks: string[] = [];
  readonly nacks: string[] = [];
  readonly reports: InventoryReport[] = [];
  readonly forgotten: string[] = [];
  resends = 0;
  private sequence = 1;
  private readonly planned: { readonly node: string; readonly changes: readonly ResourceChange[] }[] = [];
  private readonly transitions: RealizedTransition[] = [];

  /** What the next commit changes of what nodes should hold. */
  plan(nodes: readonly string[], changes: readonly ResourceChange[]): void {
    for (const node of nodes) {
      const { resources } = this.told(node);
      for (const { change } of changes) {
        if (change?.$case === 'put') resources.set(`${change.value.kind} ${change.value.key}`, change.value);
        if (change?.$case === 'remove') resources.delete(`${change.value.kind} ${change.value.key}`);
      }
      this.planned.push({ node, changes });
    }
  }

  /** Replaces what a node should hold without a delta that says so. */
  set(node: string, resource: NodeResource): void {
    this.told(node).resources.set(`${resource.kind} ${resource.key}`, resource);
  }

  /** Nodes that should hold a resource with this key. */
  spanOf(key: string): string[] {
    return [...this.nodes].filter(([, { resources }]) => [...resources.values()].some((resource) => resource.key === key)).map(([node]) => node);
  }

  load(_start: StartState): void {}

  commit({ sequence }: Pick<Commit, 'sequence'>): readonly NodeDelta[] {
    this.sequence = sequence;
    return this.planned.splice(0).flatMap(({ node, changes }) => (this.told(node).connected ? [this.delta(node, changes)] : []));
  }

  report(report: InventoryReport): readonly NodeDelta[] {
    this.reports.push(report);
    return [];
  }

  forget(node: string): readonly NodeDelta[] {
    this.forgotten.push(node);
    this.nodes.delete(node);
    return [];
  }

  connected(node: string, digest: string, refused: readonly Refusal[]): boolean {
    this.told(node).connected = digest === this.digest(node);
    if (this.told(node).connected) this.nacked(node, refused);
    return this.told(node).connected;
  }

  resume(node: string, held: Iterable<ResourceVersion>, refused: readonly Refusal[]): NodeDelta {
    const told = this.told(node);
    told.connected = true;
    this.nacked(node, refused);
    const has = new Map([...held].map((version) => [`${version.kind} ${version.key}`, version]));
    const puts = [...told.resources]
      .filter(([text, { version }]) => has.get(text)?.version !== version)
      .map(([, value]): ResourceChange => ({ change: { $case: 'put', value } }));
    const gone = [...has]
      .filter(([text]) => !told.resources.has(text))
      .map(([, { kind, key }]): ResourceChange => ({ change: { $case: 'remove', value: { kind, key } } }));
    return this.delta(node, [...puts, ...gone]);
  }

  disconnected(node: string): void {
    this.told(node).connected = false;
  }

  acked(node: string, resources: Iterable<ResourceVersion>): void {
    for (const { key, version } of resources) this.acks.push(`${node} ${key} ${version}`);
  }

  nacked(node: string, refusals: Iterable<Refusal>): void {
    for (const { key, version, reason } of refusals) this.nacks.push(`${node} ${key} ${version} ${reason}`);
  }

  resend(node: string, ids: Iterable<{ readonly kind: number; readonly key: string }>): NodeDelta {
    this.resends += 1;
    const { resources } = this.told(node);
    return this.delta(
      node,
      [...ids].map(({ kind, key }): ResourceChange => {
        const value = resources.get(`${kind} ${key}`);
        return { change: value ? { $case: 'put', value } : { $case: 'remove', value: { kind, key } } };
      }),
    );
  }

  /** A port lives where the node itself holds it as its own. */
  realizedState(path: string): RealizedState | undefined {
    const place = [...this.nodes].find(([node, { resources }]) =>
      [...resources.values()].some(({ key, body }) => key === path && body?.$case === 'switchPort' && body.value.node === node),
    );
    if (!place) return undefined;
    const entity = { entityType: 'RealizedLogicalPort', id: path, state: 'REALIZED' as const, attributes: [{ key: 'TransportNode', values: [place[0]] }] };
    return { path, state: 'REALIZED', consolidated: 'SUCCESS', entities: [entity], alarms: [], nodes: [] };
  }

  snapshot(node: string): NodeDelta {
    return this.delta(
      node,
      [...this.told(node).resources.values()].map((value): ResourceChange => ({ change: { $case: 'put', value } })),
    );
  }

  digest(node: string): string {
    const hash = new SetHash();
    for (const { kind, key, version } of this.told(node).resources.values()) hash.add(resourceLanes(kind, key, version));
    return hash.toString();
  }

  transition(transition: RealizedTransition): void {
    this.transitions.push(transition);
  }

  drainTransitions(): readonly RealizedTransition[] {
    return this.transitions.splice(0);
  }

  private told(node: string): Told {
    let told = this.nodes.get(node);
    if (!told) {
      told = { resources: new Map(), connected: false };
      this.nodes.set(node, told);
    }
    return told;
  }

  private delta(node: string, changes: readonly ResourceChange[]): NodeDelta {
    return { node, sequence: this.sequence, changes, digest: this.digest(node) };
  }
}
