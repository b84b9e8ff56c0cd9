import type { PolicyObject } from '../model/policy-object.js';
import type { Unrealized } from '../model/unrealized.js';
import { same } from './cells.js';
import type { Alarm, NodeState, RealizedAttribute, RealizedState, RealizedTransition, State } from './contract.js';
import { entityTypeOf } from './entity-types.js';
import type { Resource } from './resource-table.js';
import type { NodeRecord } from './span.js';

/** What realized state is worked out from. */
export interface RealizedSource {
  intent(path: string): PolicyObject | undefined;
  /** Resources that the intent put something into. */
  resourcesOf(path: string): readonly Resource[];
  problemsOf(path: string): readonly Alarm[];
  attributesOf(path: string): readonly RealizedAttribute[];
  /** What of it takes no effect for want of something else, which changes nothing of its state. */
  idleOf(path: string): readonly Alarm[];
  /** What of the intent takes no effect on any node. */
  unrealizedOf(path: string): Unrealized | undefined;
}

/** State as last told, and the event up to which it was observed. */
interface Told {
  readonly state: State;
  readonly alarms: readonly Alarm[];
  readonly event: number;
}

/**
 * The realized state of intents, said only as far as it was observed. It is worked out when somebody asks, or when transitions
 * are drained; between the two an event costs no more than a note of what it may have changed. An intent that flickers between
 * two drains leaves no trace.
 */
export class RealizedStates {
  private readonly told = new Map<string, Told>();
  private readonly suspectResources = new Set<Resource>();
  private readonly suspectIntents = new Set<string>();
  /** Not drained yet. */
  private readonly transitions = new Map<string, RealizedTransition>();
  /** Intents with alarms. */
  private readonly troubled = new Set<string>();

  constructor(private readonly source: RealizedSource) {}

  /** Realized state as it was stored: it stands until one of the nodes concerned is heard. */
  restore(transitions: Iterable<RealizedTransition>, event: number): void {
    for (const { path, state, alarms } of transitions) {
      if (state && this.source.intent(path)) this.told.set(path, { state, alarms, event });
      if (alarms.length > 0) this.troubled.add(path);
    }
  }

  suspectResource(resource: Resource): void {
    this.suspectResources.add(resource);
  }

  suspectIntent(path: string): void {
    this.suspectIntents.add(path);
  }

  /** Works out what may have changed. Also done before a node is lost: what was observed of it so far stays true. */
  settle(sequence: number, event: number): void {
    for (const resource of this.suspectResources) for (const path of resource.stakes.keys()) this.suspectIntents.add(path);
    this.suspectResources.clear();
    for (const path of this.suspectIntents) {
      const transition = this.review(path, sequence, event);
      if (transition) this.transitions.set(path, transition);
    }
    this.suspectIntents.clear();
  }

  drain(sequence: number, event: number): RealizedTransition[] {
    this.settle(sequence, event);
    const transitions = [...this.transitions.values()];
    this.transitions.clear();
    return transitions;
  }

  state(path: string): RealizedState | undefined {
    const intent = this.source.intent(path);
    if (!intent) return undefined;
    const { state, alarms, nodes } = this.observe(path);
    const disconnected = nodes.filter((node) => node.state === 'DISCONNECTED');
    const unheard = disconnected.map(
      ({ node }): Alarm => ({
        code: 'NODE_DISCONNECTED',
        node,
        reason: `The node ${node} is not connected. It keeps what it runs and is brought up to date when it returns.`,
      }),
    );
    const consolidated =
      state === 'ERROR'
        ? 'ERROR'
        : disconnected.length > 0
          ? disconnected.length === nodes.length
            ? 'UNKNOWN'
            : 'IN_PROGRESS'
          : state === 'REALIZED'
            ? 'SUCCESS'
            : 'IN_PROGRESS';
    const entity = { entityType: entityTypeOf(intent.resource_type), id: intent.id, state, attributes: this.source.attributesOf(path) };
    return { path, state, consolidated, entities: [entity], alarms: [...alarms, ...unheard], nodes };
  }

  alarmed(): readonly RealizedState[] {
    return [...this.troubled].sort().flatMap((path) => this.state(path) ?? []);
  }

  private review(path: string, sequence: number, event: number): RealizedTransition | undefined {
    const before = this.told.get(path);
    if (!this.source.intent(path)) {
      this.told.delete(path);
      this.troubled.delete(path);
      return before && { path, sequence, state: undefined, alarms: [] };
    }
    const { state, alarms } = this.observe(path);
    if (alarms.length > 0) this.troubled.add(path);
    else this.troubled.delete(path);
    this.told.set(path, { state, alarms, event });
    return before && before.state === state && same(before.alarms, alarms) ? undefined : { path, sequence, state, alarms };
  }

  private observe(path: string): { state: State; alarms: Alarm[]; nodes: NodeState[] } {
    const alarms = [...this.source.problemsOf(path)];
    const nodes = new Map<NodeRecord, NodeState['state']>();
    let lastNeed = 0;
    for (const resource of this.source.resourcesOf(path)) {
      const need = resource.stakes.get(path) ?? 0;
      lastNeed = Math.max(lastNeed, need);
      for (const node of resource.bundle.nodes.keys()) raise(nodes, node, node.connected ? 'REALIZED' : 'DISCONNECTED');
      for (const [node, since] of resource.unacked ?? []) if (since <= need) raise(nodes, node, 'PENDING');
      for (const [node, { reason, since }] of resource.refused ?? []) {
        if (since > need) continue;
        raise(nodes, node, 'ERROR');
        alarms.push({ code: 'ENGINE_REFUSED', node: node.id, resource: resource.name, reason });
      }
    }
    const states = [...nodes].map(([node, state]): NodeState => ({ node: node.id, state })).sort((a, b) => (a.node < b.node ? -1 : 1));
    const unrealized = this.source.unrealizedOf(path);
    const state = unrealized?.whole === undefined ? this.judge(path, alarms, states, lastNeed) : 'ERROR';
    for (const reason of [unrealized?.whole, ...(unrealized?.parts ?? [])]) if (reason !== undefined) alarms.push({ code: 'NOT_SUPPORTED', reason });
    alarms.push(...this.source.idleOf(path));
    return { state, alarms, nodes: states };
  }

  private judge(path: string, alarms: readonly Alarm[], nodes: readonly NodeState[], lastNeed: number): State {
    if (alarms.length > 0) return 'ERROR';
    if (nodes.some(({ state }) => state === 'PENDING')) return 'UNREALIZED';
    if (nodes.length === 0 || nodes.some(({ state }) => state === 'REALIZED')) return 'REALIZED';
    const told = this.told.get(path);
    return told && told.event >= lastNeed ? told.state : 'UNREALIZED';
  }
}

const SEVERITY: Readonly<Record<NodeState['state'], number>> = { REALIZED: 0, PENDING: 1, DISCONNECTED: 2, ERROR: 3 };

function raise(nodes: Map<NodeRecord, NodeState['state']>, node: NodeRecord, state: NodeState['state']): void {
  const before = nodes.get(node);
  if (before === undefined || SEVERITY[state] > SEVERITY[before]) nodes.set(node, state);
}
