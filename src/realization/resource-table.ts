import { same } from './cells.js';
import { type Lanes, lanesOf, resourceLanes, SetHash, versionOf } from './digest.js';
import { FirewallRule, NodeResource, type ResourceChange, ResourceKind } from './resources.pb.js';
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
  /** The bundle that it is told in: always the same for one kind and key. */
  readonly bundle: string;
  readonly body: Body;
  readonly elements?: ReadonlyMap<string, Element>;
  /** Node whose own it is, where every node has another content under the same key. */
  readonly node?: string;
  /** A further intent that the resource stands for: the policy whose rules are in it. */
  readonly also?: string;
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
  readonly elements: Map<string, Element> | undefined;
  private readonly hash: SetHash | undefined;
  private putChange: ResourceChange | undefined;
  /** Paths of the intents that it stands for, with the event at which what each of them put in changed last. */
  readonly intents = new Map<string, number>();
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
      this.elements = new Map();
      this.hash = new SetHash();
    }
  }

  get name(): string {
    return `${ResourceKind[this.kind]} ${this.key}`;
  }

  setBody(body: Body | undefined): void {
    if (this.hash && this.body && same(this.body, body)) return;
    const bytes = body && NodeResource.encode({ kind: this.kind, key: this.key, version: '', body }).finish();
    this.body = body;
    this.putChange = undefined;
    if (!this.hash) {
      this.version = bytes ? versionOf(bytes) : '';
    } else {
      if (this.bodyLanes) this.hash.remove(this.bodyLanes);
      this.bodyLanes = bytes && lanesOf(bytes);
      if (this.bodyLanes) this.hash.add(this.bodyLanes);
      this.version = bytes ? this.hash.version() : '';
    }
    this.lanes = this.version === '' ? undefined : resourceLanes(this.kind, this.key, this.version);
  }

  setElement(key: string, element: Element | undefined): void {
    const before = this.elements!.get(key);
    if (before !== undefined) this.hash!.remove(elementLanes(key, before));
    if (element === undefined) this.elements!.delete(key);
    else {
      this.hash!.add(elementLanes(key, element));
      this.elements!.set(key, element);
    }
  }

  /** Brings the version up to date after elements changed. */
  seal(): void {
    if (!this.hash || !this.body) return;
    const version = this.hash.version();
    if (version === this.version) return;
    this.version = version;
    this.lanes = resourceLanes(this.kind, this.key, version);
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
export function withElements(head: Body, elements: ReadonlyMap<string, Element>): Body {
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
  /** Units that give the head of a resource. */
  private readonly heads = new Map<Resource, Map<string, Body>>();
  /** Resources that stand for an intent beside those that made them, by that intent. */
  private readonly shared = new Map<string, Set<Resource>>();

  constructor(
    private readonly span: Span,
    private readonly listener: ResourceListener,
  ) {}

  /** @param node the node whose own the resource is, for kinds of which each node has its own */
  find(kind: ResourceKind, key: string, node?: string): Resource | undefined {
    return this.resources.get(kind)?.get(placeOf(key, node));
  }

  /** Resources that an intent shares with those below it. */
  sharedBy(intent: string): Iterable<Resource> {
    return this.shared.get(intent) ?? [];
  }

  get count(): number {
    let count = 0;
    for (const byKey of this.resources.values()) count += byKey.size;
    return count;
  }

  contribute(unit: string, contribution: Contribution, event: number): Resource {
    const resource = this.obtain(contribution);
    this.listener.touching(resource);
    resource.intents.set(unit, event);
    if (contribution.also !== undefined) this.share(contribution.also, resource, event);
    if (!resource.elements) {
      resource.setBody(contribution.body);
      return resource;
    }
    const heads = this.heads.get(resource) ?? new Map<string, Body>();
    this.heads.set(resource, heads);
    heads.set(unit, contribution.body);
    resource.setBody(contribution.body);
    for (const [key, element] of contribution.elements ?? []) this.element(resource, key, element);
    return resource;
  }

  withdraw(unit: string, contribution: Contribution, event: number): void {
    const resource = this.find(contribution.kind, contribution.key, contribution.node);
    if (!resource) return;
    this.listener.touching(resource);
    resource.intents.delete(unit);
    if (contribution.also !== undefined) resource.intents.set(contribution.also, event);
    if (!resource.elements) {
      resource.setBody(undefined);
      return;
    }
    for (const key of contribution.elements?.keys() ?? []) this.element(resource, key, undefined);
    const heads = this.heads.get(resource);
    heads?.delete(unit);
    if (heads && heads.size > 0) return;
    this.heads.delete(resource);
    resource.setBody(undefined);
  }

  /** Adds or replaces an element, or removes it. */
  element(resource: Resource, key: string, element: Element | undefined): void {
    this.listener.changingElement(resource, key);
    resource.setElement(key, element);
  }

  /** Forgets a resource that no longer exists. */
  drop(resource: Resource): void {
    this.resources.get(resource.kind)?.delete(placeOf(resource.key, resource.node));
    for (const intent of resource.intents.keys()) {
      const resources = this.shared.get(intent);
      if (resources?.delete(resource) && resources.size === 0) this.shared.delete(intent);
    }
    resource.bundle.resources.delete(resource);
    this.span.collect(resource.bundle);
  }

  private share(intent: string, resource: Resource, event: number): void {
    resource.intents.set(intent, event);
    const resources = this.shared.get(intent) ?? new Set<Resource>();
    this.shared.set(intent, resources);
    resources.add(resource);
  }

  private obtain({ kind, key, bundle: bundleName, node }: Contribution): Resource {
    const byPlace = this.resources.get(kind) ?? new Map<string, Resource>();
    this.resources.set(kind, byPlace);
    const place = placeOf(key, node);
    let resource = byPlace.get(place);
    if (!resource) {
      const bundle = this.span.bundle(bundleName);
      resource = new Resource(kind, key, bundle, node);
      byPlace.set(place, resource);
      bundle.resources.add(resource);
    }
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
}
