import type { Counters_RuleCounter } from '../../agents/session.pb.js';
import type { RuleFlow, SwitchFlow } from './rule-flows.js';

/**
 * Totals of rules over flows that come and go: a flow counts from zero whenever it is written anew, so what is added is how much it
 * has grown since it was looked at last. What a flow counted between the last look and its end is lost.
 */
export class RuleTally {
  private readonly totals = new Map<string, { packets: number; bytes: number; hits: number }>();
  private last = new Map<string, { readonly packets: number; readonly bytes: number }>();

  /**
   * Takes what the flows have counted by now.
   * @param rules those that there are: the others are forgotten
   * @returns whether a total has grown
   */
  take(flows: Iterable<SwitchFlow>, known: ReadonlyMap<string, RuleFlow>, rules: ReadonlySet<string>): boolean {
    const seen = new Map<string, { readonly packets: number; readonly bytes: number }>();
    let grown = false;
    for (const { cookie, table, match, packets, bytes } of flows) {
      const flow = known.get(cookie);
      if (!flow) continue;
      const key = `${cookie} ${table} ${match}`;
      const before = this.last.get(key);
      const { packets: from, bytes: fromBytes } = before && before.packets <= packets ? before : NOTHING;
      seen.set(key, { packets, bytes });
      if (packets === from) continue;
      grown = true;
      const total = this.totals.get(flow.rule) ?? { packets: 0, bytes: 0, hits: 0 };
      total.packets += packets - from;
      total.bytes += bytes - fromBytes;
      if (flow.decides) total.hits += packets - from;
      this.totals.set(flow.rule, total);
    }
    this.last = seen;
    for (const rule of this.totals.keys()) if (!rules.has(rule)) this.totals.delete(rule);
    return grown;
  }

  counters(): Counters_RuleCounter[] {
    return [...this.totals].map(([rule, total]) => ({ rule, ...total }));
  }
}

const NOTHING = { packets: 0, bytes: 0 };
