import type { LBVirtualServer } from '../model/balancing/lb-virtual-server.resource.js';
import { poolsOfRules } from '../realization/units/balancing-rules.js';

/** Pools that a virtual server sends connections to, each once. */
export function poolsOf({ pool_path: pool, sorry_pool_path: sorry, rules }: LBVirtualServer): string[] {
  return [...new Set([pool, sorry, ...poolsOfRules(rules)].flatMap((path) => path ?? []))];
}
