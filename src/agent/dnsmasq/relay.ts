/** Requests that come in at one address go on to servers of the same family. */
export interface Relay {
  /** Address of the interface that requests come in by. Servers choose by it what they give. */
  readonly gateway: string;
  readonly servers: readonly string[];
}

/**
 * The configuration of one dnsmasq that relays DHCP and does nothing else: pure. Meant for dnsmasq 2.80 and newer.
 * @param device interface that answers of servers come in by: nobody else's are passed on
 */
export function relayConfigurationOf(relays: readonly Relay[], device: string, logFile: string): string {
  const lines = relays.flatMap(({ gateway, servers }) => servers.map((server) => `dhcp-relay=${gateway},${server},${device}`));
  return `${['port=0', 'no-hosts', `log-facility=${logFile}`, ...lines].join('\n')}\n`;
}
