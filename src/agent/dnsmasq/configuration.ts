import type { DnsForwarder } from '../../realization/resources.pb.js';

/** What an answer takes in the cache, in bytes: names are of different lengths. */
const ENTRY = 128;
/** Dnsmasq gets slower rather than better with more. */
const MOST_ENTRIES = 10_000;
/** Questions that may be under way at once; more are not answered. */
const MOST_QUESTIONS = 1_000;

/**
 * The configuration of one dnsmasq for a forwarder, which knows nothing but its servers: pure. Meant for dnsmasq 2.80 and newer. What is
 * not a domain or an address does not get here: the manager takes no other.
 */
export function configurationOf({ listener, zones, cacheKilobytes, logQueries }: DnsForwarder, logFile: string): string {
  const servers = zones.flatMap(({ domains, servers: upstream, source }) => {
    const place = domains.map((domain) => `/${domain}`).join('');
    return upstream.map((server) => `server=${place === '' ? '' : `${place}/`}${server}@${source || listener}`);
  });
  return `${[
    'no-resolv',
    'no-hosts',
    'bind-interfaces',
    `listen-address=${listener}`,
    `cache-size=${Math.min(Math.floor((cacheKilobytes * 1024) / ENTRY), MOST_ENTRIES)}`,
    `dns-forward-max=${MOST_QUESTIONS}`,
    'strict-order',
    `log-facility=${logFile}`,
    ...(logQueries ? ['log-queries'] : []),
    ...servers,
  ].join('\n')}\n`;
}

/** Addresses of this machine that a forwarder needs. */
export function addressesOf({ listener, zones }: DnsForwarder): string[] {
  return [listener, ...zones.flatMap(({ source }) => (source === '' ? [] : [source]))];
}
