import { type Lanes, lanesOf, resourceLanes, SetHash, versionOf } from './digest.js';
import { MultiMap } from './multimap.js';
import { FirewallRule, NodeResource, type ResourceChange, ResourceKind } from './resources.pb.js';
import { SmallMap } from './small-map.js';
import type { Bundle, NodeRecord, Span } from './span.js';

export type Body = NonNullable<NodeResource['body']>;
/** An element of a set: a rule, or nothing beside its key. */
export type Element = FirewallRule | true;

/**
 * A unit's share in a resource. Most resources are made by one unit alone. One with elements is made by several: each gives the
 * same head (the body without elements) and its own elements.
 */
export interface Contribution {
  readonly kind: ResourceKind;
  readonly key: string;
  /** The bundle that it is told in: the same in all contributions to one resource. */
  readonly bundle: string;
  readonly body: Body;
  readonly elements?: readonly (readonly [key: string, element: Element])[];
  /** Node whose own it is, where every node has another content under the same key. */
  readonly node?: string;
  /** Further intents that the resource stands for: the policy whose rules are in it, the pool of a virtual server. */
  readonly also?: readonly string[];
}

/** Kinds whose resources are sets that change by elements. */
const WITH_ELEMENTS: ReadonlySet<ResourceKind> = new Set([ResourceKind.ADDRESS_SET, ResourceKind.PORT_GROUP, ResourceKind.FIREWALL_RULE_SET]);

/** A resource as the calculation holds it. */
export class Resource {
  /** Version now; empty while it does not exist. */
  version = '';
  lanes: Lanes | undefined;
  body: Body | undefined;
  bodyLanes: Lanes | undefined;
  /** Elements by key, for kinds that have them. */
  readonly elements: SmallMap<string, Element> | undefined;
  private readonly hash: SetHash | undefined;
  private putChange: ResourceChange | undefined;
  private stale = false;
  /** How many units give its body, or the head of it. */
  givers = 0;
  /** Intents that it stands for, each with the event at which what it put in changed last. */
  readonly stakes = new SmallMap<string, number>();
  /** Connected nodes that have not acked it, with the first event that they have not acked. */
  unacked: Map<NodeRecord, number> | undefined;
  /** Nodes whose engines refuse it, with the reason and the first event that they do not run. */
  refused: Map<NodeRecord, { readonly reason: string; readonly since: number }> | undefined;

  constructor(
    readonly kind: ResourceKind,
    readonly key: string,
    readonly bundle: Bundle,
    /** Node whose own it is. */
    readonly node?: string,
  ) {
    if (WITH_ELEMENTS.has(kind)) {
      this.elements = new SmallMap();
      this.hash = new SetHash();
    }
  }

  get name(): string {
    return `${ResourceKind[this.kind]} ${this.key}`;
  }

  setBody(body: Body | undefined): void {
    this.body = body;
    this.stale = true;
  }

  setElement(key: string, element: Element | undefined): void {
    this.stale = true;
    const before = this.elements!.get(key);
    if (before !== undefined) this.hash!.remove(elementLanes(key, before));
    if (element === undefined) this.elements!.delete(key);
    else {
      this.hash!.add(elementLanes(key, element));
      this.elements!.set(key, element);
    }
  }

  /** Whether nothing is left of it. */
  isGone(): boolean {
    return !this.body && !this.elements?.size;
  }

  /** Brings the version up to date, once for all that an event did to the resource. */
  seal(): void {
    if (!this.stale) return;
    this.stale = false;
    const before = this.version;
    const bytes = this.body && NodeResource.encode({ kind: this.kind, key: this.key, version: '', body: this.body }).finish();
    if (!this.hash) this.version = bytes ? versionOf(bytes) : '';
    else {
      if (this.bodyLanes) this.hash.remove(this.bodyLanes);
      this.bodyLanes = bytes && lanesOf(bytes);
      if (this.bodyLanes) this.hash.add(this.bodyLanes);
      this.version = bytes ? this.hash.version() : '';
    }
    if (this.version === before) return;
    this.lanes = this.version === '' ? undefined : resourceLanes(this.kind, this.key, this.version);
    this.putChange = undefined;
  }

  /** The change that gives a node the whole resource: one object for all nodes. */
  put(): ResourceChange {
    this.putChange ??= {
      change: {
        $case: 'put',
        value: { kind: this.kind, key: this.key, version: this.version, body: this.elements ? withElements(this.body!, this.elements) : this.body },
      },
    };
    return this.putChange;
  }
}

function elementLanes(key: string, element: Element): Lanes {
  return lanesOf(element === true ? key : FirewallRule.encode(element).finish());
}

/** The whole body of a set, its elements in the order that does not depend on edits. */
export function withElements(head: Body, elements: { keys(): Iterable<string>; values(): Iterable<Element> }): Body {
  if (head.$case === 'addressSet') return { $case: 'addressSet', value: { addresses: [...elements.keys()].sort() } };
  if (head.$case === 'portGroup') return { $case: 'portGroup', value: { ports: [...elements.keys()].sort() } };
  if (head.$case === 'firewallRuleSet') {
    const rules = [...elements.values()] as FirewallRule[];
    return { $case: 'firewallRuleSet', value: { ...head.value, rules: rules.sort(byOrder) } };
  }
  return head;
}

function byOrder(a: FirewallRule, b: FirewallRule): number {
  return a.sequence - b.sequence || (a.key < b.key ? -1 : 1);
}

/**
 * All resources, each put together from what units contribute. Says to one listener, once for each event, which resources are
 * about to change, so that the outbox can compare.
 */
export class ResourceTable {
  private readonly resources = new Map<ResourceKind, Map<string, Resource>>();
  /** Resources that stand for an intent beside those that made them, by that intent. */
  private readonly shared = new MultiMap<string, Resource>();

  constructor(
    private readonly span: Span,
    private readonly listener: ResourceListener,
  ) {}

  /** @param node the node whose own the resource is, for kinds of which each node has its own */
  find(kind: ResourceKind, key: string, node?: string): Resource | undefined {
    return this.resources.get(kind)?.get(placeOf(key, node));
  }

  *all(): Iterable<Resource> {
    for (const byKey of this.resources.values()) yield* byKey.values();
  }

  /** Resources that an intent shares with those below it. */
  sharedBy(intent: string): Iterable<Resource> {
    return this.shared.get(intent);
  }

  get count(): number {
    let count = 0;
    for (const byKey of this.resources.values()) count += byKey.size;
    return count;
  }

  contribute(unit: string, contribution: Contribution, event: number): Resource {
    const resource = this.obtain(contribution);
    this.listener.touching(resource);
    resource.stakes.set(unit, event);
    for (const intent of contribution.also ?? []) this.share(intent, resource, event);
    resource.givers += 1;
    resource.setBody(contribution.body);
    for (const [key, element] of contribution.elements ?? []) this.element(resource, key, element);
    return resource;
  }

  withdraw(unit: string, contribution: Contribution, event: number): void {
    const resource = this.find(contribution.kind, contribution.key, contribution.node);
    if (!resource) return;
    this.listener.touching(resource);
    resource.stakes.delete(unit);
    for (const intent of contribution.also ?? []) {
      if (resource.elements) resource.stakes.set(intent, event);
      else this.unshare(intent, resource);
    }
    for (const [key] of contribution.elements ?? []) this.element(resource, key, undefined);
    resource.givers -= 1;
    if (resource.givers === 0) resource.setBody(undefined);
  }

  /** Adds or replaces an element, or removes it. */
  element(resource: Resource, key: string, element: Element | undefined): void {
    this.listener.changingElement(resource, key);
    resource.setElement(key, element);
  }

  /** Forgets a resource that no longer exists. */
  drop(resource: Resource): void {
    const place = placeOf(resource.key, resource.node);
    const byPlace = this.resources.get(resource.kind);
    if (byPlace?.get(place) === resource) byPlace.delete(place);
    for (const intent of [...resource.stakes.keys()]) this.unshare(intent, resource);
    resource.bundle.remove(resource);
    this.span.collect(resource.bundle);
  }

  private share(intent: string, resource: Resource, event: number): void {
    resource.stakes.set(intent, event);
    this.shared.add(intent, resource);
  }

  private unshare(intent: string, resource: Resource): void {
    resource.stakes.delete(intent);
    this.shared.delete(intent, resource);
  }

  private obtain({ kind, key, bundle: bundleName, node }: Contribution): Resource {
    const byPlace = this.resources.get(kind) ?? new Map<string, Resource>();
    this.resources.set(kind, byPlace);
    const place = placeOf(key, node);
    const known = byPlace.get(place);
    if (known?.bundle.name === bundleName) return known;
    const bundle = this.span.bundle(bundleName);
    const resource = new Resource(kind, key, bundle, node);
    byPlace.set(place, resource);
    bundle.add(resource);
    // What was withdrawn from another bundle in this event begins anew here: an interface that moves to another edge.
    if (known?.version === '') this.drop(known);
    else if (known) this.listener.replaced(known, resource);
    return resource;
  }
}

function placeOf(key: string, node: string | undefined): string {
  return node === undefined ? key : `${key}\u0000${node}`;
}

export interface ResourceListener {
  /** The resource's head may change in this event. */
  touching(resource: Resource): void;
  /** The element may change in this event. */
  changingElement(resource: Resource, key: string): void;
  /** The resource, of which nothing is left, is told in another bundle from now on, as another one. */
  replaced(before: Resource, now: Resource): void;
}
