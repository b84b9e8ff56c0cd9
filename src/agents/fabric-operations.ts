import type { Realization } from '../realization/contract.js';
import { ResourceKind } from '../realization/resources.pb.js';
import type { InventoryBook } from './inventory-book.js';
import type { NodeAnswer } from './node-answer.js';
import type { NodeSession } from './node-session.js';
import { type PacketTrace, tracePacket } from './packet-tracing.js';
import type { Command, Packet, SetMisbehaviour_Misbehaviour, TracePacket, Workload } from './session.pb.js';

/** Where a packet begins: policy path of a segment port, or of the interface that is an uplink. */
export type TraceStart = { readonly port: string } | { readonly uplink: string };

/** What is asked of nodes because somebody reads it. */
export type NodeQuestion = Extract<NonNullable<Command['command']>, { $case: 'bgpRoutes' | 'balancers' | 'forwarder' | 'addresses' }>;

/** How long whoever reads may have to wait for a node, in milliseconds. */
const ANSWER_WITHIN = 4_000;

/** What can be asked of nodes while they are connected, and done to simulated ones. Every error has a message for people. */
export class FabricOperations {
  constructor(
    private readonly realization: Pick<Realization, 'realizedState' | 'spanOf' | 'snapshot'>,
    private readonly book: InventoryBook,
    /** The live session of a node; throws where it has none. */
    private readonly session: (node: string) => Pick<NodeSession, 'command'>,
  ) {}

  /** Puts a simulated workload on a node. */
  async plug(node: string, workload: Workload): Promise<void> {
    await this.session(node).command({ $case: 'plug', value: { workload } });
  }

  /** Takes a simulated workload off its node; answers what it was. */
  async unplug(machine: string): Promise<{ readonly node: string; readonly workload: Workload }> {
    const node = this.book.nodeOf(machine);
    if (node === undefined) throw new Error(`no node reports the machine ${machine}`);
    const { answer } = await this.session(node).command({ $case: 'unplug', value: { machine } });
    if (answer?.$case !== 'workload') throw new Error('the node did not say what it unplugged');
    return { node, workload: answer.value };
  }

  /** A workload that cannot be plugged in where it goes is plugged in again where it was. */
  async move(machine: string, to: string): Promise<{ readonly from: string; readonly workload: Workload }> {
    this.session(to);
    const { node, workload } = await this.unplug(machine);
    try {
      await this.plug(to, workload);
    } catch (error) {
      await this.plug(node, workload);
      throw error;
    }
    return { from: node, workload };
  }

  /** Makes a simulated engine refuse or delay resources. */
  async misbehave(node: string, rules: readonly SetMisbehaviour_Misbehaviour[]): Promise<void> {
    await this.session(node).command({ $case: 'misbehave', value: { rules } });
  }

  /** What would happen to a packet. */
  async trace(from: TraceStart, packet: Packet): Promise<PacketTrace> {
    const key = 'port' in from ? from.port : from.uplink;
    const node = 'port' in from ? this.placeOf(key) : this.holderOf(key);
    if (node === undefined) throw new Error(`${key} is on no node`);
    const entry: TracePacket['from'] = 'port' in from ? { $case: 'port', value: key } : { $case: 'uplink', value: key };
    return tracePacket({ node, question: { packet, from: entry } }, (asked, question) => this.session(asked).command({ $case: 'trace', value: question }));
  }

  /** Asks all nodes that were told something of some intent, at once. */
  ask(paths: readonly string[], question: NodeQuestion): Promise<NodeAnswer[]> {
    const ask = async (node: string): Promise<NodeAnswer> => {
      try {
        return { node, answer: (await this.session(node).command(question, ANSWER_WITHIN)).answer };
      } catch (error) {
        return { node, error: error instanceof Error ? error.message : String(error) };
      }
    };
    return Promise.all([...new Set(paths.flatMap((path) => this.realization.spanOf(path)))].sort().map(ask));
  }

  /** Node that a segment port lives on. */
  private placeOf(port: string): string | undefined {
    const attributes = this.realization.realizedState(port)?.entities.flatMap((entity) => entity.attributes) ?? [];
    return attributes.find(({ key }) => key === 'TransportNode')?.values[0];
  }

  /** Edge that an uplink is on: one of the few nodes that are told of it. */
  private holderOf(uplink: string): string | undefined {
    return this.realization.spanOf(uplink).find((node) =>
      this.realization.snapshot(node).changes.some(({ change }) => {
        if (change?.$case !== 'put' || change.value.kind !== ResourceKind.ROUTER_PORT || change.value.key !== uplink) return false;
        return change.value.body?.$case === 'routerPort' && change.value.body.value.node === node;
      }),
    );
  }
}
