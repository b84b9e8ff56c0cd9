import { type DhcpOptions, type DhcpOptions_DhcpBinding, ResourceKind, type SwitchPort } from '../../realization/resources.pb.js';
import { parseRange } from '../../shared/address.js';
import { References } from './rows.js';
import type { ZoneDraft } from './zone-draft.js';

/**
 * DHCP, which OVN answers on the node of the port that asks. A port is offered the first of its addresses that is in the subnet. OVN's
 * own address management is not used: the zones of two nodes would give one address to two ports, so the manager gives addresses away.
 */
export function dhcpRows(draft: ZoneDraft): void {
  for (const { key, body } of draft.resources) {
    if (body?.$case !== 'dhcpOptions') continue;
    const options = body.value;
    draft.dhcp.set(key, options);
    const said = limitsOf(options);
    if (said) draft.limits.push(`${key}: ${said}`);
    row(draft, key, key, options);
    for (const binding of options.bindings) row(draft, key, bindingName(key, binding.mac), bound(options, binding));
  }
}

/** What of the options OVN cannot do; undefined: nothing. */
function limitsOf({ others }: DhcpOptions): string | undefined {
  return others.length > 0 ? `OVN knows no DHCP options by number, such as ${others[0]?.code}` : undefined;
}

/** The options that a port is answered with, as columns of its row. */
export function dhcpColumns(draft: ZoneDraft, { dhcpV4, dhcpV6, addresses }: SwitchPort): Record<string, References> {
  const find = (key: string): References => {
    const options = draft.dhcp.get(key);
    if (!options) return new References('DHCP_Options', []);
    const binding = options.bindings.find(({ mac }) => addresses.some((address) => address.mac === mac));
    return new References('DHCP_Options', [binding ? bindingName(key, binding.mac) : key]);
  };
  return { dhcpv4_options: find(dhcpV4), dhcpv6_options: find(dhcpV6) };
}

function row(draft: ZoneDraft, key: string, name: string, options: DhcpOptions & { readonly hostName?: string }): void {
  const columns = parseRange(options.subnet)?.family === 6 ? optionsV6(options) : optionsV4(options);
  draft.rows.push({ table: 'DHCP_Options', name, owner: { kind: ResourceKind.DHCP_OPTIONS, key }, columns: { cidr: options.subnet, options: columns } });
}

function bindingName(key: string, mac: string): string {
  return `${key} ${mac}`;
}

/** What a binding says goes before what the subnet says. */
function bound(
  options: DhcpOptions,
  { hostName, router, leaseSeconds, dnsServers, domainNames, ntpServers, routes }: DhcpOptions_DhcpBinding,
): DhcpOptions & { readonly hostName: string } {
  const first = <T>(own: readonly T[], other: readonly T[]): T[] => [...(own.length > 0 ? own : other)];
  return {
    ...options,
    hostName,
    router: router || options.router,
    leaseSeconds,
    dnsServers: first(dnsServers, options.dnsServers),
    domainSearch: first(domainNames, options.domainSearch),
    ntpServers: first(ntpServers, options.ntpServers),
    routes: first(routes, options.routes),
  };
}

function optionsV4(options: DhcpOptions & { readonly hostName?: string }): Record<string, string> {
  return present({
    server_id: options.serverAddress || options.router,
    server_mac: options.serverMac,
    lease_time: String(options.leaseSeconds),
    router: options.router,
    dns_server: list(options.dnsServers),
    domain_name: quoted(options.domainName),
    domain_search_list: quoted(options.domainSearch.join(',')),
    hostname: quoted(options.hostName ?? ''),
    ntp_server: list(options.ntpServers),
    mtu: options.mtu > 0 ? String(options.mtu) : '',
    classless_static_route: routesText(options),
  });
}

function optionsV6({ serverMac, dnsServers, domainSearch, domainName }: DhcpOptions): Record<string, string> {
  return present({ server_id: serverMac, dns_server: list(dnsServers), domain_search: quoted(domainSearch[0] ?? domainName) });
}

/** A client that is told of routes does not look at the router option: the default route is among them. */
function routesText({ routes, router }: DhcpOptions): string {
  if (routes.length === 0) return '';
  return `{${[...routes.map(({ network, nextHop }) => `${network},${nextHop}`), `0.0.0.0/0,${router}`].join(', ')}}`;
}

function list(addresses: readonly string[]): string {
  return addresses.length === 0 ? '' : `{${addresses.join(', ')}}`;
}

function quoted(text: string): string {
  return text === '' ? '' : JSON.stringify(text);
}

function present(options: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== ''));
}
