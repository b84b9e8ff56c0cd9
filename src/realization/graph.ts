import { workloadTagsPath } from '../model/fabric/workload-tags.resource.js';
import type { PolicyObject } from '../model/policy-object.js';
import type { UnrealizedQuestion } from '../model/unrealized.js';
import type { Commit } from '../policy/ports.js';
import { Assembly } from './assembly.js';
import { Cells } from './cells.js';
import type { Counters, InventoryReport, MemberKind, NodeDelta, Realization, RealizedState, RealizedTransition, Refusal, StartState } from './contract.js';
import { AddressSets } from './groups/address-sets.js';
import { Membership } from './groups/membership.js';
import { EVERYWHERE, PortGroups, type ScopedPorts } from './groups/port-groups.js';
import { EVERY_PORT, portsOfPaths } from './groups/selector.js';
import { Intent, IntentInputs } from './intent.js';
import { Inventory } from './inventory.js';
import { Ledger } from './ledger.js';
import { deltaOf, Outbox, removal } from './outbox.js';
import { attachmentOf, Placement } from './placement.js';
import { RealizedStates } from './realized.js';
import { type Resource, ResourceTable } from './resource-table.js';
import { type ResourceChange, ResourceKind, type ResourceVersion } from './resources.pb.js';
import { NodeRecord, Span } from './span.js';
import { advertisedNetworks } from './units/advertised.js';
import { policyFacts } from './units/firewall.js';
import { gatewayFacts } from './units/gateway-facts.js';
import { EXCLUDE_LIST, ITEM_TYPES, traitsOfMachine, traitsOfObject } from './units/grouping.js';
import type { Reads } from './units/reads.js';
import { segmentFacts } from './units/segment-facts.js';
import { computeUnit, UNITS } from './units/units.js';

/**
 * The incremental calculation: from intent, allocations and inventory to what each node is told. The constructor wires it and
 * draws it; each part is in a file of its own. An event (a commit, a report) flows through once, from left to right, and leaves
 * as one delta a node.
 */
export class RealizationGraph implements Realization {
  private readonly cells = new Cells();
  private readonly intent = new Intent();
  private readonly inputs: IntentInputs;
  private readonly inventory: Inventory;
  private readonly placement: Placement;
  private readonly units: { want(path: string): void; drop(path: string): void };
  private readonly nodes = new Map<string, NodeRecord>();
  private readonly outbox = new Outbox();
  private readonly span: Span;
  private readonly table: ResourceTable;
  private readonly membership: Membership;
  private readonly addressSets: AddressSets;
  private readonly portGroups: PortGroups;
  private readonly assembly: Assembly;
  private readonly ledger: Ledger;
  private readonly realized: RealizedStates;
  /** What membership is to be told of anew once the event's changes are in: each once, however often it was touched. */
  private readonly touchedMachines = new Set<string>();
  private readonly touchedVifs = new Set<string>();
  private sequence = 0;
  /** Number of the event that is being worked on; grows with every commit and report. */
  private event = 1;

  /** @param unrealized what of an object takes no effect, as its type says; left out: everything takes effect */
  constructor(private readonly unrealized: UnrealizedQuestion = () => undefined) {
    //  What users stated and what was allocated for it, as maps that functions read and that remember who read what.
    //
    //   commit ──> INTENT
    //
    this.inputs = new IntentInputs(this.cells, this.intent);

    //  What nodes report, taken apart into single changes: a report that repeats what is known goes no further.
    //
    //   report ──> INVENTORY ──interfaces──> (placement)
    //                  └──nodes, deaths────> (units)
    //
    const nodeInput = this.cells.input((node) => this.inventory.node(node));
    const deathInput = this.cells.input((balancer) => this.inventory.deadMembersOf(balancer));
    const fabricInput = this.cells.input((fabricPath) => this.inventory.nodeAt(fabricPath));
    this.inventory = new Inventory({
      nodeChanged: (node, fabricPath) => {
        nodeInput.changed(node);
        fabricInput.changed(fabricPath);
      },
      interfaceChanged: (node, before, now) => {
        this.placement.setInterface(node, before, now);
        this.touchedVifs.add((now ?? before)?.externalId ?? '');
      },
      machineChanged: (externalId) => this.touchedMachines.add(externalId),
      deadMembersChanged: (balancer) => deathInput.changed(balancer),
    });

    //  Where each port lives: ports and interfaces meet here by attachment id, the older of two that claim one wins.
    //
    //   intent ────ports──────┐
    //                         ├──> PLACEMENT ──> (units)
    //   inventory ─interfaces─┘
    //
    const placeInput = this.cells.input((port) => this.placement.place(port));
    const portAtInput = this.cells.input((attachmentId) => this.placement.portAt(attachmentId));
    this.placement = new Placement({
      placeChanged: (port) => placeInput.changed(port),
      holderChanged: (attachmentId) => portAtInput.changed(attachmentId),
    });

    //  What others need to know of a segment, a gateway or a policy, computed apart: one that is only described anew moves none
    //  of its ports, interfaces or rules.
    //
    //   intent ─────┐
    //               ├──> SEGMENT, GATEWAY AND POLICY FACTS, ADVERTISED NETWORKS ──> (units)
    //   inventory ──┘
    //
    const segments = this.cells.derive((path) => segmentFacts(reads, path));
    const gateways = this.cells.derive((path) => gatewayFacts(reads, path));
    const advertised = this.cells.derive((path) => advertisedNetworks(reads, path));
    const policies = this.cells.derive((path) => policyFacts(reads, path));
    const groupInput = this.cells.input((group) => [...this.membership.addressesOfGroup(group)].sort());
    const reads: Reads = {
      intent: this.inputs,
      node: (id) => nodeInput.read(id),
      nodeAt: (fabricPath) => fabricInput.read(fabricPath),
      place: (port) => placeInput.read(port),
      portAt: (attachmentId) => portAtInput.read(attachmentId),
      segment: (path) => segments.read(path),
      policy: (path) => policies.read(path),
      gateway: (path) => gateways.read(path),
      advertised: (path) => advertised.read(path),
      groupAddresses: (group) => groupInput.read(group),
      deadMembers: (balancer) => deathInput.read(balancer),
      secret: (path, field) => this.inputs.secret(path, field),
    };

    //  One function for each intent object says which resources it becomes and who wants them. It runs again when something that
    //  it read has changed, and what comes after sees only the difference to what it said before.
    //
    //   intent ─────────┐
    //   facts ──────────┤                  ┌──────selectors, ports> (membership)
    //                   ├──> UNITS ──> ASSEMBLY ──contributions──> (resource table)
    //   placement ──────┤                  ├──────links, wants───> (span)
    //   inventory ──────┘                  └──────uses, homes────> (address sets, port groups)
    //
    this.units = this.cells.observe(
      (path) => computeUnit(reads, path, this.intent.get(path)?.resource_type),
      (path, output) => {
        this.assembly.apply(path, output, this.event);
        this.realized.suspectIntent(path);
      },
    );

    //  Which bundle of resources goes to which node, by counting the reasons why.
    //
    //   assembly ──> SPAN ──gained, lost──> (outbox)
    //
    this.span = new Span(this.outbox);

    //  Resources, put together from what units contribute, each with a version by content.
    //
    //   assembly ──> RESOURCE TABLE ──touched──> (outbox)
    //
    this.table = new ResourceTable(this.span, this.outbox);

    //  Who is in which group, member by member. What a group's members stand for goes two ways: their addresses, to be matched by
    //  rules, and their ports, to apply rules to.
    //
    //   intent ────labels─────────┐                ┌──addresses──> ADDRESS SETS ──elements──> (resource table)
    //   inventory ─machines, tags─┼──> MEMBERSHIP ─┤
    //   units ─────selectors,─────┘                └──ports──────> PORT GROUPS ──┬─elements──> (resource table)
    //              ports                                                         │
    //                                                                            └─wants─────> (span)
    //
    this.membership = new Membership({
      portJoined: (group, port) => {
        this.portGroups.joined(group, port);
        if (group === EXCLUDE_LIST) this.portGroups.exclusionChanged(port);
      },
      portLeft: (group, port) => {
        this.portGroups.left(group, port);
        if (group === EXCLUDE_LIST) this.portGroups.exclusionChanged(port);
      },
      addressJoined: (group, address) => {
        this.addressSets.changed(group, address, true);
        groupInput.changed(group);
      },
      addressLeft: (group, address) => {
        this.addressSets.changed(group, address, false);
        groupInput.changed(group);
      },
    });
    const event = () => this.event;
    this.addressSets = new AddressSets(this.table, (group) => this.membership.addressesOfGroup(group), event);
    this.portGroups = new PortGroups(this.table, this.span, scopedPorts(this.membership), event);
    this.assembly = new Assembly(this.table, this.span, (id) => this.nodeOf(id), this.membership, this.addressSets, this.portGroups);

    //  What the event left different, as one ordered delta a node; what was sent is awaited, and decides what state intents have.
    //
    //   span ────────────┐
    //                    ├──> OUTBOX ──> deltas
    //   resource table ──┘       └──> LEDGER ──suspects──> REALIZED STATES ──> transitions
    //   acks, refusals ─────────────────┘
    //
    this.realized = new RealizedStates({
      intent: (path) => this.intent.get(path),
      resourcesOf: (path) => this.resourcesOf(path),
      problemsOf: (path) => this.assembly.outputOf(path).problems,
      attributesOf: (path) => this.assembly.outputOf(path).attributes,
      idleOf: (path) => this.assembly.outputOf(path).idle ?? [],
      unrealizedOf: (path) => {
        const object = this.intent.get(path);
        return object && this.unrealized(object);
      },
    });
    this.ledger = new Ledger((resource) => this.realized.suspectResource(resource));
  }

  load(start: StartState): void {
    this.sequence = start.sequence;
    for (const claim of start.claims) this.inputs.claim(claim);
    for (const secret of start.secrets ?? []) this.inputs.setSecret(secret);
    for (const object of start.objects) this.setObject(object.path, object);
    for (const report of start.reports) this.inventory.report(report);
    this.tellMembership();
    this.cells.settle();
    for (const resource of this.table.all()) {
      resource.seal();
      if (resource.isGone()) this.table.drop(resource);
    }
    for (const node of this.nodes.values()) for (const { lanes } of this.holdings(node)) if (lanes) node.digest.add(lanes);
    this.outbox.open = true;
    this.realized.restore(start.realized, this.event);
  }

  commit(commit: Commit): readonly NodeDelta[] {
    this.event += 1;
    this.sequence = commit.sequence;
    for (const claim of commit.claims) this.inputs.claim(claim);
    for (const secret of commit.secrets) this.inputs.setSecret(secret);
    for (const { path, after } of commit.changes) this.setObject(path, after);
    return this.finish();
  }

  report(report: InventoryReport): readonly NodeDelta[] {
    this.event += 1;
    this.inventory.report(report);
    return this.finish();
  }

  forget(node: string): readonly NodeDelta[] {
    this.event += 1;
    this.inventory.forget(node);
    const deltas = this.finish();
    const record = this.nodes.get(node);
    if (record) {
      record.connected = false;
      this.ledger.restart(record);
      if (record.bundles.size === 0) this.nodes.delete(node);
    }
    return deltas.filter((delta) => delta.node !== node);
  }

  connected(node: string, digest: string, refused: readonly Refusal[]): boolean {
    const record = this.nodeOf(node);
    this.disconnected(node);
    this.ledger.restart(record);
    record.connected = record.digest.toString() === digest;
    if (record.connected) {
      this.refusedBefore(record, refused);
      this.suspectNode(record);
    }
    return record.connected;
  }

  resume(node: string, held: Iterable<ResourceVersion>, refused: readonly Refusal[]): NodeDelta {
    const record = this.nodeOf(node);
    this.disconnected(node);
    this.ledger.restart(record);
    record.connected = true;
    const versions = new Map<string, ResourceVersion>();
    for (const version of held) versions.set(`${version.kind} ${version.key}`, version);
    const changes: ResourceChange[] = [];
    for (const resource of this.holdings(record)) {
      const id = `${resource.kind} ${resource.key}`;
      if (versions.get(id)?.version !== resource.version) {
        changes.push(resource.put());
        this.ledger.expect(record, resource, 0);
      }
      versions.delete(id);
    }
    const stale = [...versions.values()].sort((a, b) => b.kind - a.kind || (a.key < b.key ? -1 : 1));
    for (const { kind, key } of stale) changes.push(removal({ kind, key }));
    this.refusedBefore(record, refused);
    this.suspectNode(record);
    return { node, sequence: this.sequence, changes, digest: record.digest.toString() };
  }

  disconnected(node: string): void {
    const record = this.nodes.get(node);
    if (!record?.connected) return;
    this.realized.settle(this.sequence, this.event);
    record.connected = false;
    this.ledger.disconnected(record);
  }

  acked(node: string, resources: Iterable<ResourceVersion>): void {
    const record = this.nodes.get(node);
    if (!record?.connected) return;
    for (const { kind, key, version } of resources) {
      const resource = this.lookUp(record, kind, key);
      if (resource) this.ledger.acked(record, resource, version);
    }
  }

  nacked(node: string, refusals: Iterable<Refusal>): void {
    const record = this.nodes.get(node);
    if (!record?.connected) return;
    for (const refusal of refusals) {
      const resource = this.lookUp(record, refusal.kind, refusal.key);
      if (resource?.bundle.nodes.has(record)) this.ledger.refused(record, resource, refusal);
    }
  }

  resend(node: string, resources: Iterable<{ readonly kind: ResourceKind; readonly key: string }>): NodeDelta {
    const record = this.nodeOf(node);
    const changes: ResourceChange[] = [];
    for (const { kind, key } of resources) {
      const resource = this.lookUp(record, kind, key);
      if (!resource || resource.version === '' || !resource.bundle.nodes.has(record)) {
        changes.push(removal({ kind, key }));
        continue;
      }
      changes.push(resource.put());
      if (record.connected) this.ledger.expect(record, resource, 0);
    }
    return { node, sequence: this.sequence, changes, digest: record.digest.toString() };
  }

  snapshot(node: string): NodeDelta {
    const record = this.nodes.get(node);
    const changes = record ? this.holdings(record).map((resource) => resource.put()) : [];
    return { node, sequence: this.sequence, changes, digest: this.digest(node) };
  }

  digest(node: string): string {
    return (this.nodes.get(node) ?? new NodeRecord(node)).digest.toString();
  }

  drainTransitions(): readonly RealizedTransition[] {
    return this.realized.drain(this.sequence, this.event);
  }

  realizedState(path: string): RealizedState | undefined {
    return this.realized.state(path);
  }

  spanOf(path: string): readonly string[] {
    const nodes = new Set<string>();
    for (const resource of this.resourcesOf(path)) for (const node of resource.bundle.nodes.keys()) nodes.add(node.id);
    return [...nodes].sort();
  }

  alarmed(): readonly RealizedState[] {
    return this.realized.alarmed();
  }

  members(groupPath: string, kind: MemberKind): readonly string[] | undefined {
    return this.membership.members(groupPath, kind);
  }

  groupsOf(kind: MemberKind, member: string): readonly string[] {
    return this.membership.groupsOf(kind, member);
  }

  counters(): Counters {
    return {
      fullRecomputes: 0,
      intents: this.intent.size,
      resources: this.table.count,
      nodes: this.nodes.size,
      unacked: this.ledger.unackedCount,
    };
  }

  private setObject(path: string, after: PolicyObject | undefined): void {
    const before = this.inputs.set(path, after);
    const type = (after ?? before)?.resource_type ?? '';
    if (type === 'SegmentPort') this.placement.setPort(path, attachmentOf(after));
    if (type === 'WorkloadTags') this.touchedMachines.add((after ?? before)?.id ?? '');
    if ((after && this.unrealized(after)) || (before && this.unrealized(before))) this.realized.suspectIntent(path);
    const itemType = ITEM_TYPES[type];
    if (itemType) this.membership.setItem(itemType, path, after && traitsOfObject(after));
    if (!(type in UNITS)) return;
    if (after) this.units.want(path);
    else this.units.drop(path);
  }

  /** Lets an event's changes flow to the end, and carries away what nodes are to be told. */
  private finish(): NodeDelta[] {
    this.tellMembership();
    this.cells.settle();
    const { deliveries, gone } = this.outbox.flush();
    const deltas: NodeDelta[] = [];
    for (const [node, list] of deliveries) {
      for (const delivery of list) {
        if (delivery.before) node.digest.remove(delivery.before);
        if (delivery.after) node.digest.add(delivery.after);
        this.ledger.delivered(node, delivery, this.event);
      }
      if (node.connected) deltas.push(deltaOf(node, this.sequence, list));
    }
    for (const resource of gone) this.table.drop(resource);
    return deltas;
  }

  private tellMembership(): void {
    for (const id of this.touchedMachines) {
      const machine = this.inventory.machine(id);
      this.membership.setItem('VirtualMachine', id, machine && traitsOfMachine(machine, this.intent.get(workloadTagsPath(id))?.tags ?? []));
    }
    this.touchedMachines.clear();
    for (const id of this.touchedVifs)
      this.membership.setItem('VirtualNetworkInterface', id, this.inventory.hasInterface(id) ? { id, name: '', tags: [] } : undefined);
    this.touchedVifs.clear();
  }

  private nodeOf(id: string): NodeRecord {
    let node = this.nodes.get(id);
    if (!node) {
      node = new NodeRecord(id);
      this.nodes.set(id, node);
    }
    return node;
  }

  /** All resources of a node, in the order to apply. */
  private holdings(node: NodeRecord): Resource[] {
    const resources: Resource[] = [];
    for (const bundle of node.bundles) for (const resource of bundle.resources) if (resource.version !== '') resources.push(resource);
    return resources.sort((a, b) => a.kind - b.kind || (a.key < b.key ? -1 : 1));
  }

  private refusedBefore(node: NodeRecord, refused: readonly Refusal[]): void {
    for (const refusal of refused) {
      const resource = this.lookUp(node, refusal.kind, refusal.key);
      if (resource?.bundle.nodes.has(node)) this.ledger.refused(node, resource, refusal);
    }
  }

  /** A node was heard: what was only remembered of its resources can be said anew. */
  private suspectNode(node: NodeRecord): void {
    for (const resource of this.holdings(node)) this.realized.suspectResource(resource);
  }

  /** Resources that stand for an intent: its unit's own, those it shares with its children, and what it became as a group. */
  private resourcesOf(path: string): Resource[] {
    const own = this.assembly.outputOf(path).contributions.map(({ kind, key, node }) => this.table.find(kind, key, node));
    const sets = this.addressSets.keysOf(path).map((key) => this.table.find(ResourceKind.ADDRESS_SET, key));
    const resources = new Set([...own, ...sets, ...this.table.sharedBy(path), ...this.portGroups.resourcesOf(path)]);
    return [...resources].filter((resource) => resource !== undefined);
  }

  /** A resource by the name under which a node knows it. */
  private lookUp(node: NodeRecord, kind: ResourceKind, key: string): Resource | undefined {
    return this.table.find(kind, key) ?? this.table.find(kind, key, node.id);
  }
}

/** Ports of what rules are applied to. Groups are known anyway; everything else becomes a group of ports while a rule needs it. */
function scopedPorts(membership: Membership): ScopedPorts {
  const isGroup = (scope: string) => scope.includes('/groups/');
  return {
    watch: (scope) => {
      if (!isGroup(scope)) membership.setGroup(scope, scope === EVERYWHERE ? EVERY_PORT : portsOfPaths([scope]));
    },
    unwatch: (scope) => {
      if (!isGroup(scope)) membership.setGroup(scope, undefined);
    },
    portsOf: (scope) => membership.portsOfGroup(scope),
    isExcluded: (port) => membership.hasPort(EXCLUDE_LIST, port),
  };
}
