import { same } from '../cells.js';
import type { MemberKind } from '../contract.js';
import { MultiMap } from '../multimap.js';
import { decrease, increase, SmallMap } from '../small-map.js';
import { exactLabels, type ItemType, isMac, labelsOf, propertyTriggers, type Selector, satisfies, type Term, type Traits, triggersOf } from './selector.js';

/** What groups need to know of a segment port beside its labels. */
export interface PortFacts {
  readonly segment: string;
  /** External id of the machine whose interface is plugged in. */
  readonly machine: string | undefined;
  /** External id of that interface. */
  readonly vif: string | undefined;
  /** Addresses and MAC addresses, canonical. */
  readonly addresses: readonly string[];
}

export interface MembershipListener {
  /** The port is now among the ports of the group, by whatever way. */
  portJoined(group: string, port: string): void;
  portLeft(group: string, port: string): void;
  /** The address (or MAC address, or block) is now among those of the group. */
  addressJoined(group: string, address: string): void;
  addressLeft(group: string, address: string): void;
}

/**
 * Who is in which group, kept up to date member by member. An object whose labels change is looked up in an index of what groups
 * ask for, so that only groups which it may concern are asked, and each of those is asked about this one object. What a member
 * stands for (ports, addresses) is counted, because a port may be in a group by its own name, through its segment, through its
 * machine and through nested groups at once, and two ports may share an address.
 *
 * The cost of one member that joins is therefore that of its labels and of the groups that it joins, whatever their size.
 */
export class Membership {
  private readonly items = new Map<ItemType, Map<string, Item>>();
  private readonly ports = new Map<string, PortFacts>();
  private readonly portsBySegment = new MultiMap<string, string>();
  private readonly portsByMachine = new MultiMap<string, string>();
  private readonly portsByVif = new MultiMap<string, string>();
  private readonly itemsByLabel = new MultiMap<string, string>();
  private readonly groups = new Map<string, GroupState>();
  private readonly groupsByTrigger = new MultiMap<string, GroupState>();
  private readonly parentsByPath = new MultiMap<string, GroupState>();
  private readonly groupsByItem = new MultiMap<Item, GroupState>();
  private readonly groupsByOwnPort = new MultiMap<string, GroupState>();

  constructor(private readonly listener: MembershipListener) {}

  /** Defines a group, or removes it. */
  setGroup(path: string, selector: Selector | undefined): void {
    let group = this.groups.get(path);
    if (!group) {
      if (!selector) return;
      group = new GroupState(path, selector.portsOnly ?? false);
      this.groups.set(path, group);
    }
    const before = group.selector;
    const now = selector ?? NOBODY;
    if (!same(before, now)) this.replaceSelector(group, before, now);
    if (!selector) this.groups.delete(path);
  }

  private replaceSelector(group: GroupState, before: Selector, now: Selector): void {
    for (const trigger of triggersOf(before)) this.groupsByTrigger.delete(trigger, group);
    group.selector = now;
    for (const trigger of triggersOf(now)) this.groupsByTrigger.add(trigger, group);
    this.replaceItems(group);
    const addresses = difference(before.addresses, now.addresses);
    for (const address of addresses.added) this.addAddress(group, address);
    for (const address of addresses.removed) this.dropAddress(group, address);
    const children = difference(before.groups, now.groups);
    for (const child of children.added) this.nest(group, child);
    for (const child of children.removed) this.unnest(group, child);
  }

  /** Tells what is known of an object by which groups choose, or that it is gone. */
  setItem(type: ItemType, id: string, traits: Traits | undefined): void {
    const items = this.items.get(type) ?? new Map<string, Item>();
    this.items.set(type, items);
    const item = items.get(id);
    const before = item?.traits;
    if (!before && !traits) return;
    const old = before ? labelsOf(type, before) : NO_LABELS;
    const now = traits ? labelsOf(type, traits) : NO_LABELS;
    const triggers = propertyTriggers(type, before, traits);
    for (const label of old) {
      if (now.has(label)) continue;
      if (isIndexed(label)) this.itemsByLabel.delete(label, id);
      triggers.push(label);
    }
    for (const label of now) {
      if (old.has(label)) continue;
      if (isIndexed(label)) this.itemsByLabel.add(label, id);
      triggers.push(label);
    }
    if (traits) {
      if (item) item.traits = traits;
      else items.set(id, { traits });
    }
    for (const group of this.concerned(triggers)) {
      this.reconsider(group, type, id, traits !== undefined);
      if (type !== 'SegmentPort' && group.meetsAtPorts) for (const port of this.portsOf(type, id)) this.reconsider(group, 'SegmentPort', port, true);
    }
    if (!traits) {
      for (const group of item ? [...this.groupsByItem.get(item)] : []) this.dropItem(group, type, id);
      items.delete(id);
      if (type !== 'SegmentPort') this.reconsiderPortsOf(type, id, triggers);
    }
  }

  /** Tells where a port belongs and what addresses it has, or that it is gone. */
  setPort(port: string, facts: PortFacts | undefined): void {
    const before = this.ports.get(port);
    const moves = CONTAINERS.filter(([, field]) => before?.[field] !== facts?.[field]);
    for (const [type, field] of moves) {
      const container = before?.[field];
      if (container === undefined) continue;
      for (const group of this.groupsOfItem(type, container)) this.dropOwnPort(group, port);
      this.portsIn(type).delete(container, port);
    }
    const own = this.groupsOfItem('SegmentPort', port);
    if (before && !facts) for (const group of own) this.dropOwnPort(group, port);
    if (before) this.replaceAddresses(port, before.addresses, facts?.addresses ?? []);
    if (facts) this.ports.set(port, facts);
    else this.ports.delete(port);
    if (facts && !before) for (const group of own) this.addOwnPort(group, port);
    for (const [type, field] of moves) {
      const container = facts?.[field];
      if (container === undefined) continue;
      this.portsIn(type).add(container, port);
      for (const group of this.groupsOfItem(type, container)) this.addOwnPort(group, port);
    }
    for (const [type, field] of moves) {
      for (const container of [before?.[field], facts?.[field]]) {
        const traits = container === undefined ? undefined : this.itemOf(type, container)?.traits;
        if (traits) this.reconsiderPort(port, [...labelsOf(type, traits), ...propertyTriggers(type, undefined, traits)]);
      }
    }
  }

  /** Ports of a group, by whatever way they are in it. */
  portsOfGroup(path: string): Iterable<string> {
    return this.groups.get(path)?.ports.keys() ?? [];
  }

  hasPort(path: string, port: string): boolean {
    return this.groups.get(path)?.ports.has(port) ?? false;
  }

  addressesOfGroup(path: string): Iterable<string> {
    return this.groups.get(path)?.addresses.keys() ?? [];
  }

  members(path: string, kind: MemberKind): string[] | undefined {
    const group = this.groups.get(path);
    if (!group) return undefined;
    const found = new Set<string>();
    if (kind === 'IPAddress' || kind === 'MACAddress') {
      for (const address of group.addresses.keys()) if (isMac(address) === (kind === 'MACAddress')) found.add(address);
    } else if (kind === 'SegmentPort') {
      for (const port of group.ports.keys()) found.add(port);
    } else {
      const nested = this.withNested(group);
      for (const one of nested) {
        if (kind === 'Group') found.add(one.path);
        else for (const id of one.items.get(kind) ?? []) found.add(id);
      }
      if (kind === 'Group') found.delete(path);
      const field = kind === 'VirtualMachine' ? 'machine' : kind === 'VirtualNetworkInterface' ? 'vif' : undefined;
      if (field) for (const port of group.ports.keys()) addDefined(found, this.ports.get(port)?.[field]);
    }
    return [...found].sort();
  }

  /** Paths of the groups that have a member, sorted. */
  groupsOf(kind: MemberKind, member: string): string[] {
    return [...this.groups.values()]
      .filter((group) => !group.portsOnly && this.has(group, kind, member))
      .map(({ path }) => path)
      .sort();
  }

  private has(group: GroupState, kind: MemberKind, member: string): boolean {
    if (kind === 'IPAddress' || kind === 'MACAddress') return group.addresses.has(member);
    if (kind === 'SegmentPort') return group.ports.has(member);
    if (kind === 'Group') return group.path !== member && this.withNested(group).some(({ path }) => path === member);
    if (this.withNested(group).some(({ items }) => items.get(kind)?.has(member))) return true;
    return kind !== 'Segment' && [...this.portsIn(kind).get(member)].some((port) => group.ports.has(port));
  }

  private withNested(group: GroupState): GroupState[] {
    const reached = new Set([group]);
    for (const one of reached) for (const child of one.selector.groups) addDefined(reached, this.groups.get(child));
    return [...reached];
  }

  private concerned(triggers: readonly string[]): Set<GroupState> {
    const groups = new Set<GroupState>();
    for (const trigger of triggers) for (const group of this.groupsByTrigger.get(trigger)) groups.add(group);
    return groups;
  }

  /** Asks the group anew about one object. */
  private reconsider(group: GroupState, type: ItemType, id: string, exists: boolean): void {
    const selected = exists && this.itemOf(type, id) !== undefined && group.selector.terms.some((term) => term.level === type && this.selects(term, type, id));
    const had = group.items.get(type)?.has(id) ?? false;
    if (selected && !had) this.addItem(group, type, id);
    else if (!selected && had) this.dropItem(group, type, id);
  }

  private reconsiderPort(port: string, triggers: readonly string[]): void {
    for (const group of this.concerned(triggers)) if (group.meetsAtPorts) this.reconsider(group, 'SegmentPort', port, true);
  }

  private reconsiderPortsOf(type: ItemType, id: string, triggers: readonly string[]): void {
    for (const port of this.portsOf(type, id)) this.reconsiderPort(port, triggers);
  }

  private selects(term: Term, type: ItemType, id: string): boolean {
    if (type !== 'SegmentPort') return satisfies(term, (asked) => (asked === type ? this.itemOf(type, id)?.traits : undefined));
    const facts = this.ports.get(id);
    return satisfies(term, (asked) => {
      if (asked === 'SegmentPort') return this.itemOf(asked, id)?.traits;
      const container = facts && containerOf(asked, facts);
      return container === undefined ? undefined : this.itemOf(asked, container)?.traits;
    });
  }

  /** Works out a group's items after its selector changed: candidates come from the index wherever a label can name them. */
  private replaceItems(group: GroupState): void {
    group.meetsAtPorts = group.selector.terms.some(
      (term) => term.level === 'SegmentPort' && term.factors.some((tests) => tests.some(({ type }) => type !== 'SegmentPort')),
    );
    const selected = new Map<ItemType, Set<string>>();
    for (const term of group.selector.terms) {
      const ids = selected.get(term.level) ?? new Set<string>();
      selected.set(term.level, ids);
      for (const id of this.candidates(term)) if (!ids.has(id) && this.selects(term, term.level, id)) ids.add(id);
    }
    for (const [type, ids] of selected) for (const id of ids) if (!group.items.get(type)?.has(id)) this.addItem(group, type, id);
    for (const [type, ids] of group.items) for (const id of [...ids]) if (!selected.get(type)?.has(id)) this.dropItem(group, type, id);
  }

  /** A superset of what a term selects: the smallest that the index of labels gives, or all objects of its type. */
  private candidates({ level, factors }: Term): Iterable<string> {
    let best: Set<string> | undefined;
    for (const tests of factors) {
      if (tests.some((test) => test.type !== level)) continue;
      const labels = tests.map(exactLabels);
      if (!labels.every((found) => found?.every(isIndexed))) continue;
      const found = new Set<string>();
      for (const label of labels.flat()) for (const id of this.itemsByLabel.get(label ?? '')) found.add(id);
      if (!best || found.size < best.size) best = found;
    }
    return best ?? this.items.get(level)?.keys() ?? [];
  }

  private addItem(group: GroupState, type: ItemType, id: string): void {
    insert(group.items, type, id);
    const item = this.itemOf(type, id);
    if (item) this.groupsByItem.add(item, group);
    for (const port of this.portsOf(type, id)) this.addOwnPort(group, port);
  }

  private dropItem(group: GroupState, type: ItemType, id: string): void {
    remove(group.items, type, id);
    const item = this.itemOf(type, id);
    if (item) this.groupsByItem.delete(item, group);
    for (const port of this.portsOf(type, id)) this.dropOwnPort(group, port);
  }

  private addOwnPort(group: GroupState, port: string): void {
    if (increase(group.ownPorts, port) > 1) return;
    this.addPort(group, port);
    if (group.portsOnly) return;
    this.groupsByOwnPort.add(port, group);
    for (const address of this.ports.get(port)?.addresses ?? []) this.addAddress(group, address);
  }

  private dropOwnPort(group: GroupState, port: string): void {
    if (decrease(group.ownPorts, port) > 0) return;
    this.dropPort(group, port);
    if (group.portsOnly) return;
    this.groupsByOwnPort.delete(port, group);
    for (const address of this.ports.get(port)?.addresses ?? []) this.dropAddress(group, address);
  }

  private replaceAddresses(port: string, before: readonly string[], now: readonly string[]): void {
    const { added, removed } = difference(before, now);
    for (const group of this.groupsByOwnPort.get(port)) {
      for (const address of added) this.addAddress(group, address);
      for (const address of removed) this.dropAddress(group, address);
    }
  }

  private addPort(group: GroupState, port: string): void {
    if (increase(group.ports, port) > 1) return;
    this.listener.portJoined(group.path, port);
    for (const parent of this.parentsByPath.get(group.path)) this.addPort(parent, port);
  }

  private dropPort(group: GroupState, port: string): void {
    if (decrease(group.ports, port) > 0) return;
    this.listener.portLeft(group.path, port);
    for (const parent of this.parentsByPath.get(group.path)) this.dropPort(parent, port);
  }

  private addAddress(group: GroupState, address: string): void {
    if (increase(group.addresses, address) > 1) return;
    this.listener.addressJoined(group.path, address);
    for (const parent of this.parentsByPath.get(group.path)) if (!parent.portsOnly) this.addAddress(parent, address);
  }

  private dropAddress(group: GroupState, address: string): void {
    if (decrease(group.addresses, address) > 0) return;
    this.listener.addressLeft(group.path, address);
    for (const parent of this.parentsByPath.get(group.path)) if (!parent.portsOnly) this.dropAddress(parent, address);
  }

  private nest(parent: GroupState, child: string): void {
    this.parentsByPath.add(child, parent);
    const group = this.groups.get(child);
    for (const port of group?.ports.keys() ?? []) this.addPort(parent, port);
    if (!parent.portsOnly) for (const address of group?.addresses.keys() ?? []) this.addAddress(parent, address);
  }

  private unnest(parent: GroupState, child: string): void {
    this.parentsByPath.delete(child, parent);
    const group = this.groups.get(child);
    for (const port of group?.ports.keys() ?? []) this.dropPort(parent, port);
    if (!parent.portsOnly) for (const address of group?.addresses.keys() ?? []) this.dropAddress(parent, address);
  }

  private portsOf(type: ItemType, id: string): Iterable<string> {
    if (type === 'SegmentPort') return this.ports.has(id) ? [id] : [];
    return [...this.portsIn(type).get(id)];
  }

  private portsIn(type: ItemType): MultiMap<string, string> {
    return type === 'Segment' ? this.portsBySegment : type === 'VirtualMachine' ? this.portsByMachine : this.portsByVif;
  }

  /** Groups that an object is a member of by itself. */
  private groupsOfItem(type: ItemType, id: string): Iterable<GroupState> {
    const item = this.itemOf(type, id);
    return item ? this.groupsByItem.get(item) : [];
  }

  private itemOf(type: ItemType, id: string): Item | undefined {
    return this.items.get(type)?.get(id);
  }
}

interface Item {
  traits: Traits;
}

class GroupState {
  selector: Selector = NOBODY;
  /** Whether conditions on segments, machines or interfaces choose ports. */
  meetsAtPorts = false;
  readonly items = new Map<ItemType, Set<string>>();
  /** Ports that its own items stand for, with the number of ways. */
  readonly ownPorts = new SmallMap<string, number>();
  /** Its own ports and those of nested groups, with the number of ways. */
  readonly ports = new SmallMap<string, number>();
  readonly addresses = new SmallMap<string, number>();

  constructor(
    readonly path: string,
    readonly portsOnly: boolean,
  ) {}
}

const NOBODY: Selector = { terms: [], addresses: [], groups: [], unsupported: [] };
const NO_LABELS: ReadonlySet<string> = new Set();

/** What a port is in, and where its facts say so. */
const CONTAINERS = [
  ['Segment', 'segment'],
  ['VirtualMachine', 'machine'],
  ['VirtualNetworkInterface', 'vif'],
] as const;

/**
 * Whether objects are kept by a label, to find those that a new group selects. Not by labels that say little (any tag of a scope)
 * or that few groups ask for: a group that does walks all objects of its type, once.
 */
function isIndexed(label: string): boolean {
  return label.includes(' id ') || label.includes(' name ') || (label.includes(' tag ') && !label.endsWith('|*'));
}

function containerOf(type: ItemType, facts: PortFacts): string | undefined {
  return type === 'Segment' ? facts.segment : type === 'VirtualMachine' ? facts.machine : facts.vif;
}

function insert<K, V>(index: Map<K, Set<V>>, key: K, value: V): void {
  const values = index.get(key);
  if (values) values.add(value);
  else index.set(key, new Set([value]));
}

function remove<K, V>(index: Map<K, Set<V>>, key: K, value: V): void {
  const values = index.get(key);
  values?.delete(value);
  if (values?.size === 0) index.delete(key);
}

function difference(before: readonly string[], now: readonly string[]): { added: string[]; removed: string[] } {
  const old = new Set(before);
  const kept = new Set(now);
  return { added: now.filter((item) => !old.has(item)), removed: before.filter((item) => !kept.has(item)) };
}

function addDefined<T>(set: Set<T>, value: T | undefined): void {
  if (value !== undefined) set.add(value);
}
