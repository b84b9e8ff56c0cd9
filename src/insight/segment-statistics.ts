import type { Figures } from '../agents/figures.js';
import type { Counters_PortCounter } from '../agents/session.pb.js';
import { Field } from '../model/field.js';

/** What went through ports, as NSX-T shows it: received is what a workload was sent, transmitted is what it sent. */

class DataCounter {
  @Field('integer', 'All of them.', { required: true })
  total!: number;

  @Field('integer', 'Those that were dropped; only of packets.')
  dropped?: number;
}

abstract class TrafficStatistics {
  @Field('integer', 'When a node last reported some of it, in milliseconds since 1970; absent where none has, and with it all counters.')
  last_update_timestamp?: number;

  @Field(() => DataCounter, 'Packets that were sent to workloads.')
  rx_packets?: DataCounter;

  @Field(() => DataCounter, 'Packets that workloads sent.')
  tx_packets?: DataCounter;

  @Field(() => DataCounter, 'Bytes that were sent to workloads; absent where no engine counts them.')
  rx_bytes?: DataCounter;

  @Field(() => DataCounter, 'Bytes that workloads sent; absent where no engine counts them.')
  tx_bytes?: DataCounter;
}

export class SegmentStatistics extends TrafficStatistics {
  @Field('string', 'Identifier of the realized segment.', { required: true })
  logical_switch_id!: string;
}

export class SegmentPortStatistics extends TrafficStatistics {
  @Field('string', 'Identifier of the realized port.', { required: true })
  logical_port_id!: string;
}

export class SegmentPortStatus {
  @Field('string', 'Identifier of the realized port.', { required: true })
  logical_port_id!: string;

  @Field('string', 'Whether a node forwards for the port; UNKNOWN where its node is not connected.', { required: true, enum: ['UP', 'DOWN', 'UNKNOWN'] })
  status!: string;
}

/** All ports that were counted, together. */
export function trafficOf({ at, ports }: Figures): TrafficStatistics {
  if (at === undefined || ports.length === 0) return {};
  const total = (field: Exclude<keyof Counters_PortCounter, 'port'>): number | undefined => {
    const counted = ports.flatMap((port) => port[field] ?? []);
    return counted.length === 0 ? undefined : counted.reduce((sum, one) => sum + one, 0);
  };
  const [rxBytes, txBytes] = [total('bytesOut'), total('bytesIn')];
  return {
    last_update_timestamp: at,
    rx_packets: { total: total('packetsOut') ?? 0, dropped: total('packetsOutDropped') ?? 0 },
    tx_packets: { total: total('packetsIn') ?? 0, dropped: total('packetsInDropped') ?? 0 },
    ...(rxBytes === undefined ? {} : { rx_bytes: { total: rxBytes } }),
    ...(txBytes === undefined ? {} : { tx_bytes: { total: txBytes } }),
  };
}
