import { workloadTagsPath } from '../model/fabric/workload-tags.resource.js';
import type { SegmentPort } from '../model/networking/segment-port.resource.js';
import type { PolicyObject } from '../model/policy-object.js';
import type { Commit } from '../policy/ports.js';
import type { Alarm, InventoryReport, Workload, WorkloadInterface } from './contract.js';
import { resourceLanes, SetHash } from './digest.js';
import { EVERYWHERE } from './groups/port-groups.js';
import { EVERY_PORT, type ItemType, isMac, portsOfPaths, type Selector, satisfies, type Traits } from './groups/selector.js';
import { bindingKey, type IntentReads, indexKeys } from './intent.js';
import { memberKey } from './inventory.js';
import { bundles, type Output } from './output.js';
import { attachmentOf, type Place } from './placement.js';
import { type Contribution, type Element, Resource, withElements } from './resource-table.js';
import { type NodeResource, ResourceKind } from './resources.pb.js';
import { Bundle } from './span.js';
import { advertisedNetworks } from './units/advertised.js';
import { policyFacts } from './units/firewall.js';
import { gatewayFacts } from './units/gateway-facts.js';
import { EXCLUDE_LIST, ITEM_TYPES, traitsOfMachine, traitsOfObject } from './units/grouping.js';
import { portFacts } from './units/port-addresses.js';
import type { Reads } from './units/reads.js';
import { segmentFacts } from './units/segment-facts.js';
import { computeUnit, UNITS } from './units/units.js';

/** The state that realization is a function of, as it would be read from the store: in no particular order. */
export interface WholeState {
  readonly objects: readonly PolicyObject[];
  readonly claims: readonly Commit['claims'][number][];
  readonly secrets?: readonly Commit['secrets'][number][];
  /** One whole report a node. */
  readonly reports: readonly InventoryReport[];
}

/** What is realized, by node and by intent. */
export interface WholeResult {
  /** What each node is told, by kind and key. Nodes that are told nothing are left out. */
  readonly nodes: ReadonlyMap<string, readonly NodeResource[]>;
  readonly problems: ReadonlyMap<string, readonly Alarm[]>;
  /** Nodes that are told something on behalf of an intent, sorted. Intents that concern no node are left out. */
  readonly spans: ReadonlyMap<string, readonly string[]>;
  /** Ports and addresses of each group, sorted. */
  readonly groups: ReadonlyMap<string, { readonly ports: readonly string[]; readonly addresses: readonly string[] }>;
}

/**
 * Computes everything from nothing, with loops over all there is: what the incremental graph is checked against. It shares with
 * the graph only functions without memory (what one segment becomes, what one rule matches), and none of its indexes, counts or
 * sets: placement is a search, spans are walks from the roots, members are found by asking every object.
 */
export function computeWhole(state: WholeState): WholeResult {
  const reads: Reads = plainReads(state, () => groups);
  const outputsOf = (wanted: (type: string) => boolean) => {
    const found = state.objects.filter(({ resource_type: type }) => type in UNITS && wanted(type));
    return new Map(found.map(({ path, resource_type: type }) => [path, computeUnit(reads, path, type)]));
  };
  // Who is in a group depends on no other unit, and others on it.
  const groups: WholeGroups = wholeGroups(
    state,
    reads,
    outputsOf((type) => type === 'Group' || type === 'PolicyExcludeList'),
  );
  const outputs = outputsOf(() => true);
  const all = [...outputs.values()];
  const { contributions, wants } = enforcement(outputs, groups);
  const resources = assemble([...all.flatMap((output) => output.contributions), ...contributions]);
  const nodes = new Map<string, NodeResource[]>();
  const links = all.flatMap((output) => output.links);
  const reached = spans(links, [...all.flatMap((output) => output.wants), ...wants]);
  for (const [node, names] of reached) {
    const told = resources.filter(({ bundle }) => names.has(bundle)).map(({ resource }) => resource);
    if (told.length > 0)
      nodes.set(
        node,
        told.sort((a, b) => a.kind - b.kind || (a.key < b.key ? -1 : 1)),
      );
  }
  const problems = new Map<string, readonly Alarm[]>();
  for (const [path, { problems: found, idle = [] }] of outputs) {
    const alarms = [...found, ...idle];
    if (alarms.length > 0) problems.set(path, alarms);
  }
  const members = [...outputs].flatMap(([path, { selector }]) =>
    selector && !selector.portsOnly ? [[path, { ports: [...groups.ports(path)].sort(), addresses: [...groups.addresses(path)].sort() }] as const] : [],
  );
  return { nodes, problems, spans: intentSpans(outputs, contributions, reached), groups: new Map(members) };
}

/** Which nodes are told something for an intent: of its own unit, as one of several that a resource stands for, or as a group or scope. */
function intentSpans(
  outputs: ReadonlyMap<string, Output>,
  sets: readonly Contribution[],
  reached: ReadonlyMap<string, ReadonlySet<string>>,
): Map<string, string[]> {
  const found = new Map<string, Set<string>>();
  const add = (intents: readonly string[], bundle: string) => {
    for (const [node, names] of reached) {
      if (!names.has(bundle)) continue;
      for (const path of intents) found.set(path, (found.get(path) ?? new Set<string>()).add(node));
    }
  };
  for (const [path, { contributions }] of outputs) for (const { bundle, also = [] } of contributions) add([path, ...also], bundle);
  for (const { key, bundle } of sets) add([key.replace(/#mac$/, '')], bundle);
  return new Map([...found].map(([path, nodes]) => [path, [...nodes].sort()]));
}

/** Digest of a node by definition: the sum over all that it is told. */
export function digestOf(resources: readonly NodeResource[]): string {
  const hash = new SetHash();
  for (const { kind, key, version } of resources) hash.add(resourceLanes(kind, key, version));
  return hash.toString();
}

function plainReads(state: WholeState, groups: () => WholeGroups): Reads {
  const byPath = new Map(state.objects.map((object) => [object.path, object]));
  const keys = state.objects.map((object) => ({ path: object.path, keys: indexKeys(object) }));
  const withKey = (key: string) => keys.flatMap((one) => (one.keys.includes(key) ? [one.path] : [])).sort();
  const claimed = (space: string, owner: string) => state.claims.find((one) => one.space === space && one.owner === owner)?.low;
  const intent: IntentReads = {
    object: (path) => byPath.get(path ?? '') as never,
    children: (parentPath, type) => withKey(`child ${type} ${parentPath}`),
    ofType: (type) => withKey(`type ${type}`),
    referrers: (type, field, target) => withKey(`${type}.${field} ${target}`),
    bindings: (segment, mac) => withKey(bindingKey(segment, mac)),
    number: (space, owner) => {
      const low = claimed(space, owner);
      return low === undefined ? undefined : Number(low);
    },
    address: (space, owner) => claimed(space, owner),
  };
  const facts = (report: InventoryReport | undefined) =>
    report && { node: report.node, fabricPath: report.fabricPath, tunnelAddresses: report.tunnelAddresses };
  const portAt = (attachmentId: string) => holderOf(state, attachmentId);
  const reads: Reads = {
    intent,
    node: (id) => facts(state.reports.find(({ node }) => node === id)),
    nodeAt: (fabricPath) => facts(state.reports.find((report) => report.fabricPath === fabricPath)),
    portAt,
    place: (port) => placeOf(state, port),
    segment: (path) => segmentFacts(reads, path),
    policy: (path) => policyFacts(reads, path),
    gateway: (path) => gatewayFacts(reads, path),
    advertised: (path) => advertisedNetworks(reads, path),
    groupAddresses: (group) => [...groups().addresses(group)].sort(),
    deadMembers: (balancer) => new Set(state.reports.flatMap(({ deadMembers }) => deadMembers.filter((one) => one.balancer === balancer).map(memberKey))),
    secret: (path, field) => {
      const version = state.secrets?.find((one) => one.path === path && one.field === field)?.version;
      return version === undefined ? undefined : { path, field, version };
    },
  };
  return reads;
}

function holderOf(state: WholeState, attachmentId: string): string | undefined {
  const claimants = state.objects.filter((object) => attachmentOf(object)?.id === attachmentId && object.resource_type === 'SegmentPort');
  claimants.sort((a, b) => a._create_time - b._create_time || (a.path < b.path ? -1 : 1));
  return claimants[0]?.path;
}

function placeOf(state: WholeState, path: string): Place | undefined {
  const attachment = attachmentOf(state.objects.find((object) => object.path === path));
  if (!attachment || holderOf(state, attachment.id) !== path) return undefined;
  const own = reportOf(state, attachment.id);
  if (own || attachment.behind === undefined) return own;
  const parentPort = attachmentOf(state.objects.find((object) => object.path === attachment.behind));
  const parentId = attachment.behind.startsWith('/') ? parentPort?.id : attachment.behind;
  const parent = parentId === undefined ? undefined : reportOf(state, parentId);
  return parent && { ...parent, interface: undefined };
}

function reportOf(state: WholeState, attachmentId: string): Place | undefined {
  let best: { node: string; interface: WorkloadInterface } | undefined;
  const nodes = new Set<string>();
  for (const { node, interfaces } of state.reports) {
    for (const item of interfaces) {
      if (item.attachmentId !== attachmentId) continue;
      nodes.add(node);
      const order =
        best && (item.since - best.interface.since || (node < best.node ? -1 : node > best.node ? 1 : item.externalId < best.interface.externalId ? -1 : 1));
      if (order === undefined || order < 0) best = { node, interface: item };
    }
  }
  return best && { ...best, rivals: [...nodes].filter((node) => node !== best.node).sort() };
}

interface WholeGroups {
  ports(path: string): ReadonlySet<string>;
  addresses(path: string): ReadonlySet<string>;
}

/** Who is in which group: every group asks every object. */
function wholeGroups(state: WholeState, reads: Reads, outputs: ReadonlyMap<string, Output>): WholeGroups {
  const ports = new Map(
    state.objects.filter(({ resource_type: type }) => type === 'SegmentPort').map((port) => [port.path, portFacts(reads, port as PolicyObject & SegmentPort)]),
  );
  const items = wholeItems(state);
  const traitsOf = (type: ItemType, id: string | undefined) => items.find((item) => item.type === type && item.traits.id === id)?.traits;
  const view = (type: ItemType, id: string) => (asked: ItemType) => {
    if (asked === type) return traitsOf(type, id);
    const facts = type === 'SegmentPort' ? ports.get(id) : undefined;
    return facts && traitsOf(asked, asked === 'Segment' ? facts.segment : asked === 'VirtualMachine' ? facts.machine : facts.vif);
  };
  const selectorOf = (path: string): Selector | undefined =>
    outputs.get(path)?.selector ?? (path === EVERYWHERE ? EVERY_PORT : path.includes('/groups/') ? undefined : portsOfPaths([path]));
  const ownPorts = (selector: Selector) => {
    const found = new Set<string>();
    for (const { type, traits } of items) {
      if (!selector.terms.some((term) => term.level === type && satisfies(term, view(type, traits.id)))) continue;
      for (const [port, facts] of ports) {
        const container = type === 'SegmentPort' ? port : type === 'Segment' ? facts.segment : type === 'VirtualMachine' ? facts.machine : facts.vif;
        if (container === traits.id) found.add(port);
      }
    }
    return found;
  };
  const gather = (path: string, own: (selector: Selector) => Iterable<string>): Set<string> => {
    const selector = selectorOf(path);
    return new Set(selector ? [...own(selector), ...selector.groups.flatMap((child) => [...gather(child, own)])] : []);
  };
  return {
    ports: (path) => gather(path, ownPorts),
    addresses: (path) => gather(path, (selector) => [...selector.addresses, ...[...ownPorts(selector)].flatMap((port) => ports.get(port)?.addresses ?? [])]),
  };
}

function wholeItems(state: WholeState): { type: ItemType; traits: Traits }[] {
  const items: { type: ItemType; traits: Traits }[] = [];
  for (const object of state.objects) {
    const type = ITEM_TYPES[object.resource_type];
    if (type) items.push({ type, traits: traitsOfObject(object) });
  }
  const machines = new Map<string, Workload>();
  const vifs = new Set<string>();
  for (const { machines: reported, interfaces } of [...state.reports].sort((a, b) => (a.node < b.node ? 1 : -1))) {
    for (const machine of reported) machines.set(machine.externalId, machine);
    for (const { externalId } of interfaces) vifs.add(externalId);
  }
  for (const machine of machines.values()) {
    const tags = state.objects.find(({ path }) => path === workloadTagsPath(machine.externalId))?.tags ?? [];
    items.push({ type: 'VirtualMachine', traits: traitsOfMachine(machine, tags) });
  }
  for (const id of vifs) items.push({ type: 'VirtualNetworkInterface', traits: { id, name: '', tags: [] } });
  return items;
}

/** Address sets of the groups that rules match, and port groups of what they are applied to, with the nodes that want the rules. */
function enforcement(outputs: ReadonlyMap<string, Output>, groups: WholeGroups): { contributions: Contribution[]; wants: [string, string][] } {
  const contributions: Contribution[] = [];
  const wants: [string, string][] = [];
  for (const key of new Set([...outputs.values()].flatMap(({ addressSets }) => addressSets))) {
    const wanted = [...groups.addresses(key.replace(/#mac$/, ''))].filter((address) => isMac(address) === key.endsWith('#mac'));
    const elements = wanted.map((address) => [address, true] as const);
    contributions.push({
      kind: ResourceKind.ADDRESS_SET,
      key,
      bundle: bundles.addresses(key),
      body: { $case: 'addressSet', value: { addresses: [] } },
      elements,
    });
  }
  const excluded = groups.ports(EXCLUDE_LIST);
  for (const scope of new Set([...outputs.values()].flatMap(({ scopes }) => scopes))) {
    const byNode = new Map<string, Map<string, true>>();
    for (const port of groups.ports(scope)) {
      const home = outputs.get(port)?.home;
      if (home === undefined || excluded.has(port)) continue;
      byNode.set(home, (byNode.get(home) ?? new Map<string, true>()).set(port, true));
    }
    for (const [node, elements] of byNode) {
      const bundle = bundles.ports(scope, node);
      contributions.push({
        kind: ResourceKind.PORT_GROUP,
        key: scope,
        bundle,
        body: { $case: 'portGroup', value: { ports: [] } },
        elements: [...elements],
        node,
      });
      wants.push([node, bundle], [node, bundles.applied(scope)]);
    }
  }
  return { contributions, wants };
}

interface Assembled {
  readonly bundle: string;
  readonly resource: NodeResource;
}

function assemble(contributions: readonly Contribution[]): Assembled[] {
  const shares = new Map<string, { contribution: Contribution; elements: Map<string, Element> }>();
  for (const contribution of contributions) {
    const id = `${contribution.kind} ${contribution.key} ${contribution.node}`;
    const share = shares.get(id) ?? { contribution, elements: new Map() };
    shares.set(id, share);
    for (const [key, element] of contribution.elements ?? []) share.elements.set(key, element);
  }
  return [...shares.values()].map(({ contribution: { kind, key, bundle, body }, elements }) => {
    const scratch = new Resource(kind, key, new Bundle(bundle));
    for (const [element, value] of elements) scratch.setElement(element, value);
    scratch.setBody(body);
    scratch.seal();
    return { bundle, resource: { kind, key, version: scratch.version, body: scratch.elements ? withElements(body, scratch.elements) : body } };
  });
}

/** Every node's bundles: a walk along the links from what it wants. */
function spans(links: readonly (readonly [string, string])[], wants: readonly (readonly [string, string])[]): Map<string, Set<string>> {
  const spans = new Map<string, Set<string>>();
  for (const [node, bundle] of wants) {
    const reached = spans.get(node) ?? new Set<string>();
    spans.set(node, reached);
    const queue = [bundle];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (reached.has(next)) continue;
      reached.add(next);
      for (const [user, used] of links) if (user === next) queue.push(used);
    }
  }
  return spans;
}
