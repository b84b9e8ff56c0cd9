import type { PolicyObject } from '../model/policy-object.js';
import type { Commit } from '../policy/ports.js';
import type { Alarm, InventoryReport, WorkloadInterface } from './contract.js';
import { resourceLanes, SetHash } from './digest.js';
import { type IntentReads, indexKeys } from './intent.js';
import type { Output } from './output.js';
import { attachmentOf, type Place } from './placement.js';
import { type Element, Resource, withElements } from './resource-table.js';
import type { NodeResource } from './resources.pb.js';
import { Bundle } from './span.js';
import type { Reads } from './units/reads.js';
import { segmentFacts } from './units/segment-facts.js';
import { computeUnit, UNITS } from './units/units.js';

/** The state that realization is a function of, as it would be read from the store: in no particular order. */
export interface WholeState {
  readonly objects: readonly PolicyObject[];
  readonly claims: readonly Commit['claims'][number][];
  /** One whole report a node. */
  readonly reports: readonly InventoryReport[];
}

/** What is realized, by node and by intent. */
export interface WholeResult {
  /** What each node is told, by kind and key. Nodes that are told nothing are left out. */
  readonly nodes: ReadonlyMap<string, readonly NodeResource[]>;
  readonly problems: ReadonlyMap<string, readonly Alarm[]>;
}

/**
 * Computes everything from nothing, with loops over all there is: what the incremental graph is checked against. It shares with
 * the graph only functions without memory (what one segment becomes, what one rule matches), and none of its indexes, counts or
 * sets: placement is a search, spans are walks from the roots, members are found by asking every object.
 */
export function computeWhole(state: WholeState): WholeResult {
  const reads = plainReads(state);
  const outputs = new Map<string, Output>();
  for (const { path, resource_type: type } of state.objects) if (type in UNITS) outputs.set(path, computeUnit(reads, path, type));
  const resources = assemble(outputs);
  const nodes = new Map<string, NodeResource[]>();
  for (const [node, names] of spans(outputs)) {
    const told = resources.filter(({ bundle }) => names.has(bundle)).map(({ resource }) => resource);
    if (told.length > 0)
      nodes.set(
        node,
        told.sort((a, b) => a.kind - b.kind || (a.key < b.key ? -1 : 1)),
      );
  }
  const problems = new Map<string, readonly Alarm[]>();
  for (const [path, output] of outputs) if (output.problems.length > 0) problems.set(path, output.problems);
  return { nodes, problems };
}

/** Digest of a node by definition: the sum over all that it is told. */
export function digestOf(resources: readonly NodeResource[]): string {
  const hash = new SetHash();
  for (const { kind, key, version } of resources) hash.add(resourceLanes(kind, key, version));
  return hash.toString();
}

function plainReads(state: WholeState): Reads {
  const find = (path: string | undefined) => state.objects.find((object) => object.path === path);
  const withKey = (key: string) =>
    state.objects
      .filter((object) => indexKeys(object).includes(key))
      .map(({ path }) => path)
      .sort();
  const intent: IntentReads = {
    object: (path) => find(path) as never,
    children: (parentPath, type) => withKey(`child ${type} ${parentPath}`),
    ofType: (type) => withKey(`type ${type}`),
    referrers: (type, field, target) => withKey(`${type}.${field} ${target}`),
    number: (space, owner) => {
      const claim = state.claims.find((one) => one.space === space && one.owner === owner);
      return claim && Number(claim.low);
    },
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

interface Assembled {
  readonly bundle: string;
  readonly resource: NodeResource;
}

function assemble(outputs: ReadonlyMap<string, Output>): Assembled[] {
  const shares = new Map<string, { contribution: Output['contributions'][number]; elements: Map<string, Element> }>();
  for (const { contributions } of outputs.values()) {
    for (const contribution of contributions) {
      const id = `${contribution.kind} ${contribution.key}`;
      const share = shares.get(id) ?? { contribution, elements: new Map() };
      shares.set(id, share);
      for (const [key, element] of contribution.elements ?? []) share.elements.set(key, element);
    }
  }
  return [...shares.values()].map(({ contribution: { kind, key, bundle, body }, elements }) => {
    const scratch = new Resource(kind, key, new Bundle(bundle));
    for (const [element, value] of elements) scratch.setElement(element, value);
    scratch.setBody(body);
    return { bundle, resource: { kind, key, version: scratch.version, body: scratch.elements ? withElements(body, elements) : body } };
  });
}

/** Every node's bundles: a walk along the links from what it wants. */
function spans(outputs: ReadonlyMap<string, Output>): Map<string, Set<string>> {
  const links = [...outputs.values()].flatMap((output) => output.links);
  const wants = [...outputs.values()].flatMap((output) => output.wants);
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
