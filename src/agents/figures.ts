import type { Counters, Counters_PortCounter, Counters_RuleCounter } from './session.pb.js';

/** What nodes have counted of an intent and of what is below it. */
export interface Figures {
  /** When a node last reported some of it, in milliseconds since 1970; undefined: nobody has counted anything. */
  readonly at: number | undefined;
  readonly rules: readonly Counters_RuleCounter[];
  readonly ports: readonly Counters_PortCounter[];
}

/** The counters of a node, and when it reported them, in milliseconds since 1970. */
export interface CountersReport {
  readonly at: number;
  readonly counters: Counters;
}

/**
 * Totals over all nodes of the rules and ports at a policy path and below it. A node that is not connected forwards on: what it said last
 * is part of them, so that totals do not fall because a node is away.
 */
export function figuresOf(path: string, reports: Iterable<CountersReport>): Figures {
  const within = (key: string): boolean => key.startsWith(path) && (key.length === path.length || key[path.length] === '/');
  const rules = new Map<string, Counters_RuleCounter>();
  const ports = new Map<string, Counters_PortCounter>();
  let latest: number | undefined;
  for (const { at, counters } of reports) {
    let found = false;
    for (const counter of counters.rules) if (within(counter.rule)) found = add(rules, counter.rule, counter);
    for (const counter of counters.ports) if (within(counter.port)) found = add(ports, counter.port, counter);
    if (found) latest = Math.max(latest ?? 0, at);
  }
  return { at: latest, rules: [...rules.values()], ports: [...ports.values()] };
}

function add<T extends object>(totals: Map<string, T>, key: string, counter: T): true {
  const known = totals.get(key);
  totals.set(key, known ? sum(known, counter) : counter);
  return true;
}

/** Numbers are added; what only one of both counts is what that one says. */
function sum<T extends object>(a: T, b: T): T {
  const entries = Object.entries(b).map(([field, value]) => {
    const other = a[field as keyof T] as unknown;
    return [field, typeof value === 'number' && typeof other === 'number' ? value + other : (value ?? other)] as const;
  });
  return { ...a, ...Object.fromEntries(entries) };
}
