import type { Counters, Counters_PortCounter, TraceResult } from '../../agents/session.pb.js';

type PortTally = { -readonly [K in 'packetsIn' | 'packetsOut' | 'packetsInDropped' | 'packetsOutDropped']: Counters_PortCounter[K] };

/** A simulated engine has no traffic: it counts the packets that it was asked about, as if they had been sent. */
export class TraceTally {
  private readonly rules = new Map<string, number>();
  private readonly ports = new Map<string, PortTally>();

  /** @param since when counting began, in milliseconds since 1970 */
  constructor(private readonly since: number) {}

  count({ steps }: TraceResult): void {
    let ingress: string | undefined;
    for (const { kind, resource } of steps) {
      if (kind === 'FIREWALL') this.rules.set(resource, (this.rules.get(resource) ?? 0) + 1);
      if (kind === 'INGRESS') {
        ingress = resource;
        this.port(resource).packetsIn += 1;
      }
      if (kind === 'DELIVER') this.port(resource).packetsOut += 1;
      if ((kind === 'DROP' || kind === 'REJECT') && ingress !== undefined) this.port(ingress).packetsInDropped += 1;
    }
  }

  counters(): Counters {
    return {
      since: this.since,
      rules: [...this.rules].map(([rule, packets]) => ({ rule, packets, hits: packets })),
      ports: [...this.ports].map(([port, counts]) => ({ port, ...counts })),
    };
  }

  private port(key: string): PortTally {
    let counts = this.ports.get(key);
    if (!counts) {
      counts = { packetsIn: 0, packetsOut: 0, packetsInDropped: 0, packetsOutDropped: 0 };
      this.ports.set(key, counts);
    }
    return counts;
  }
}
