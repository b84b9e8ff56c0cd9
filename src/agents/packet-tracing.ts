import { type CommandAnswer, type Packet, type TracePacket, type TraceResult, TraceResult_Verdict } from './session.pb.js';

/** Hops after which a packet is taken to run in a circle. */
const HOP_LIMIT = 32;

export type TraceVerdict = 'DELIVERED' | 'UPLINK' | 'DROPPED' | 'REJECTED' | 'ANSWERED' | 'UNKNOWN';

/** What one node said of the packet. */
export interface TraceHop {
  readonly node: string;
  /** Absent where the node could not be asked. */
  readonly result?: TraceResult;
  readonly error?: string;
}

export interface PacketTrace {
  /** Where the packet ends: delivered if any copy of it is. UNKNOWN: a node on its way could not be asked. */
  readonly verdict: TraceVerdict;
  readonly hops: readonly TraceHop[];
}

/**
 * Follows a packet from node to node: each node answers from what its engine runs, and where it says that the packet leaves
 * through a tunnel the node at the other end is asked.
 */
export async function tracePacket(
  start: { readonly node: string; readonly question: TracePacket },
  ask: (node: string, question: TracePacket) => Promise<CommandAnswer>,
): Promise<PacketTrace> {
  const hops: TraceHop[] = [];
  const waiting = [start];
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    if (hops.length === HOP_LIMIT) {
      hops.push({ node: next.node, error: `the packet was followed over ${HOP_LIMIT} nodes and has not arrived` });
      break;
    }
    try {
      const { answer } = await ask(next.node, next.question);
      if (answer?.$case !== 'trace') throw new Error('the node answered with something else');
      hops.push({ node: next.node, result: answer.value });
      for (const { node, entry, packet } of answer.value.exits) if (entry && packet) waiting.push({ node, question: continuation(packet, entry) });
    } catch (error) {
      hops.push({ node: next.node, error: error instanceof Error ? error.message : String(error) });
    }
  }
  return { verdict: verdictOf(hops), hops };
}

function continuation(packet: Packet, entry: Extract<TracePacket['from'], { $case: 'tunnel' }>['value']): TracePacket {
  return { packet, from: { $case: 'tunnel', value: entry } };
}

/** A good end anywhere counts before a bad one elsewhere: a flooded frame is dropped by all but one. */
const RANKED: readonly (readonly [TraceResult_Verdict, TraceVerdict])[] = [
  [TraceResult_Verdict.DELIVERED, 'DELIVERED'],
  [TraceResult_Verdict.UPLINK, 'UPLINK'],
  [TraceResult_Verdict.ANSWERED, 'ANSWERED'],
  [TraceResult_Verdict.REJECTED, 'REJECTED'],
];

function verdictOf(hops: readonly TraceHop[]): TraceVerdict {
  for (const [verdict, name] of RANKED) if (hops.some(({ result }) => result?.verdict === verdict)) return name;
  return hops.some(({ error }) => error !== undefined) ? 'UNKNOWN' : 'DROPPED';
}
