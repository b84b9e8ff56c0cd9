import type { ForwarderCounters, ForwarderCounters_Server } from '../../agents/session.pb.js';

/** What a forwarder has counted since it was started. */
export type ForwarderTally = Pick<ForwarderCounters, 'forwarded' | 'answeredLocally' | 'servers'>;

const QUERIES = /queries forwarded (\d+), queries answered locally (\d+)\n/;
/** Before dnsmasq 2.87 questions that failed were not told from those that were sent again. */
const SERVER = /server ([^#\s]+)#\d+: queries sent (\d+), retried(?: \d+, failed (\d+)| or failed \d+).*\n/g;

/**
 * What dnsmasq writes to its log on SIGUSR1; undefined where it has not yet written all of it.
 * @param upstream how many servers it tells something of: each once, whatever it is asked for
 */
export function tallyIn(text: string, upstream: number): ForwarderTally | undefined {
  const start = text.search(QUERIES);
  if (start < 0) return undefined;
  const told = text.slice(start);
  const [, forwarded, answered] = QUERIES.exec(told) ?? [];
  const servers = new Map<string, ForwarderCounters_Server>();
  for (const [, address = '', sent, failed] of told.matchAll(SERVER))
    servers.set(address, { address, sent: Number(sent), ...(failed === undefined ? {} : { failed: Number(failed) }) });
  if (servers.size < upstream) return undefined;
  return { forwarded: Number(forwarded), answeredLocally: Number(answered), servers: [...servers.values()] };
}
