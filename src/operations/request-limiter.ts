/** The most that clients may ask of the manager; 0 means no limit. */
export interface RequestLimits {
  readonly clientRequestsPerSecond: number;
  readonly clientConcurrency: number;
  readonly totalConcurrency: number;
}

/** Why a request is turned away: the client asks too much (429), or all of them together do (503). */
export type Refusal = 'client rate' | 'client concurrency' | 'total concurrency';

interface Client {
  /** Requests it may still send; refilled with time, up to one second's worth. */
  tokens: number;
  refilledAt: number;
  underWay: number;
}

/** Clients that were quiet this long are forgotten, in milliseconds: their bucket is full again by then. */
const QUIET_MS = 2000;

/**
 * Counts requests by client address. A token bucket rather than a window of fixed seconds: at the edge of two windows a client
 * could send twice its rate.
 */
export class RequestLimiter {
  private readonly clients = new Map<string, Client>();
  private total = 0;
  private sweptAt = 0;

  constructor(private readonly limits: RequestLimits) {}

  /** `false`: nothing is limited, and asking would be work for nothing. */
  get active(): boolean {
    return Object.values(this.limits).some((limit) => limit > 0);
  }

  /** Lets a request in, or says why not. `now` in milliseconds; whoever is let in must `leave`. */
  enter(address: string, now: number): Refusal | undefined {
    const { clientRequestsPerSecond: rate, clientConcurrency, totalConcurrency } = this.limits;
    this.sweep(now);
    const client = this.clients.get(address) ?? { tokens: rate, refilledAt: now, underWay: 0 };
    this.clients.set(address, client);
    client.tokens = Math.min(rate, client.tokens + ((now - client.refilledAt) / 1000) * rate);
    client.refilledAt = now;
    if (rate > 0 && client.tokens < 1) return 'client rate';
    if (clientConcurrency > 0 && client.underWay >= clientConcurrency) return 'client concurrency';
    if (totalConcurrency > 0 && this.total >= totalConcurrency) return 'total concurrency';
    client.tokens -= 1;
    client.underWay += 1;
    this.total += 1;
    return undefined;
  }

  leave(address: string): void {
    const client = this.clients.get(address);
    if (client) client.underWay -= 1;
    this.total -= 1;
  }

  private sweep(now: number): void {
    if (now - this.sweptAt < QUIET_MS) return;
    this.sweptAt = now;
    for (const [address, client] of this.clients) if (client.underWay === 0 && now - client.refilledAt >= QUIET_MS) this.clients.delete(address);
  }
}
